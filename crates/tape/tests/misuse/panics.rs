//! What misuse says.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

/// What `misuse` panics with, after checking that the panic is laid at these files' door.
#[track_caller]
pub fn panic_of<R>(misuse: impl FnOnce() -> R) -> String {
    // The hook belongs to the whole process, and tests run side by side.
    static HOOK: Mutex<()> = Mutex::new(());
    let _alone = HOOK.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let file = Arc::new(Mutex::new(String::new()));
    let (seen, this_thread) = (file.clone(), std::thread::current().id());
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == this_thread {
            let location = info.location().expect("panics have a location");
            *seen.lock().expect("not poisoned") = location.file().to_owned();
        }
    }));
    let result = catch_unwind(AssertUnwindSafe(misuse));
    std::panic::set_hook(usual);
    let payload = result.err().expect("misuse must panic");
    let text = match (payload.downcast_ref::<String>(), payload.downcast_ref::<&str>()) {
        (Some(text), _) => text.clone(),
        (None, Some(text)) => (*text).to_owned(),
        (None, None) => panic!("a panic without a message"),
    };
    let file = file.lock().expect("not poisoned").clone();
    assert!(file.contains("misuse/"), "the panic is reported at {file}: {text}");
    text
}

#[track_caller]
pub fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing from: {text}");
    }
}
