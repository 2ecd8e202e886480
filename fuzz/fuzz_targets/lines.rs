//! The logs of a run: a JSON value a line.
#![no_main]

use std::path::Path;

use gradroute::run::{EpochEvaluation, StepLosses, StepTiming, jsonl};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = Path::new("file");
    if let Ok(lines) = jsonl::parse::<StepLosses>(file, bytes) {
        assert!(lines.len() <= bytes.len());
    }
    let _ = jsonl::parse::<StepTiming>(file, bytes);
    let _ = jsonl::parse::<EpochEvaluation>(file, bytes);
});
