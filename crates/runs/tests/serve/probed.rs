//! The probes and the flow map of a run that is watched.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::client::{Seen, Served, toy};

/// A run of ten steps with a probe at every second one.
fn train(run: &Path) {
    let mut command = toy(&["train", "--preset", "calm", "--threads", "1"]);
    let output = command.args(["--set", "train.probe_every=2", "--out"]).arg(run).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn steps(seen: &Seen, log: &str) -> Vec<u64> {
    seen.lines[log].iter().map(|line| line["step"].as_u64().unwrap()).collect()
}

#[test]
fn probes_are_told_without_their_pictures_which_are_had_one_by_one() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    train(&run);
    let served = Served::at(folder.path());
    let seen = Seen::default().until(&mut served.watch("run"), |seen| seen.count("probes") == 6);
    assert_eq!(steps(&seen, "probes"), [0, 2, 4, 6, 8, 10]);
    let text = fs::read_to_string(run.join("probes.jsonl")).unwrap();
    let kept: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (told, kept) in seen.lines["probes"].iter().zip(&kept) {
        let step = told["step"].as_u64().unwrap();
        assert!(told["floors"]["rest"] == 1.0 && told["measures"] == kept["measures"]);
        assert!(told.get("figures").is_none());
        let answer = served.get(&format!("/api/probe?run=run&step={step}"));
        assert_eq!((answer.status, &answer.json()), (200, kept));
        let png = kept["figures"][0]["png"].as_str().unwrap();
        assert!(png.starts_with("iVBOR"), "a PNG in base64: {png}");
    }
}

#[test]
fn pictures_that_are_not_there_are_not_found() {
    let folder = TempDir::new().unwrap();
    train(&folder.path().join("run"));
    let served = Served::at(folder.path());
    for query in ["run=run&step=1", "run=run&step=11", "run=none&step=0", "run=..%2frun&step=0"] {
        let answer = served.get(&format!("/api/probe?{query}"));
        assert_eq!(answer.status, 404, "{query}");
        assert!(answer.json()["problem"].is_string());
    }
    for query in ["", "run=run", "run=run&step=-1", "run=run&step=a"] {
        assert_eq!(served.get(&format!("/api/probe?{query}")).status, 400, "{query}");
    }
}

#[test]
fn what_is_cut_off_probes_and_flow_map_vanishes_and_a_later_view_is_the_same() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    train(&run);
    let flow = run.join("flow.jsonl");
    let line = |step: u64, norm: f64| {
        format!(
            "{{\"step\":{step},\"regions\":{{\"w\":{{\"norms\":{{\"a\":{norm}}},\"cosines\":{{}},\"shares\":{{}},\"moved\":0.5}}}}}}\n"
        )
    };
    fs::write(&flow, [line(0, 1.0), line(2, 2.0), line(4, 3.0)].concat()).unwrap();
    let probes = fs::read_to_string(run.join("probes.jsonl")).unwrap();
    let first: Vec<&str> = probes.split_inclusive('\n').take(2).collect();
    let served = Served::at(folder.path());
    let mut events = served.watch("run");
    let both =
        |seen: &Seen, probes, flow| seen.count("probes") == probes && seen.count("flow") == flow;
    let seen = Seen::default().until(&mut events, |seen| both(seen, 6, 3));
    // As a run is cut back that goes on from a checkpoint.
    fs::write(run.join("probes.jsonl"), first.concat()).unwrap();
    fs::write(&flow, line(0, 1.0)).unwrap();
    let seen = seen.until(&mut events, |seen| both(seen, 2, 1));
    assert_eq!(served.get("/api/probe?run=run&step=4").status, 404);
    fs::write(&flow, [line(0, 1.0), line(2, 7.0)].concat()).unwrap();
    fs::write(run.join("probes.jsonl"), &probes).unwrap();
    let seen = seen.until(&mut events, |seen| both(seen, 6, 2));
    assert_eq!(seen.lines["flow"][1]["regions"]["w"]["norms"]["a"], 7.0);
    let later = Seen::default().until(&mut served.watch("run"), |seen| both(seen, 6, 2));
    assert_eq!(seen.lines, later.lines);
}

#[test]
fn logs_of_a_million_probes_and_lines_of_a_flow_map_are_shown_within_two_seconds() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    train(&run);
    let lines = |line: fn(u64) -> String| (0..1_000_000).map(line).collect::<String>();
    let probe =
        |step| format!("{{\"step\":{step},\"measures\":{{\"rest\":0.5}},\"figures\":[]}}\n");
    fs::write(run.join("probes.jsonl"), lines(probe)).unwrap();
    let flow =
        |step| format!("{{\"step\":{step},\"regions\":{{\"w\":{{\"norms\":{{\"a\":1}}}}}}}}\n");
    fs::write(run.join("flow.jsonl"), lines(flow)).unwrap();
    let served = Served::at(folder.path());
    let there = |seen: &Seen| seen.count("probes") > 0 && seen.count("flow") > 0;
    let times = [(); 3].map(|()| {
        let began = Instant::now();
        let seen = Seen::default().until(&mut served.watch("run"), there);
        for log in ["probes", "flow"] {
            let steps = steps(&seen, log);
            assert!((512..=1025).contains(&steps.len()) && steps.is_sorted());
            assert_eq!((steps[0], steps[steps.len() - 1]), (0, 999_999));
        }
        began.elapsed()
    });
    println!("two million lines: {times:?}");
    assert!(times.iter().min() < Some(&Duration::from_secs(2)), "{times:?}");
    let began = Instant::now();
    assert_eq!(served.get("/api/probe?run=run&step=999999").status, 200);
    assert!(began.elapsed() < Duration::from_secs(2));
}
