//! A run and its control, the same without routing.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{left, manifest, output, refused, same, succeed};
use crate::run::{Place, resume, verify};

/// Changes on the disk: some of the run, of the control's beginning, and of the control.
const CHANGES: [u64; 8] = [3, 90, 150, 160, 170, 180, 240, 310];

fn both(run: &Path) -> [PathBuf; 2] {
    let both = [run.to_owned(), run.join("control")];
    both.iter().for_each(|run| left(run, &["evaluation.json", "metrics.jsonl"]));
    both
}

#[test]
fn a_run_and_its_control_differ_in_routing_alone_and_are_both_whole() {
    let place = Place::new();
    let run = place.path("run");
    succeed(&mut place.train(&run, &["--with-control"]));
    let [routed, control] =
        both(&run).map(|run| fs::read_to_string(run.join("config.toml")).unwrap());
    let changed = control.replace("enabled = false", "enabled = true");
    assert_ne!(routed, control);
    assert_eq!(routed, changed);
    let first = |run: PathBuf| {
        let metrics = fs::read_to_string(run.join("metrics.jsonl")).unwrap();
        metrics.lines().next().unwrap().to_owned()
    };
    let [of_run, of_control] = both(&run).map(first);
    assert_eq!(of_run, of_control, "from the same weights, and a route changes no loss");
    assert_ne!(manifest(&run)["weights_sha256"], manifest(&run.join("control"))["weights_sha256"]);
    let alone = place.path("alone");
    succeed(&mut place.train(&alone, &[]));
    assert_eq!(manifest(&run)["weights_sha256"], manifest(&alone)["weights_sha256"]);
    let page = fs::read_to_string(run.join("report.html")).unwrap();
    assert!(page.matches("<h3>Its control</h3>").count() > 6, "the page shows both");
    let (out, _) = succeed(&mut verify(&run));
    assert!(out.lines().filter(|line| line.contains("control: ")).count() > 10, "{out}");
    let metrics = run.join("control/metrics.jsonl");
    fs::write(&metrics, fs::read_to_string(&metrics).unwrap().replacen("1", "7", 1)).unwrap();
    let damaged = || output(&mut verify(&run)).0;
    assert_eq!(damaged().status.code(), Some(1));
    fs::remove_dir_all(run.join("control")).unwrap();
    let end = damaged();
    assert_eq!(end.status.code(), Some(1));
    let out = String::from_utf8_lossy(&end.stdout);
    assert!(out.contains("its folder is gone"), "{out}");
}

#[test]
fn killed_at_a_change_and_resumed_both_end_as_if_nothing_had_been() {
    let place = Place::new();
    let expected = place.path("whole");
    succeed(&mut place.train(&expected, &["--with-control"]));
    for number in CHANGES {
        let run = place.path(&number.to_string());
        let mut command = place.train(&run, &["--with-control"]);
        let (end, err) = output(command.env("GRADROUTE_FAULT", format!("kill:{number}")));
        assert_eq!(end.status.code(), None, "at change {number} it ended by itself: {err}");
        let begun = fs::read_dir(run.join("checkpoints")).is_ok_and(|mut names| {
            names.any(|name| name.unwrap().path().extension().is_some_and(|e| e == "json"))
        });
        match begun {
            true => succeed(&mut resume(&run, &[])),
            false => succeed(&mut place.train(&run, &["--overwrite", "--with-control"])),
        };
        for (expected, found) in both(&expected).into_iter().zip(both(&run)) {
            same(&expected, &found, &format!("killed at change {number}"));
        }
    }
}

#[test]
fn a_run_that_is_made_longer_takes_its_control_along() {
    let place = Place::new();
    let run = place.path("run");
    succeed(&mut place.train(&run, &["--with-control"]));
    succeed(&mut resume(&run, &["--epochs", "5"]));
    for run in both(&run) {
        assert_eq!(manifest(&run)["steps"], 15);
    }
}

#[test]
fn a_control_of_what_is_not_routed_is_refused_and_nothing_is_left() {
    let place = Place::new();
    let run = place.path("run");
    let unrouted = &["--with-control", "--set", "routing.enabled=false"];
    refused(&mut place.train(&run, unrouted), 2, &["--with-control", "route nothing"]);
    assert!(!run.exists());
    succeed(&mut place.train(&run, &[]));
    refused(&mut resume(&run, &["--with-control"]), 2, &["--with-control contradicts --resume"]);
}

#[test]
fn a_run_that_is_routed_in_part_has_a_control_that_is_not_routed_at_all() {
    let place = Place::new();
    let share = ["--with-control", "--set", "routing.fraction=0.5"];
    let epochs = [&share[..], &["--set", "routing.scheduled=true"]].concat();
    for (name, more) in [("share", &share[..]), ("epochs", &epochs)] {
        let run = place.path(name);
        succeed(&mut place.train(&run, more));
        succeed(&mut verify(&run));
    }
}

#[test]
fn a_control_follows_a_run_that_was_killed_while_it_was_made_longer() {
    let place = Place::new();
    let run = place.path("run");
    succeed(&mut place.train(&run, &["--with-control"]));
    let mut longer = resume(&run, &["--epochs", "6"]);
    let (end, err) = output(longer.env("GRADROUTE_FAULT", "kill:30"));
    assert_eq!(end.status.code(), None, "it ended by itself: {err}");
    succeed(&mut resume(&run, &[]));
    for run in both(&run) {
        assert_eq!(manifest(&run)["steps"], 18);
    }
    succeed(&mut verify(&run));
}

#[test]
fn where_nobody_reads_its_output_a_run_trains_its_control_all_the_same() {
    let place = Place::new();
    let run = place.path("run");
    let mut child = place
        .train(&run, &["--with-control"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.wait().unwrap();
    succeed(&mut verify(&run));
    let page = fs::read_to_string(run.join("report.html")).unwrap();
    assert!(page.contains("Its control"), "both are on the page");
}

#[test]
fn a_run_is_not_replaced_while_its_control_trains() {
    let place = Place::new();
    let run = place.path("run");
    let mut child = place.train_for(300, &run, &["--with-control"]).spawn().unwrap();
    while !run.join("control/metrics.jsonl").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before its control began");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let second = &mut place.train(&run, &["--overwrite", "--seed", "5"]);
    refused(second, 1, &["another process is working on"]);
    assert!(child.wait().unwrap().success());
    succeed(&mut verify(&run));
}

#[test]
fn a_control_that_is_changed_or_not_the_runs_own_is_not_shown() {
    let place = Place::new();
    let run = place.path("run");
    succeed(&mut place.train(&run, &["--with-control"]));
    let figures = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_gradroute"));
        succeed(command.arg("figures").arg(&run));
        fs::read_to_string(run.join("report.html")).unwrap().contains("Its control")
    };
    assert!(figures());
    let evaluation = run.join("control/evaluation.json");
    let results = fs::read_to_string(&evaluation).unwrap();
    fs::write(&evaluation, results.replacen("0.", "0.0", 1)).unwrap();
    assert!(!figures());
    fs::write(&evaluation, results).unwrap();
    assert!(figures());
    let routed = place.whole("routed");
    fs::remove_dir_all(run.join("control")).unwrap();
    crate::program::copy(&routed, &run.join("control"));
    assert!(!figures());
}
