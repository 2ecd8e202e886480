//! Comparing the runs of a sweep.

use std::fs;

use crate::place::{NAMES, Place, toy};
use crate::program::{refused, succeed};

fn compare(place: &Place, what: &[&str]) -> std::process::Command {
    let mut command = toy(&["compare"]);
    command.args(what).current_dir(place.path(""));
    command
}

#[test]
fn a_sweep_is_compared_over_the_keys_that_it_varies() {
    let place = Place::new();
    let file = place.small();
    succeed(&mut place.sweep(&file, &[]));
    let (out, _) = succeed(&mut compare(&place, &["out"]));
    assert!(out.contains("Measures over world.slip"), "{out}");
    let rows: Vec<&str> =
        out.lines().filter(|line| line.starts_with("0.1 ") || line.starts_with("0.4 ")).collect();
    assert!(rows.len() >= 2 && rows.iter().all(|row| row.contains("(2)")), "{out}");
    let (by_file, _) = succeed(&mut compare(&place, &[file.to_str().unwrap()]));
    assert_eq!(by_file, out);
}

#[test]
fn pictures_over_a_key_are_on_the_page_and_the_numbers_in_the_csv() {
    let place = Place::new();
    succeed(&mut place.sweep(&place.small(), &[]));
    succeed(&mut compare(&place, &["out", "--out", "page"]));
    let html = fs::read_to_string(place.path("page/compare.html")).unwrap();
    assert!(html.contains("Over world.slip") && html.contains("<svg"), "no picture");
    assert!(place.path("page/over-world-slip-1.png").is_file());
    assert!(place.path("page/over-world-slip-1.svg").is_file());
    let csv = fs::read_to_string(place.path("page/compare.csv")).unwrap();
    assert!(csv.lines().count() > 4, "{csv}");
}

#[test]
fn runs_that_are_not_finished_are_left_out_with_a_word() {
    let place = Place::new();
    let file = place.small();
    succeed(&mut place.sweep(&file, &["--run", NAMES[0]]));
    succeed(&mut place.sweep(&file, &["--run", NAMES[2]]));
    let (out, err) = succeed(&mut compare(&place, &["out"]));
    assert!(err.contains("2 of 4 runs in out are not finished and are left out"), "{err}");
    assert!(out.contains("Measures over world.slip"), "{out}");
}

#[test]
fn any_runs_can_be_compared_over_a_key_that_differs() {
    let place = Place::new();
    succeed(&mut place.sweep(&place.small(), &[]));
    let runs: Vec<String> = NAMES.iter().map(|name| format!("out/{name}")).collect();
    let mut what: Vec<&str> = runs.iter().map(String::as_str).collect();
    what.extend(["--over", "world.slip"]);
    let (out, _) = succeed(&mut compare(&place, &what));
    assert!(out.contains("Measures over world.slip"), "{out}");
    *what.last_mut().unwrap() = "train.epochs";
    let parts = ["--over train.epochs", "one value", "world.slip"];
    refused(&mut compare(&place, &what), 2, &parts);
}

#[test]
fn settings_that_differ_in_more_than_the_key_are_on_curves_of_their_own() {
    let place = Place::new();
    let epochs = |n: u32| crate::place::SMALL.replace("epochs\" = 2", &format!("epochs\" = {n}"));
    let (two, five) = (epochs(2), epochs(5).replace("[0.1, 0.4]", "[0.1, 0.4, 0.8]"));
    succeed(&mut place.sweep(&place.file(&two), &["--out", "two"]));
    succeed(&mut place.sweep(&place.file(&five), &["--out", "five"]));
    let (out, _) = succeed(&mut compare(&place, &["two", "five"]));
    let head = out.lines().find(|line| line.starts_with("world.slip")).unwrap();
    assert!(head.contains("epochs=2") && head.contains("epochs=5"), "{out}");
    let row = out.lines().find(|line| line.starts_with("0.8 ")).unwrap();
    assert!(row.contains('–') && row.contains("(2)"), "{row}");
}

#[test]
fn a_sweep_of_which_nothing_is_finished_is_refused() {
    let place = Place::new();
    let file = place.small();
    refused(&mut compare(&place, &[file.to_str().unwrap()]), 1, &["was not started yet"]);
    succeed(&mut place.sweep(&file, &["--print-commands"]));
    refused(&mut compare(&place, &["out"]), 1, &["no run of the sweep in out is finished"]);
}

#[test]
fn over_what_is_no_key_or_does_not_differ_it_is_said_which() {
    let place = Place::new();
    succeed(&mut place.sweep(&place.small(), &[]));
    for (key, part) in [
        ("world.slyp", "there is no such key; did you mean world.slip?"),
        ("slip", "did you mean world.slip?"),
        ("nonsense", "there is no such key;"),
        ("train.seed", "differ in their seed only"),
        ("train.epochs", "all runs have one value of it"),
    ] {
        refused(&mut compare(&place, &["out", "--over", key]), 2, &[part, "is world.slip"]);
    }
}

#[test]
fn curves_are_named_by_all_in_which_they_differ() {
    let place = Place::new();
    succeed(&mut place.sweep(&place.small(), &[]));
    let longer = crate::place::SMALL.replace("\"train.epochs\" = 2", "\"train.epochs\" = 3");
    let lines = longer.replace("[grid]", "[grid]\n\"train.eval_every\" = [1]");
    let lines = lines.replace("\"train.eval_every\" = 2\n", "");
    let file = place.file(&lines);
    succeed(&mut place.sweep(&file, &["--out", "longer"]));
    let (out, _) = succeed(&mut compare(&place, &["out", "longer", "--over", "world.slip"]));
    assert!(out.contains("epochs=2") && out.contains("epochs=3"), "{out}");
}
