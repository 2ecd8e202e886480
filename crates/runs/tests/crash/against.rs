//! `verify --against` says whether two runs are the same, and where they part first.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{copy, output, succeed};
use crate::run::{Place, STEPS, toy};

fn against(run: &Path, reference: &Path) -> (Option<i32>, String) {
    let (end, err) = output(toy(&["verify"]).arg(run).arg("--against").arg(reference));
    (end.status.code(), String::from_utf8_lossy(&end.stdout).into_owned() + &err)
}

/// Asserts that they part, first in this.
fn parts(run: &Path, reference: &Path, words: &[&str]) {
    let (status, out) = against(run, reference);
    assert_eq!(status, Some(1), "{out}");
    let last = out.lines().last().unwrap_or_default();
    for word in words {
        assert!(last.contains(word), "`{word}` is not in: {last}\n{out}");
    }
}

#[test]
fn two_runs_of_the_same_settings_are_the_same_also_where_little_of_one_is_kept() {
    let place = Place::new();
    let (run, reference) = (place.whole("run"), place.whole("reference"));
    let same = |what: &str| {
        let (status, out) = against(&run, &reference);
        assert_eq!(status, Some(0), "{what}: {out}");
        let parts = out.lines().filter(|line| line.starts_with("the same")).count();
        assert_eq!(parts, 7, "{what}: {out}");
    };
    same("whole");
    fs::remove_dir_all(reference.join("checkpoints")).unwrap();
    same("without checkpoints");
    let metrics = fs::read_to_string(reference.join("metrics.jsonl")).unwrap();
    let every_fourth: Vec<&str> = metrics.lines().step_by(4).collect();
    fs::write(reference.join("metrics-every-4.jsonl"), every_fourth.join("\n") + "\n").unwrap();
    fs::remove_file(reference.join("metrics.jsonl")).unwrap();
    same("with every fourth step");
    let (status, out) = against(&reference, &run);
    assert_eq!(status, Some(1), "{out}");
    assert!(!out.contains("DIFFERENT"), "{out}");
    fs::remove_file(reference.join("metrics-every-4.jsonl")).unwrap();
    same("with the manifest's hashes of the log");
}

#[test]
fn runs_part_in_their_settings_first_then_in_their_data_then_at_a_step() {
    let place = Place::new();
    let run = place.whole("run");
    let seed = place.path("seed");
    succeed(&mut place.train(&seed, &["--seed", "7"]));
    parts(&run, &seed, &["settings", "train.seed is 0, there 7"]);
    let (_, out) = against(&run, &seed);
    assert!(out.contains("DIFFERENT  metrics.jsonl") && out.contains("step 0: "), "{out}");
    let numbers = fs::read_to_string(place.path("data/numbers.txt")).unwrap();
    let other = Place::new();
    fs::write(other.path("data/numbers.txt"), numbers.replace('4', "5")).unwrap();
    let data = other.whole("data-set");
    parts(&run, &data, &["data set", "numbers.txt is another"]);
}

#[test]
fn one_changed_number_of_any_step_is_where_two_runs_part() {
    let place = Place::new();
    let (run, whole) = (place.whole("run"), place.path("whole"));
    copy(&run, &whole);
    let reference = place.path("reference");
    let lines = fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines.len() as u64, STEPS);
    for step in 0..lines.len() {
        copy(&whole, &reference);
        let mut line: Value = serde_json::from_str(lines[step]).unwrap();
        line["total"] = Value::from(123.5);
        let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        changed[step] = line.to_string();
        fs::write(reference.join("metrics.jsonl"), changed.join("\n") + "\n").unwrap();
        parts(
            &run,
            &reference,
            &["metrics.jsonl", &format!("step {step}: total is"), "there 123.5"],
        );
        fs::remove_dir_all(&reference).unwrap();
    }
}

#[test]
fn a_run_that_ended_early_parts_where_it_ends() {
    let place = Place::new();
    let (short, long) = (place.path("short"), place.path("long"));
    succeed(&mut place.train_alone(2, &short));
    succeed(&mut place.train_alone(3, &long));
    let (_, out) = against(&short, &long);
    assert!(out.contains("it ends before step 6"), "{out}");
    let (_, out) = against(&long, &short);
    assert!(out.contains("it goes on with step 6"), "{out}");
    assert!(out.contains("train.epochs is 3, there 2"), "{out}");
}
