//! Starting a program, and what its runs leave behind. For all tests that do so, those of other
//! crates included.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use gradroute_runs::run::{RunDirectory, saved};

pub fn output(command: &mut Command) -> (Output, String) {
    let output = command.output().expect("the program starts");
    let err = text(&output.stderr);
    (output, err)
}

/// What it printed, to both streams.
pub fn succeed(command: &mut Command) -> (String, String) {
    let (output, err) = output(command);
    let out = text(&output.stdout);
    assert!(output.status.success(), "{command:?}: {}\n{out}\n{err}", output.status);
    (out, err)
}

pub fn refused(command: &mut Command, status: i32, parts: &[&str]) {
    let (output, err) = output(command);
    assert_eq!(output.status.code(), Some(status), "{command:?}: {err}");
    for part in parts {
        assert!(err.contains(part), "{command:?} should say `{part}`: {err}");
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program prints UTF-8")
}

pub fn manifest(run: &Path) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(run.join("manifest.json")).unwrap()).unwrap()
}

/// Everything that must be the same bytes however the run came to its end, by name: all that is
/// there but what tells of time and of the way.
pub fn results(run: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for folder in ["", "checkpoints", "figures"] {
        for entry in fs::read_dir(run.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(run).unwrap().to_str().unwrap().to_owned();
            let of_time = ["timing.jsonl", "report.html", "manifest.json", ".lock"];
            let is_record = name.starts_with("checkpoints/") && name.ends_with(".json");
            if path.is_file() && !is_record && !of_time.contains(&name.as_str()) {
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

/// Asserts that a run left these files, so that comparing what is there compares them.
pub fn left<'n>(run: &Path, names: impl IntoIterator<Item = &'n &'n str>) {
    let left = results(run);
    for name in names {
        assert!(left.contains_key(*name), "there is no {name}");
    }
}

/// Asserts that both runs left the same.
pub fn same(expected: &Path, run: &Path, context: &str) {
    let weights = |run| manifest(run)["weights_sha256"].clone();
    assert_eq!(weights(expected), weights(run), "{context}: other weights");
    let (expected, found) = (results(expected), results(run));
    let (names, found_names) = (expected.keys(), found.keys());
    assert!(names.clone().eq(found_names.clone()), "{context}: {found_names:?}, not {names:?}");
    for (name, bytes) in &expected {
        assert!(found[name] == *bytes, "{context}: {name} differs");
    }
}

/// Asserts that a run has checkpoints, and that every number in them is finite.
pub fn checkpoints_are_finite(run: &Path) {
    let directory = RunDirectory::open(run).unwrap();
    let steps = saved::list(&directory).unwrap();
    assert!(!steps.is_empty());
    for steps in steps {
        let loaded = saved::load(&directory, steps).unwrap();
        for checkpoint in [&loaded.weights, &loaded.rest] {
            for name in checkpoint.names() {
                let values = &checkpoint.tensor(name).unwrap().data;
                assert!(values.iter().all(|v| v.is_finite()), "{steps}: {name}");
            }
        }
    }
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
