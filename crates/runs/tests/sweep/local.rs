//! Sweeps on this machine.

use std::fs;

use crate::place::{NAMES, Place, SET, all_finished, list, listed, times, toy};
use crate::program::{manifest, output, same, succeed};

#[test]
fn a_sweep_makes_the_runs_that_train_would_make() {
    let place = Place::new();
    let file = place.small();
    let (out, err) = succeed(&mut place.sweep(&file, &[]));
    assert!(out.contains("4 of 4 runs finished"), "{out}");
    assert!(err.contains("run 4/4: ") && err.contains("weights "), "{err}");
    for (i, name) in NAMES.iter().enumerate() {
        let alone = place.path(&format!("alone-{i}"));
        let mut train = toy(&["train", "--preset", "relearn", "--out", alone.to_str().unwrap()]);
        let slip = if i < 2 { "world.slip=0.1" } else { "world.slip=0.4" };
        for set in SET.iter().chain(&[slip]) {
            train.args(["--set", set]);
        }
        train.args(["--seed", if i % 2 == 0 { "0" } else { "3" }]);
        succeed(&mut train);
        same(&alone, &place.out().join(name), name);
    }
}

#[test]
fn the_list_tells_each_run_with_its_values_its_state_and_its_weights() {
    let place = Place::new();
    succeed(&mut place.sweep(&place.small(), &["--jobs", "2"]));
    let list = list(&place.out());
    assert_eq!((&list["program"], &list["experiment"]), (&"toy".into(), &"seeker".into()));
    let runs = list["runs"].as_array().unwrap();
    assert_eq!(runs.iter().map(|run| run["name"].as_str().unwrap()).collect::<Vec<_>>(), NAMES);
    for run in runs {
        let of_run = manifest(&place.out().join(run["name"].as_str().unwrap()));
        assert_eq!(run["weights_sha256"], of_run["weights_sha256"]);
        assert_eq!((&run["steps"], &run["state"]), (&12.into(), &"finished".into()));
        assert_eq!(run["seed"], of_run["seed"]);
    }
    assert_eq!(runs[2]["swept"]["world.slip"], 0.4);
    assert_eq!(
        fs::read_to_string(place.out().join("sweep.toml")).unwrap(),
        fs::read_to_string(place.path("sweep.toml")).unwrap()
    );
}

#[test]
fn runs_side_by_side_end_as_one_after_another() {
    let place = Place::new();
    let file = place.small();
    succeed(&mut place.sweep(&file, &[]));
    let side = place.path("side");
    succeed(&mut place.sweep(&file, &["--jobs", "2", "--out", side.to_str().unwrap()]));
    for name in NAMES {
        same(&place.out().join(name), &side.join(name), name);
    }
}

#[test]
fn a_sweep_that_is_done_is_left_as_it_is() {
    let place = Place::new();
    let file = place.small();
    succeed(&mut place.sweep(&file, &[]));
    let before = times(&place.out());
    let (out, _) = succeed(&mut place.sweep(&file, &["--jobs", "2"]));
    assert!(out.contains("4 of 4 runs finished (4 of them before)"), "{out}");
    let own = |path: &std::path::Path| path.parent() != Some(&place.out());
    let runs = |times: std::collections::BTreeMap<_, _>| -> Vec<_> {
        times.into_iter().filter(|(path, _): &(std::path::PathBuf, _)| own(path)).collect()
    };
    assert_eq!(runs(times(&place.out())), runs(before));
}

#[test]
fn more_seeds_and_values_are_made_beside_those_that_are_there() {
    let place = Place::new();
    succeed(&mut place.sweep(&place.small(), &[]));
    let longer = crate::place::SMALL.replace("[0, 3]", "[0, 3, 7]");
    let file = place.file(&longer);
    let (out, err) = succeed(&mut place.sweep(&file, &[]));
    assert!(out.contains("6 of 6 runs finished (4 of them before)"), "{out}");
    assert!(!err.contains("slip=0.1,seed=0:"), "it was made again: {err}");
    let fewer = place.file(&crate::place::SMALL.replace("[0, 3]", "[7]"));
    let (_, err) = succeed(&mut place.sweep(&fewer, &[]));
    assert!(err.contains("are of no run of") && err.contains(": 4; they stay"), "{err}");
    assert_eq!(listed(&place.out(), "seed").len(), 2);
    assert!(place.out().join(NAMES[0]).join("manifest.json").is_file());
}

#[test]
fn a_run_that_fails_is_named_and_does_not_stop_the_others() {
    let place = Place::new();
    // So large a rate lets the numbers go beyond what f32 holds.
    let lines = crate::place::SMALL
        .replace("\"world.slip\" = [0.1, 0.4]", "\"optimizer.lr\" = [0.01, 1e30]");
    let file = place.file(&lines);
    let (output, err) = output(&mut place.sweep(&file, &[]));
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(out.contains("2 of 4 runs finished, 2 failed"), "{out}");
    let failed: Vec<&str> = out.lines().filter(|line| line.starts_with("Failed: lr=")).collect();
    assert_eq!(failed.len(), 2, "{out}");
    assert!(failed[0].contains("step"), "{out}");
    assert!(err.contains("2 runs failed"), "{err}");
    let states = listed(&place.out(), "state");
    assert_eq!(states["lr=0.01,seed=3"], "finished");
    assert_eq!(states.values().filter(|state| *state == "failed").count(), 2);
    assert!(listed(&place.out(), "error").values().any(|error| error.contains("step")));
}

#[test]
fn a_run_alone_is_made_by_its_name_and_listed() {
    let place = Place::new();
    let file = place.small();
    let (out, _) = succeed(&mut place.sweep(&file, &["--run", NAMES[2]]));
    assert!(out.contains("Results: "), "{out}");
    let states = listed(&place.out(), "state");
    assert_eq!(states[NAMES[2]], "finished");
    assert_eq!(states.values().filter(|state| *state == "waiting").count(), 3);
    let (out, _) = succeed(&mut place.sweep(&file, &["--run", NAMES[2]]));
    assert!(out.contains("Nothing is left to do"), "{out}");
    succeed(&mut place.sweep(&file, &["--run", NAMES[0]]));
    assert_eq!(listed(&place.out(), "state")[NAMES[2]], "finished", "it was forgotten");
    succeed(&mut place.sweep(&file, &[]));
    all_finished(&place.out());
}

#[test]
fn the_folder_of_a_sweep_stands_for_its_file() {
    let place = Place::new();
    succeed(&mut place.sweep(&place.small(), &["--run", NAMES[0]]));
    let out = place.out();
    succeed(&mut place.sweep(&out, &[]));
    all_finished(&out);
}

#[test]
fn two_sweeps_at_a_time_wait_for_each_others_runs_and_make_none_twice() {
    let place = Place::new();
    let lines =
        crate::place::SMALL.replace("\"train.relearn_steps\" = 6", "\"train.relearn_steps\" = 600");
    let file = place.file(&lines);
    let children: Vec<_> = (0..3)
        .map(|_| {
            let mut sweep = place.sweep(&file, &["--jobs", "2"]);
            sweep.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            sweep.spawn().unwrap()
        })
        .collect();
    let mut made = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{err}");
        // Who finds a run finished by another tells it in no time.
        made += err.lines().filter(|line| line.contains("step 0/")).count();
    }
    let _ = made;
    all_finished(&place.out());
    for name in NAMES {
        let resumed = manifest(&place.out().join(name))["resumed"].clone();
        assert_eq!(resumed, serde_json::json!([]), "{name} was begun twice");
    }
}
