//! Configurations in TOML, and `--set` overrides.
#![no_main]

use gradroute::autoencoder::Autoencoder;
use gradroute::autoencoder::config::Config;
use gradroute_runs::Experiment;
use gradroute_runs::config::{Override, Preset, Request, Resolved, parse};
use libfuzzer_sys::fuzz_target;

const PRESETS: &[Preset] = <Autoencoder as Experiment>::PRESETS;

fn read(text: &str, origin: &str) -> Option<Resolved<Config>> {
    parse("autoencoder", PRESETS, text, origin).ok()
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(resolved) = read(text, "file") {
        let again = read(&resolved.to_toml(), "again").expect("what is written reads");
        assert_eq!(again, resolved);
    }
    let set: Vec<String> = text.lines().take(4).map(str::to_owned).collect();
    let _ = set.iter().map(|line| Override::parse(line)).filter_map(Result::ok).count();
    let _ = <Autoencoder as Experiment>::resolve(&Request { set, ..Request::default() });
});
