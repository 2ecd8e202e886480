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
    fs::write(&metrics, fs::read_to_string(&metrics).unwrap().replace("0.9", "0.8")).unwrap();
    let (end, err) = output(&mut verify(&run));
    assert_eq!(end.status.code(), Some(1), "{err}");
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
