//! The flow map of a run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gradroute_runs::flow::{FlowLine, OfRegion};
use serde_json::Value;
use tempfile::TempDir;

fn gradroute(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_gradroute")).args(arguments).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {err}");
    String::from_utf8(output.stdout).unwrap()
}

/// A small run of the seed, of 4 steps an epoch.
fn train(folder: &TempDir, name: &str, epochs: &str, set: &[&str]) -> PathBuf {
    let run = folder.path().join(name);
    let mut arguments = vec!["train", "--preset", "seed", "--epochs", epochs];
    for setting in ["model.hidden=[24,12]", "data.limit=400", "train.batch=100"].iter().chain(set) {
        arguments.extend(["--set", setting]);
    }
    arguments.extend(["--out", run.to_str().unwrap()]);
    gradroute(&arguments);
    run
}

fn lines(run: &Path) -> Vec<FlowLine> {
    let text = fs::read_to_string(run.join("flow.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn weights(run: &Path) -> String {
    let text = fs::read_to_string(run.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    manifest["weights_sha256"].as_str().unwrap().to_owned()
}

#[test]
fn a_run_has_the_same_weights_with_a_flow_map_and_the_same_map_when_it_is_resumed() {
    let folder = TempDir::new().unwrap();
    let plain = train(&folder, "plain", "3", &[]);
    let every = ["train.flow_every=3", "train.checkpoint_every=1"];
    let whole = train(&folder, "whole", "3", &every);
    assert!(!plain.join("flow.jsonl").exists());
    assert_eq!(weights(&plain), weights(&whole));
    let again = train(&folder, "again", "1", &every);
    gradroute(&["train", "--resume", again.to_str().unwrap(), "--epochs", "3"]);
    let map = |run: &Path| fs::read(run.join("flow.jsonl")).unwrap();
    assert!(map(&whole) == map(&again), "the map of a resumed run is another one");
    let steps: Vec<u64> = lines(&whole).iter().map(|line| line.step).collect();
    assert_eq!(steps, [0, 3, 6, 9]);
    for picture in ["flow-shares.png", "flow-norms.svg", "flow-cosines.svg"] {
        assert!(whole.join("figures").join(picture).is_file(), "{picture}");
    }
    let path = whole.to_str().unwrap();
    assert!(gradroute(&["verify", path]).contains("flow.jsonl"));
    gradroute(&["evaluate", path]);
    gradroute(&["figures", path]);
    gradroute(&["audit", path]);
}

#[test]
fn shares_make_up_the_whole_movement_where_every_step_is_looked_at_and_nothing_is_remembered() {
    let folder = TempDir::new().unwrap();
    let set = ["train.flow_every=1", "optimizer.beta1=0", "optimizer.lr=1e-4"];
    let run = train(&folder, "run", "3", &set);
    for line in lines(&run) {
        for (region, found) in &line.regions {
            let OfRegion { norms, cosines, shares, moved } = found;
            let rest = shares["rest"];
            // Decay is taken of the weights after the step, which moves them by up to 1e-4 of some 0.05.
            assert!(*moved > 0.0 && rest.abs() < 5e-3, "{region} at {}: rest {rest}", line.step);
            assert!((shares.values().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!(norms.values().all(|norm| *norm > 0.0) && norms.len() == 2, "{region}");
            assert!(cosines.values().all(|cosine| cosine.abs() <= 1.0 + 1e-12));
        }
    }
}

#[test]
fn a_half_is_taught_by_the_other_groups_digits_through_the_penalty_alone() {
    let folder = TempDir::new().unwrap();
    let set = ["train.flow_every=4", "loss.l1=0", "optimizer.weight_decay=0"];
    let run = train(&folder, "run", "2", &set);
    for line in lines(&run) {
        let bottom = &line.regions["bottom rows"];
        assert!(bottom.norms["bottom"] > 0.0);
        assert_eq!(bottom.norms["top"], 0.0);
        assert_eq!(bottom.shares["top"], 0.0);
        assert!(bottom.cosines.is_empty(), "a gradient of 0 has no direction");
        assert!(!bottom.shares.contains_key("decay"));
    }
}
