//! What a run keeps of its probes.

use std::fs;
use std::path::Path;

use gradroute_runs::ProbeLine;

use crate::program::{refused, results, succeed};
use crate::run::{Place, is_whole, resume, toy};

fn text(run: &Path) -> String {
    fs::read_to_string(run.join("probes.jsonl")).unwrap()
}

fn probes(run: &Path) -> Vec<ProbeLine> {
    text(run).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn steps(run: &Path) -> Vec<u64> {
    probes(run).iter().map(|line| line.step).collect()
}

#[test]
fn there_is_a_probe_before_the_first_step_at_each_interval_and_at_each_end_of_a_stage() {
    let place = Place::new();
    let stages = place.whole("stages");
    assert_eq!(steps(&stages), [0, 2, 4, 6, 8, 10, 12]);
    let run = place.path("run");
    succeed(&mut place.train_probed(Some(4), &run, &[]));
    assert_eq!(steps(&run), [0, 4, 6, 10, 12], "intervals begin with each stage");
    for line in probes(&run) {
        let floors: Vec<&str> = line.floors.0.iter().map(|(name, _)| &name[..]).collect();
        assert_eq!((line.measures.0.len(), &floors[..]), (4, &["found"][..]));
        assert_eq!(line.figures.len(), 1);
        assert!(line.figures[0].name == "visits" && line.figures[0].png.starts_with("iVBOR"));
    }
}

#[test]
fn with_probes_or_without_a_run_leaves_the_same_bytes_but_for_them() {
    let place = Place::new();
    let with = place.whole("with");
    let without = place.path("without");
    succeed(&mut place.train_probed(None, &without, &[]));
    let [mut with_it, mut without_it] = [&with, &without].map(|run| results(run));
    assert!(
        with_it.remove("probes.jsonl").is_some() && without_it.remove("probes.jsonl").is_none()
    );
    for found in [&mut with_it, &mut without_it] {
        assert!(found.remove("config.toml").is_some());
    }
    assert!(with_it == without_it);
    // They are the same run by every account.
    let (out, _) = succeed(toy(&["verify"]).arg(&with).arg("--against").arg(&without));
    assert!(out.contains("The same as"), "{out}");
    let of_one_setting = ["seed 0"];
    refused(toy(&["compare"]).arg(&with).arg(&without), 1, &of_one_setting);
}

#[test]
fn a_run_that_ended_between_probes_goes_on_as_if_it_had_not_ended() {
    let place = Place::new();
    let whole = place.whole_alone("whole");
    let short = place.path("short");
    succeed(&mut place.train_alone(2, &short));
    assert_eq!(steps(&short), [0, 4, 6]);
    is_whole(&short);
    succeed(&mut resume(&short, &["--epochs", "4"]));
    assert_eq!(steps(&short), [0, 4, 8, 12]);
    assert!(text(&short) == text(&whole));
    is_whole(&short);
}

#[test]
fn a_run_that_was_killed_behind_its_last_checkpoint_has_its_last_probe_all_the_same() {
    let place = Place::new();
    let run = place.path("run");
    succeed(&mut place.train_alone(2, &run));
    let expected = text(&run);
    fs::remove_file(run.join("manifest.json")).unwrap();
    let cut = expected.trim_end().rfind('\n').unwrap() + 1;
    for end in [cut, cut + 10, expected.len()] {
        fs::write(run.join("probes.jsonl"), &expected[..end]).unwrap();
        let _ = fs::remove_file(run.join("manifest.json"));
        succeed(&mut resume(&run, &[]));
        assert!(text(&run) == expected, "cut at {end}");
        is_whole(&run);
    }
}
