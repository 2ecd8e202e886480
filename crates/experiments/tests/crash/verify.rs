//! `gradroute verify` names what is not whole.

use std::fs;

use crate::run::{Place, copy, gradroute, output, succeed};

#[test]
fn a_whole_run_is_whole_also_after_it_was_resumed_judged_and_drawn_again() {
    let place = Place::new();
    let run = place.whole("whole");
    let path = run.to_str().unwrap();
    for command in ["evaluate", "figures"] {
        succeed(&mut gradroute(&[command, path]));
        let (out, _) = succeed(&mut gradroute(&["verify", path]));
        for part in ["config.toml", "metrics.jsonl", "checkpoint after 12 steps", "data set"] {
            assert!(out.contains(part) && !out.contains("NOT WHOLE"), "{out}");
        }
    }
}

#[test]
fn one_changed_bit_or_a_missing_file_anywhere_in_a_run_is_named() {
    let place = Place::new();
    let whole = place.whole("whole");
    let mut files: Vec<String> = ["config.toml", "metrics.jsonl", "timing.jsonl", "epochs.jsonl"]
        .map(str::to_owned)
        .to_vec();
    files.extend(["evaluation.json", "report.html"].map(str::to_owned));
    for folder in ["figures", "checkpoints"] {
        for entry in fs::read_dir(whole.join(folder)).unwrap() {
            files.push(format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy()));
        }
    }
    let run = place.path("damaged");
    for file in &files {
        for missing in [false, true] {
            copy(&whole, &run);
            let path = run.join(file);
            if missing {
                if file == "config.toml" {
                    continue;
                }
                fs::remove_file(&path).unwrap();
            } else {
                let mut bytes = fs::read(&path).unwrap();
                let at = bytes.len() * 2 / 3;
                bytes[at] ^= 1;
                fs::write(&path, bytes).unwrap();
            }
            let (end, err) = output(&mut gradroute(&["verify", run.to_str().unwrap()]));
            let out = String::from_utf8_lossy(&end.stdout);
            assert_eq!(end.status.code(), Some(1), "{file}, missing: {missing}: {out}{err}");
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
}

#[test]
fn a_run_that_was_killed_is_not_whole_and_the_way_on_is_named() {
    let place = Place::new();
    let run = place.path("killed");
    output(place.train(&run, &[]).env("GRADROUTE_FAULT", "kill:100"));
    let (end, _) = output(&mut gradroute(&["verify", run.to_str().unwrap()]));
    let out = String::from_utf8_lossy(&end.stdout);
    assert_eq!(end.status.code(), Some(1), "{out}");
    assert!(
        out.contains("--resume") && out.contains("whole      checkpoint after 6 steps"),
        "{out}"
    );
}
