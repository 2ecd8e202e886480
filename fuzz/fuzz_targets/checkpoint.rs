//! Checkpoints: safetensors files of anybody's make.
#![no_main]

use std::path::Path;

use gradroute_runs::run::checkpoint::Checkpoint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(checkpoint) = Checkpoint::parse(Path::new("file"), bytes, bytes.len() as u64) {
        let names: Vec<&str> = checkpoint.names().collect();
        let values: usize = names.iter().map(|n| checkpoint.tensor(n).unwrap().data.len()).sum();
        assert!(4 * values <= bytes.len());
    }
});
