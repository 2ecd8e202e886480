//! What a sweep must not touch, and what it must not take for its own.

use std::fs;
use std::path::{Path, PathBuf};

use crate::place::{NAMES, Place, SET, SMALL, times, toy};
use crate::program::{copy, output, refused, succeed};

/// The folder of the second run, made by hand.
fn theirs(place: &Place) -> PathBuf {
    let run = place.out().join(NAMES[1]);
    fs::create_dir_all(&run).unwrap();
    run
}

/// The second run of [`SMALL`], made by `train` with more arguments.
fn by_train(run: &Path, more: &[&str]) {
    let mut train = toy(&["train", "--preset", "relearn", "--seed", "3"]);
    train.arg("--out").arg(run).args(["--set", "world.slip=0.1"]).args(more);
    for set in SET {
        train.args(["--set", set]);
    }
    succeed(&mut train);
}

#[test]
fn weights_without_a_record_are_left_alone() {
    for name in ["my-best-weights.safetensors", "step-00000012.safetensors"] {
        let place = Place::new();
        let file = place.small();
        let kept = theirs(&place).join("checkpoints").join(name);
        fs::create_dir(kept.parent().unwrap()).unwrap();
        fs::write(&kept, "precious").unwrap();
        refused(&mut place.sweep(&file, &[]), 2, &[NAMES[1], name]);
        assert_eq!(fs::read_to_string(&kept).unwrap(), "precious");
    }
}

#[test]
fn a_run_whose_manifest_can_not_be_read_is_not_made_again() {
    let place = Place::new();
    let file = place.small();
    succeed(&mut place.sweep(&file, &[]));
    let run = place.out().join(NAMES[1]);
    fs::remove_dir_all(run.join("checkpoints")).unwrap();
    for text in ["{", "", "{\"key\": \"of a later version\"}"] {
        fs::write(run.join("manifest.json"), text).unwrap();
        refused(&mut place.sweep(&file, &[]), 2, &[NAMES[1], "manifest.json"]);
        assert!(run.join("evaluation.json").is_file() && run.join("figures").is_dir());
    }
    fs::remove_file(run.join("manifest.json")).unwrap();
    refused(&mut place.sweep(&file, &[]), 2, &[NAMES[1], "no checkpoint to go on from"]);
    assert!(run.join("evaluation.json").is_file());
}

#[test]
fn files_of_the_same_names_that_are_none_of_a_sweep_are_left_alone() {
    for (name, text) in [("sweep.json", "{\"my\": \"own\"}"), ("sweep.toml", "# my own")] {
        let place = Place::new();
        let file = place.small();
        fs::create_dir(place.out()).unwrap();
        fs::write(place.out().join(name), text).unwrap();
        refused(&mut place.sweep(&file, &[]), 2, &["can't be the folder of a sweep", name]);
        assert_eq!(fs::read_to_string(place.out().join(name)).unwrap(), text);
    }
}

#[test]
fn an_edited_copy_of_the_file_is_kept_when_the_file_is_used_again() {
    let place = Place::new();
    let file = place.small();
    succeed(&mut place.sweep(&file, &["--print-commands"]));
    let copy = place.out().join("sweep.toml");
    let edited = format!("{}# mine\n", fs::read_to_string(&copy).unwrap());
    fs::write(&copy, &edited).unwrap();
    succeed(&mut place.sweep(&file, &["--print-commands"]));
    let entries = fs::read_dir(place.out()).unwrap().map(|entry| entry.unwrap().path());
    let texts: Vec<String> = entries.filter_map(|path| fs::read_to_string(path).ok()).collect();
    assert!(texts.contains(&edited), "it is gone");
}

#[test]
fn a_sweep_within_a_run_is_refused() {
    let place = Place::new();
    let file = place.small();
    by_train(&place.path("run"), &[]);
    for inner in ["run", "run/figures", "run/a/b"] {
        let out = ["--out", inner];
        refused(&mut place.sweep(&file, &out), 2, &["can't be the folder of a sweep", "run"]);
    }
    assert!(!place.path("run/a").exists());
}

#[test]
fn a_run_that_was_being_made_longer_is_not_taken_as_done() {
    let place = Place::new();
    let longer = SMALL.replace("\"train.epochs\" = 2", "\"train.epochs\" = 4");
    let lines =
        longer.replace("\"relearn\"", "\"learn\"").replace("\"train.relearn_steps\" = 6\n", "");
    let file = place.file(&lines);
    let short = place.path("short");
    let mut train =
        toy(&["train", "--preset", "learn", "--set", "world.slip=0.1", "--epochs", "2"]);
    train.arg("--out").arg(&short);
    for set in SET.iter().filter(|set| !set.contains("epochs=") && !set.contains("relearn")) {
        train.args(["--set", set]);
    }
    succeed(&mut train);
    for change in 1..12 {
        let run = place.out().join(NAMES[0]);
        let _ = fs::remove_dir_all(place.out());
        copy(&short, &run);
        let mut resume = toy(&["train", "--epochs", "4", "--resume"]);
        output(resume.arg(&run).env("GRADROUTE_FAULT", format!("kill:{change}")));
        let (output, err) = output(&mut place.sweep(&file, &[]));
        // It was killed before the longer configuration was there, or it goes on.
        if output.status.success() {
            let manifest = crate::program::manifest(&run);
            assert_eq!(manifest["steps"], 12, "change {change}");
        } else {
            assert!(err.contains("train.epochs is 2, and 4 is wanted"), "change {change}: {err}");
        }
    }
}

#[test]
fn runs_begun_on_other_data_or_from_other_weights_are_not_gone_on_with() {
    let place = Place::new();
    let file = place.small();
    let run = place.out().join(NAMES[1]);
    let data = place.path("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("numbers.txt"), format!("1{}", " 0.5".repeat(11))).unwrap();
    by_train(&run, &["--data", data.to_str().unwrap()]);
    let unfinished = |run: &Path| {
        fs::remove_file(run.join("manifest.json")).unwrap();
        fs::remove_file(run.join("checkpoints/step-00000012.json")).unwrap();
    };
    unfinished(&run);
    refused(&mut place.sweep(&file, &[]), 2, &[NAMES[1], "other data"]);
    let weights = place.path("weights.safetensors");
    fs::rename(run.join("checkpoints/step-00000009.safetensors"), &weights).unwrap();
    fs::remove_dir_all(&run).unwrap();
    by_train(&run, &["--init", weights.to_str().unwrap()]);
    refused(&mut place.sweep(&file, &[]), 2, &[NAMES[1], "began from the weights in"]);
    unfinished(&run);
    refused(&mut place.sweep(&file, &[]), 2, &[NAMES[1], "began from the weights in"]);
}

#[test]
fn commands_mean_the_same_after_the_file_has_changed() {
    let place = Place::new();
    let (commands, _) = succeed(&mut place.sweep(&place.small(), &["--print-commands"]));
    let changed = place.file(&SMALL.replace("\"train.epochs\" = 2", "\"train.epochs\" = 3"));
    succeed(&mut place.sweep(&changed, &["--print-commands"]));
    let first = commands.lines().next().unwrap();
    succeed(std::process::Command::new("sh").args(["-c", first]));
    let config = fs::read_to_string(place.out().join(NAMES[0]).join("config.toml")).unwrap();
    assert!(config.contains("epochs = 2\n"), "{config}");
}

#[test]
fn the_folder_of_another_experiments_sweep_is_refused() {
    let place = Place::new();
    succeed(&mut place.sweep(&place.small(), &["--print-commands"]));
    let list = fs::read_to_string(place.out().join("sweep.json")).unwrap();
    let other = place.file("preset = \"calm\"\nseeds = [0]\n");
    refused(&mut place.sweep(&other, &["--print-commands"]), 2, &["experiment seeker", "`out`"]);
    assert_eq!(fs::read_to_string(place.out().join("sweep.json")).unwrap(), list);
}

#[test]
fn a_single_run_by_a_changed_file_changes_list_and_copy_together() {
    let place = Place::new();
    succeed(&mut place.sweep(&place.small(), &["--run", NAMES[0]]));
    let file = place.file(&SMALL.replace("[0, 3]", "[0, 3, 5]"));
    succeed(&mut place.sweep(&file, &["--run", "slip=0.1,seed=5"]));
    let copy = fs::read_to_string(place.out().join("sweep.toml")).unwrap();
    assert_eq!(copy, fs::read_to_string(&file).unwrap());
    let states = crate::place::listed(&place.out(), "state");
    assert_eq!(states.len(), 6);
    assert_eq!((&*states[NAMES[0]], &*states["slip=0.1,seed=5"]), ("finished", "finished"));
}

#[test]
fn a_finished_run_is_not_made_again_for_other_probes() {
    let place = Place::new();
    let file = place.small();
    succeed(&mut place.sweep(&file, &[]));
    let before = times(&place.out().join(NAMES[1]));
    let file = place.file(&SMALL.replace("[set]\n", "[set]\n\"train.probe_every\" = 2\n"));
    succeed(&mut place.sweep(&file, &[]));
    assert_eq!(times(&place.out().join(NAMES[1])), before);
}
