//! The committed results can be compared with: their files are as their manifests say.

use std::path::Path;
use std::process::Command;

#[test]
fn every_committed_result_is_as_its_manifest_says_and_is_the_same_as_itself() {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/results");
    let mut count = 0;
    for entry in std::fs::read_dir(results).unwrap() {
        let run = entry.unwrap().path();
        if !run.join("manifest.json").is_file() {
            continue;
        }
        count += 1;
        let mut verify = Command::new(env!("CARGO_BIN_EXE_gradroute"));
        let output = verify.arg("verify").arg(&run).arg("--against").arg(&run).output().unwrap();
        let (out, err) = (output.stdout, output.stderr);
        let (out, err) = (String::from_utf8_lossy(&out), String::from_utf8_lossy(&err));
        let mut compare = Command::new(env!("CARGO_BIN_EXE_gradroute"));
        let compared = compare.arg("compare").arg(&run).output().unwrap();
        let why = String::from_utf8_lossy(&compared.stderr);
        assert!(compared.status.success(), "{}: {why}", run.display());
        // They are no whole runs, as checkpoints are left out.
        assert!(out.contains("in all that both keep"), "{}: {out}\n{err}", run.display());
        for file in ["manifest.json", "config.toml", "evaluation.json"] {
            let damaged = |line: &&str| line.starts_with("NOT WHOLE") && line.contains(file);
            let line = out.lines().find(damaged);
            // Without logs and checkpoints, a manifest can't be held to them.
            let excused =
                |line: &str| line.contains("metrics.jsonl of") || line.contains("checkpoint");
            assert!(line.is_none_or(excused), "{}: {line:?}", run.display());
        }
    }
    assert!(count > 40, "{count} results");
}
