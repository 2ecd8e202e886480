//! Whole JSON files of a run: records of checkpoints, manifest, evaluation.
#![no_main]

use std::path::Path;

use gradroute::autoencoder::evaluation::Results;
use gradroute_runs::Evaluation;
use gradroute_runs::run::{Manifest, Record};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Record::parse(Path::new("file"), bytes);
    let _ = serde_json::from_slice::<Manifest>(bytes);
    let _ = serde_json::from_slice::<Evaluation<Results>>(bytes);
});
