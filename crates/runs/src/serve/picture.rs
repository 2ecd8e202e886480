//! The pictures of one probe of a run.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::probe::ProbeLine;

/// The longest line that is looked at, in bytes.
const LONGEST: u64 = 1 << 22;

/// The probe after `step` steps in a run's `probes.jsonl`; `None` if there is none.
///
/// # Errors
/// When the file can't be read, or the line is damaged.
pub(super) fn of_step(file: &Path, step: u64) -> io::Result<Option<ProbeLine>> {
    let mut reader = match File::open(file) {
        Ok(file) => BufReader::with_capacity(1 << 16, file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // So each line begins. Others are skipped without being read as JSON: there may be thousands.
    let start = format!("{{\"step\":{step},");
    let mut line = Vec::new();
    loop {
        line.clear();
        (&mut reader).take(LONGEST).read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') {
            return Ok(None);
        }
        if line.starts_with(start.as_bytes()) {
            return serde_json::from_slice(&line).map(Some).map_err(|error| {
                io::Error::other(format!("{}, step {step}: {error}", file.display()))
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probe_of_a_step_is_found_among_finished_lines() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("probes.jsonl");
        assert!(of_step(&file, 0).unwrap().is_none(), "there is no file yet");
        let line = |step| format!("{{\"step\":{step},\"measures\":{{}},\"figures\":[]}}\n");
        let unfinished = line(20);
        let text =
            [line(0), line(1), line(10), "{\"step\":15,no\n".into(), unfinished.trim_end().into()];
        std::fs::write(&file, text.concat()).unwrap();
        for step in [0, 1, 10] {
            assert_eq!(of_step(&file, step).unwrap().unwrap().step, step);
        }
        for step in [2, 20, 100] {
            assert!(of_step(&file, step).unwrap().is_none(), "{step}");
        }
        let error = of_step(&file, 15).unwrap_err().to_string();
        assert!(error.contains("probes.jsonl, step 15"), "{error}");
    }
}
