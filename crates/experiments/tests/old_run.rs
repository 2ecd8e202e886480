//! Runs from before there were several experiments are read, judged, compared and resumed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "../../runs/tests/program/mod.rs"]
mod program;

use program::{copy, succeed};

const OLD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/old-run");

/// A copy of an old run, and its data set.
fn copied(name: &str) -> (TempDir, PathBuf, PathBuf) {
    let folder = TempDir::new().unwrap();
    copy(Path::new(OLD), folder.path());
    let (run, data) = (folder.path().join(name), folder.path().join("data"));
    (folder, run, data)
}

fn gradroute(command: &[&str], run: &Path, data: &Path) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_gradroute"));
    succeed(program.args(command).arg(run).arg("--data").arg(data)).0
}

fn json(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// Evaluations agree in every number that the old one has.
fn same_evaluation(old: &Path, new: &Path) {
    let (old, mut new) = (json(old), json(new));
    let measures = new.as_object_mut().unwrap().remove("measures").unwrap();
    assert!(measures["top_mae_on_top"].is_f64());
    let probes = new.as_object_mut().unwrap().remove("probes").unwrap();
    assert!(probes["top"]["own"].is_f64());
    assert_eq!(old, new);
}

#[test]
fn an_old_run_is_whole_and_stays_so_when_it_is_judged_and_drawn_again() {
    let (_folder, run, data) = copied("end");
    let before = run.join("before.json");
    fs::copy(run.join("evaluation.json"), &before).unwrap();
    let figures = |run: &Path| {
        let entries = fs::read_dir(run.join("figures")).unwrap().map(|entry| entry.unwrap().path());
        let mut figures: Vec<(PathBuf, Vec<u8>)> =
            entries.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
        figures.sort();
        figures
    };
    let drawn = figures(&run);
    for command in ["verify", "evaluate", "verify", "figures", "verify"] {
        let out = gradroute(&[command], &run, &data);
        assert!(!out.contains("NOT WHOLE"), "{command}: {out}");
    }
    same_evaluation(&before, &run.join("evaluation.json"));
    let again = figures(&run);
    for (path, bytes) in &drawn {
        let same = again.iter().any(|(other, now)| other == path && now == bytes);
        assert!(same, "{} has changed", path.display());
    }
    assert_eq!(drawn.len(), 6);
    assert_eq!(again.len(), 18, "with encoding, decoder and who teaches what, as PNG and SVG");
}

#[test]
fn an_old_run_is_compared() {
    let (folder, run, data) = copied("end");
    let out = folder.path().join("out");
    let mut program = Command::new(env!("CARGO_BIN_EXE_gradroute"));
    program.arg("compare").arg(&run).arg("--data").arg(data).arg("--out").arg(&out);
    let output = program.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(table.contains("All runs change in their presets: model.encoding=4"), "{table}");
    assert!(out.join("images-top-certificate.png").exists());
}

#[test]
fn an_old_run_that_was_killed_is_resumed_to_the_end_that_it_would_have_had() {
    let (folder, run, data) = copied("begun");
    let end = folder.path().join("end");
    gradroute(&["train", "--threads", "1", "--resume"], &run, &data);
    for file in ["metrics.jsonl", "checkpoints/step-00000012.safetensors", "config.toml"] {
        assert!(fs::read(run.join(file)).unwrap() == fs::read(end.join(file)).unwrap(), "{file}");
    }
    same_evaluation(&end.join("evaluation.json"), &run.join("evaluation.json"));
    let hash = |run: &Path| json(&run.join("manifest.json"))["weights_sha256"].clone();
    assert_eq!(hash(&run), hash(&end));
    assert!(!gradroute(&["verify"], &run, &data).contains("NOT WHOLE"));
    // There were no probes then; now there is one at the end.
    let probes = fs::read_to_string(run.join("probes.jsonl")).unwrap();
    assert!(probes.starts_with("{\"step\":12,") && probes.lines().count() == 1, "{probes}");
    // Checkpoints of today go on from there too.
    gradroute(&["train", "--epochs", "5", "--resume"], &run, &data);
    assert_eq!(json(&run.join("manifest.json"))["resumed"], serde_json::json!([6, 12]));
}
