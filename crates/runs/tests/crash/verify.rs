//! `verify` names what is not whole.

use std::fs;
use std::path::Path;

use crate::program::{copy, output, results, succeed};
use crate::run::{Place, toy};

fn verify(run: &Path) -> (Option<i32>, String) {
    let (end, err) = output(toy(&["verify"]).arg(run));
    (end.status.code(), String::from_utf8_lossy(&end.stdout).into_owned() + &err)
}

#[test]
fn a_whole_run_is_whole_and_the_same_also_after_it_was_judged_and_drawn_again() {
    let place = Place::new();
    let run = place.whole("whole");
    let before = results(&run);
    for command in ["evaluate", "figures"] {
        succeed(toy(&[command]).arg(&run));
        let (status, out) = verify(&run);
        assert_eq!(status, Some(0), "{out}");
        for part in ["config.toml", "stages.jsonl", "checkpoint after 12 steps", "data set"] {
            assert!(out.contains(part) && !out.contains("NOT WHOLE"), "{out}");
        }
        assert!(results(&run) == before, "{command} changed a result");
    }
}

#[test]
fn one_changed_bit_or_a_missing_file_anywhere_in_a_run_is_named() {
    let place = Place::new();
    let whole = place.whole("whole");
    let mut files: Vec<String> = results(&whole).into_keys().collect();
    files.extend(["timing.jsonl", "report.html", "manifest.json"].map(str::to_owned));
    files.extend(["09", "12"].map(|step| format!("checkpoints/step-000000{step}.json")));
    assert!(files.len() > 12, "{files:?}");
    let run = place.path("damaged");
    for file in &files {
        for missing in [false, true] {
            // Without it, it is no run at all.
            if missing && file == "config.toml" {
                continue;
            }
            copy(&whole, &run);
            let path = run.join(file);
            if missing {
                fs::remove_file(&path).unwrap();
            } else {
                change_one_bit(&path);
            }
            let (status, out) = verify(&run);
            assert_eq!(status, Some(1), "{file}, missing: {missing}: {out}");
            let named = file.rsplit('/').next().unwrap();
            let steps = named.trim_start_matches("step-").trim_start_matches('0');
            let steps = steps.split('.').next().unwrap();
            let line = out.lines().find(|line| {
                line.contains("NOT WHOLE")
                    && (line.contains(named) || line.contains(&format!("after {steps} steps")))
            });
            assert!(line.is_some(), "{file}, missing: {missing}: {out}");
            fs::remove_dir_all(&run).unwrap();
        }
    }
    change_one_bit(&place.path("data/numbers.txt"));
    let (status, out) = verify(&whole);
    assert_eq!(status, Some(1), "{out}");
    let mut bad = out.lines().filter(|line| line.contains("NOT WHOLE"));
    assert!(bad.next().is_some_and(|line| line.contains("data set")), "{out}");
    assert_eq!(bad.next(), None, "{out}");
}

#[test]
fn a_changed_bit_is_named_whatever_was_done_to_the_run_since() {
    let place = Place::new();
    let whole = place.whole("whole");
    let mut files: Vec<String> = results(&whole).into_keys().collect();
    files.extend(["timing.jsonl", "report.html"].map(str::to_owned));
    let run = place.path("damaged");
    for (number, file) in files.iter().enumerate() {
        copy(&whole, &run);
        change_one_bit(&run.join(file));
        // Every order of the three comes up; each may refuse what is damaged.
        let mut commands = vec!["evaluate", "figures", "compare"];
        commands.rotate_left(number % 3);
        if number % 2 == 1 {
            commands.swap(1, 2);
        }
        for command in &commands {
            output(toy(&[command]).arg(&run));
        }
        let (status, out) = verify(&run);
        // What a command has made anew is whole again, and nothing else is.
        let (steps, name) = (file.contains("checkpoints/"), file.rsplit('/').next().unwrap());
        let remade =
            ["evaluation.json", "report.html"].contains(&name) || name.starts_with("figures/");
        let named = |line: &str| line.contains("NOT WHOLE") && (steps || line.contains(name));
        if remade && status == Some(0) {
            assert!(fs::read(run.join(file)).unwrap() == fs::read(whole.join(file)).unwrap());
        } else {
            assert_eq!(status, Some(1), "{file} after {commands:?}: {out}");
            assert!(out.lines().any(named), "{file} after {commands:?}: {out}");
        }
        fs::remove_dir_all(&run).unwrap();
    }
}

fn change_one_bit(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.len() * 2 / 3;
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_run_that_was_killed_is_not_whole_and_the_way_on_is_named() {
    let place = Place::new();
    let run = place.path("killed");
    output(place.train(&run, &[]).env("GRADROUTE_FAULT", "kill:60"));
    let (status, out) = verify(&run);
    assert_eq!(status, Some(1), "{out}");
    assert!(out.contains("--resume"), "{out}");
    assert!(out.contains("whole      checkpoint after"), "{out}");
}
