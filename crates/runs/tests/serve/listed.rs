//! The list of runs.

use std::fs;
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use super::client::{Served, toy, train};

fn listed(served: &Served) -> Vec<(String, String)> {
    let runs = served.get("/api/runs").json();
    let text = |run: &Value, key: &str| run[key].as_str().unwrap().to_owned();
    let runs = runs["runs"].as_array().unwrap();
    runs.iter().map(|run| (text(run, "name"), text(run, "state"))).collect()
}

fn of(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, state)| ((*name).to_owned(), (*state).to_owned())).collect()
}

#[test]
fn runs_are_listed_by_their_way_from_the_folder_with_how_they_are() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    train(&path("one"), &[]);
    train(&path("sweep/seed=1"), &["--seed", "1"]);
    fs::create_dir_all(path("no-run/config")).unwrap();
    fs::write(path("no-run/config.toml"), "experiment = 'x'").unwrap();
    // Killed: nothing says that it ended.
    train(&path("killed"), &[]);
    fs::remove_file(path("killed/manifest.json")).unwrap();
    let served = Served::at(folder.path());
    let finished = [("killed", "stalled"), ("one", "finished"), ("sweep/seed=1", "finished")];
    assert_eq!(listed(&served), of(&finished));
    let mut command =
        toy(&["train", "--preset", "calm", "--set", "milliseconds=200", "--epochs", "50", "--out"]);
    let mut child = command.arg(path("now")).stderr(Stdio::null()).spawn().unwrap();
    while !listed(&served).contains(&of(&[("now", "running")])[0]) {}
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(listed(&served).contains(&of(&[("now", "stalled")])[0]));
}

#[test]
fn a_run_says_what_it_is_what_it_reached_and_what_of_it_is_damaged() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    train(&run, &["--seed", "4"]);
    let served = Served::at(&run);
    let row = || served.get("/api/runs").json()["runs"][0].clone();
    let found = row();
    for (key, expected) in [
        ("name", Value::from("run")),
        ("experiment", "still".into()),
        ("preset", "calm".into()),
        ("seed", 4.into()),
        ("steps", 10.into()),
        ("steps_planned", 10.into()),
        ("problem", Value::Null),
    ] {
        assert_eq!(found[key], expected, "{key}");
    }
    assert_eq!(found["settings"]["train.seed"], "4");
    assert_eq!(found["settings"]["optimizer.schedule"], "\"constant\"");
    let evaluation: Value =
        serde_json::from_slice(&fs::read(run.join("evaluation.json")).unwrap()).unwrap();
    assert_eq!(found["measures"], evaluation["measures"]);
    fs::write(run.join("evaluation.json"), "{").unwrap();
    let problem = row()["problem"].as_str().unwrap().to_owned();
    assert!(problem.contains("evaluation.json"), "{problem}");
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let folder = TempDir::new().unwrap();
    let (inside, outside) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&inside).unwrap();
    train(&outside.join("run"), &[]);
    std::os::unix::fs::symlink(&outside, inside.join("link")).unwrap();
    assert_eq!(listed(&Served::at(&inside)), []);
}
