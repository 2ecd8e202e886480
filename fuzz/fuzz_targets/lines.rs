//! The logs of a run: a JSON value a line.
#![no_main]

use std::path::Path;

use gradroute::autoencoder::evaluation::Results;
use gradroute_runs::evaluation::{Interim, StageResults};
use gradroute_runs::run::jsonl;
use gradroute_runs::{StepLine, StepTiming};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = Path::new("file");
    if let Ok(lines) = jsonl::parse::<StepLine>(file, bytes) {
        assert!(lines.len() <= bytes.len());
    }
    let _ = jsonl::parse::<StepTiming>(file, bytes);
    let _ = jsonl::parse::<Interim>(file, bytes);
    let _ = jsonl::parse::<StageResults<Results>>(file, bytes);
});
