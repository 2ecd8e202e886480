//! What was changed between two commands, or is not there yet.

use std::fs;
use std::path::Path;

use crate::program::{copy, output, refused, results, same, succeed};
use crate::run::{Place, is_whole, resume, toy};

fn command(name: &str, run: &Path) -> std::process::Command {
    let mut command = toy(&[name, "--threads", "1"]);
    command.arg(run);
    command
}

fn edit(run: &Path, before: &str, after: &str) {
    let file = run.join("config.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(before), "{text}");
    fs::write(file, text.replace(before, after)).unwrap();
}

#[test]
fn a_run_is_not_made_shorter_or_longer_behind_its_back() {
    let place = Place::new();
    let run = place.path("run");
    succeed(&mut place.train_alone(3, &run));
    edit(&run, "\nepochs = 3\n", "\nepochs = 2\n");
    let was = ["train.epochs is 2, but was 3", "only get more"];
    for name in ["evaluate", "figures"] {
        refused(&mut command(name, &run), 1, &was);
    }
    refused(&mut resume(&run, &[]), 1, &was);
    edit(&run, "\nepochs = 2\n", "\nepochs = 4\n");
    for name in ["evaluate", "figures"] {
        let asks = ["asks for 12 steps", "had 9", "train --resume"];
        refused(&mut command(name, &run), 1, &asks);
    }
    // For longer is what may be asked for, by the key or by --epochs.
    let longer = place.path("longer");
    succeed(&mut place.train_alone(4, &longer));
    succeed(&mut resume(&run, &[]));
    same(&longer, &run, "made longer by its configuration");
    is_whole(&run);
}

#[test]
fn a_run_that_has_passed_a_stage_does_not_get_more_of_it() {
    let place = Place::new();
    let run = place.whole("run");
    let before = results(&run);
    let (out, _) = succeed(&mut resume(&run, &[]));
    assert!(out.contains("Nothing is left to do") && !out.contains("--epochs"), "{out}");
    let passed = ["--epochs 5", "the stage `learn`", "had 6 steps", "train a new one"];
    refused(&mut resume(&run, &["--epochs", "5"]), 2, &passed);
    edit(&run, "\nepochs = 2\n", "\nepochs = 5\n");
    refused(&mut resume(&run, &[]), 2, &["config.toml", "the stage `learn`"]);
    edit(&run, "\nepochs = 5\n", "\nepochs = 2\n");
    assert!(results(&run) == before, "it was changed all the same");
    is_whole(&run);
}

#[test]
fn a_killed_run_is_judged_and_drawn_as_it_was_at_its_checkpoint() {
    let place = Place::new();
    let expected = place.whole("expected");
    let mut judged = 0;
    for number in 1.. {
        let run = place.path("killed");
        let _ = fs::remove_dir_all(&run);
        let (end, _) =
            output(place.train(&run, &[]).env("GRADROUTE_FAULT", format!("kill:{number}")));
        if end.status.success() {
            break;
        }
        let stages = fs::read_to_string(run.join("stages.jsonl")).unwrap_or_default();
        let saved = |steps| run.join(format!("checkpoints/step-{steps:08}.json")).exists();
        let early = ![6, 9, 12].into_iter().any(saved);
        if !stages.ends_with('\n') || !early {
            continue;
        }
        judged += 1;
        succeed(&mut command("evaluate", &run));
        let text = fs::read_to_string(run.join("evaluation.json")).unwrap();
        let found: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(found.get("stages").is_none(), "killed at {number}: {text}");
        succeed(&mut command("figures", &run));
        succeed(&mut resume(&run, &[]));
        same(&expected, &run, "judged, then resumed");
    }
    assert!(judged > 0, "no kill fell between a stage's end and its checkpoint");
}

#[test]
fn a_run_that_can_not_go_on_is_left_as_it_was() {
    let place = Place::new();
    let run = place.path("run");
    succeed(&mut place.train_alone(3, &run));
    let other = place.path("other");
    copy(&run, &other);
    let numbers = place.path("data/numbers.txt");
    fs::write(&numbers, fs::read_to_string(&numbers).unwrap().replace('4', "5")).unwrap();
    refused(&mut resume(&run, &["--epochs", "4"]), 1, &["another data set", "numbers.txt"]);
    assert!(results(&run) == results(&other), "it was changed all the same");
}
