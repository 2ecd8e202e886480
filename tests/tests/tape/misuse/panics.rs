//! What misuse says.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    /// Whether this thread's panics are expected, and the file of the last one.
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
    static FILE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The hook belongs to the whole process, and tests run side by side: other threads keep theirs.
fn listen() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if EXPECTED.get() {
                let location = info.location().expect("panics have a location");
                FILE.set(location.file().to_owned());
            } else {
                usual(info);
            }
        }));
    });
}

/// What `misuse` panics with, after checking that the panic is laid at these files' door.
#[track_caller]
pub fn panic_of<R>(misuse: impl FnOnce() -> R) -> String {
    listen();
    EXPECTED.set(true);
    let result = catch_unwind(AssertUnwindSafe(misuse));
    EXPECTED.set(false);
    let payload = result.err().expect("misuse must panic");
    let text = match (payload.downcast_ref::<String>(), payload.downcast_ref::<&str>()) {
        (Some(text), _) => text.clone(),
        (None, Some(text)) => (*text).to_owned(),
        (None, None) => panic!("a panic without a message"),
    };
    let file = FILE.take();
    assert!(file.contains("misuse/"), "the panic is reported at {file}: {text}");
    text
}

#[track_caller]
pub fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing from: {text}");
    }
}
