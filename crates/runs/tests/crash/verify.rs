//! `verify` names what is not whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::{any, prop_assert};
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};

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

/// What may be done to a run; of compare, what is printed and what is written.
const COMMANDS: [&[&str]; 4] =
    [&["evaluate"], &["figures"], &["compare"], &["compare", "--overwrite", "--out"]];

/// Every file of a run, with its content.
fn every_file(run: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = results(run);
    let mut names = ["timing.jsonl", "report.html", "manifest.json"].map(str::to_owned).to_vec();
    names.extend(["09", "12"].map(|step| format!("checkpoints/step-000000{step}.json")));
    files.extend(names.into_iter().map(|name| (name.clone(), fs::read(run.join(name)).unwrap())));
    files
}

#[test]
fn a_changed_bit_in_any_file_is_named_after_any_commands_before_and_after_it_came() {
    let place = Place::new();
    let whole = place.whole("whole");
    let expected = every_file(&whole);
    let (run, compared) = (place.path("damaged"), place.path("compared"));
    let names: Vec<&String> = expected.keys().collect();
    let strategy = (
        (0..names.len(), any::<Index>(), 0..8u8),
        vec(select(&COMMANDS[..]), 0..=6),
        any::<Index>(),
    );
    let config = Config { cases: 64, failure_persistence: None, ..Config::default() };
    let property =
        |((file, at, bit), commands, moment): ((usize, Index, u8), Vec<&[&str]>, Index)| {
            let name = names[file].as_str();
            let do_all = |commands: &[&[&str]]| {
                for command in commands {
                    let mut called = toy(command);
                    if command.len() > 1 {
                        called.arg(&compared);
                    }
                    // Each may refuse what is damaged.
                    output(called.arg(&run));
                }
            };
            let _ = fs::remove_dir_all(&run);
            copy(&whole, &run);
            let (before, after) = commands.split_at(moment.index(commands.len() + 1));
            do_all(before);
            prop_assert!(every_file(&run) == expected, "{before:?} changed a whole run");
            let mut bytes = expected[name].clone();
            bytes[at.index(expected[name].len())] ^= 1 << bit;
            fs::write(run.join(name), bytes).unwrap();
            do_all(after);
            let (status, out) = verify(&run);
            if status == Some(0) {
                // What a command has made anew is whole again, and then so is all else.
                prop_assert!(every_file(&run) == expected, "damage of {name} was sealed: {out}");
            } else {
                let last = name.rsplit('/').next().unwrap();
                let steps = last.trim_start_matches("step-").trim_start_matches('0');
                let of_steps = format!("after {} steps", steps.split('.').next().unwrap());
                let named = |line: &str| line.contains(last) || line.contains(&of_steps);
                let mut bad = out.lines().filter(|line| line.starts_with("NOT WHOLE"));
                prop_assert!(status == Some(1) && bad.any(named), "{name} is not named: {out}");
            }
            Ok(())
        };
    TestRunner::new(config).run(&strategy, property).unwrap();
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
