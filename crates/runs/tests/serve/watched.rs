//! A run that is watched while it goes on.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::client::{Seen, Served, toy};

const STEPS: usize = 60;

fn train(run: &Path, more: &[&str]) -> Child {
    let mut command = toy(&["train", "--threads", "1"]);
    command.args(more).arg(run).stderr(Stdio::null()).stdout(Stdio::null());
    command.spawn().unwrap()
}

fn begin(run: &Path) -> Child {
    let sets = [
        "milliseconds=20",
        "train.checkpoint_every=1",
        "train.eval_every=1",
        "train.probe_every=2",
    ];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
    train(run, &[&["--preset", "calm"], &sets[..], &["--epochs", "12", "--out"]].concat())
}

fn whole(seen: &Seen) -> bool {
    seen.steps.len() == STEPS
        && seen.state == "finished"
        && seen.count("epochs") == STEPS / 5
        && seen.count("probes") == STEPS / 2 + 1
}

#[test]
fn a_run_that_is_killed_and_goes_on_is_seen_as_one_that_is_looked_at_when_it_is_done() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    let mut child = begin(&run);
    let served = Served::at(folder.path());
    while served.get("/api/watch?run=run").status == 404 {}
    let mut events = served.watch("run");
    let seen = Seen::default().until(&mut events, |seen| seen.steps.len() >= 23);
    child.kill().unwrap();
    child.wait().unwrap();
    let seen = seen.until(&mut events, |seen| seen.state == "stalled");
    let before = seen.steps.len();
    let mut child = train(&run, &["--resume"]);
    let continuous = seen.until(&mut events, whole);
    child.wait().unwrap();
    assert!(before < STEPS && continuous.steps.is_sorted());
    let later = Seen::default().until(&mut served.watch("run"), whole);
    assert_eq!(Seen { cuts: 0, ..continuous }, later);
}

#[test]
fn a_line_is_seen_within_a_second_of_its_step() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    let mut child =
        train(&run, &["--preset", "calm", "--set", "milliseconds=400", "--epochs", "3", "--out"]);
    let served = Served::at(folder.path());
    while served.get("/api/watch?run=run").status == 404 {}
    let mut events = served.watch("run");
    let mut seen = Seen::default();
    let timing = run.join("timing.jsonl");
    for n in 3..9 {
        seen = seen.until(&mut events, |seen| seen.steps.len() >= n);
        let written = std::fs::metadata(&timing).unwrap().modified().unwrap();
        let late = written.elapsed().unwrap_or_default();
        assert!(late < Duration::from_secs(1), "step {n} is seen {late:?} after it was written");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_log_of_a_million_lines_is_shown_within_two_seconds() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    assert!(begin(&run).wait().unwrap().success());
    let line = |step: u64| {
        let x = 1.0 + step as f32 / 7.0;
        format!(
            "{{\"step\":{step},\"total\":{x},\"decoder\":{x},\"good\":{x},\"bad\":{x},\"lr\":0.001}}\n"
        )
    };
    let text: String = (0..1_000_000).map(line).collect();
    std::fs::write(run.join("metrics.jsonl"), text).unwrap();
    let served = Served::at(folder.path());
    // The least of three: what else the machine does can only make it longer.
    let times = [(); 3].map(|()| {
        let began = Instant::now();
        let seen = Seen::default().until(&mut served.watch("run"), |seen| !seen.steps.is_empty());
        assert!(seen.steps.len() > 2048 && seen.steps.len() <= 4096);
        began.elapsed()
    });
    println!("a million lines: {times:?}");
    assert!(times.iter().min() < Some(&Duration::from_secs(2)), "{times:?}");
}
