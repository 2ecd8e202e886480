//! Configurations in TOML, and `--set` overrides.
#![no_main]

use gradroute::config::{Override, Request, Resolved, resolve};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(resolved) = Resolved::parse(text, "file") {
        let again = Resolved::parse(&resolved.to_toml(), "again").expect("what is written reads");
        assert_eq!(again, resolved);
    }
    let set: Vec<String> = text.lines().take(4).map(str::to_owned).collect();
    let _ = set.iter().map(|line| Override::parse(line)).filter_map(Result::ok).count();
    let _ = resolve(&Request { set, ..Request::default() });
});
