//! The probes of both experiments.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gradroute_runs::ProbeLine;
use gradroute_runs::config::Request;
use gradroute_runs::{Driver, Experiment};
use tempfile::TempDir;

#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "../../runs/tests/program/mod.rs"]
mod program;

use program::{results, succeed};

/// The largest picture of a probe, in bytes of a PNG.
const LARGEST: usize = 48_000;

fn gradroute(arguments: &[&str]) -> String {
    succeed(Command::new(env!("CARGO_BIN_EXE_gradroute")).args(arguments)).0
}

/// A small run of four steps an epoch with these keys set.
fn train(folder: &TempDir, name: &str, preset: &str, set: &[&str]) -> PathBuf {
    let run = folder.path().join(name);
    let mut arguments = vec!["train", "--preset", preset, "--epochs", "2"];
    for setting in ["model.hidden=[24,12]", "data.limit=400", "train.batch=100"].iter().chain(set) {
        arguments.extend(["--set", setting]);
    }
    arguments.extend(["--out", run.to_str().unwrap()]);
    gradroute(&arguments);
    run
}

fn probes(run: &Path) -> Vec<ProbeLine> {
    let text = fs::read_to_string(run.join("probes.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn training_comes_to_the_same_bits_with_probes_and_without() {
    let folder = TempDir::new().unwrap();
    for preset in ["quick", "vae-quick"] {
        let every = |number: u32| format!("train.probe_every={number}");
        let train = |number: u32| {
            let set = [&every(number)[..], "train.eval_every=1"];
            train(&folder, &format!("{preset}-{number}"), preset, &set)
        };
        let (with, without) = (train(3), train(0));
        let [mut with_it, mut without_it] = [&with, &without].map(|run| results(run));
        assert!(with_it.remove("probes.jsonl").is_some());
        assert!(with_it.remove("config.toml") != without_it.remove("config.toml"));
        for name in ["metrics.jsonl", "epochs.jsonl", "evaluation.json"] {
            assert!(with_it.contains_key(name), "{name}");
        }
        assert!(with_it == without_it, "{preset}");
        let [with, without] = [&with, &without].map(|run| run.to_str().unwrap());
        gradroute(&["verify", with, "--against", without]);
        gradroute(&["verify", without, "--against", with]);
        // What turns the preset's probes off is kept.
        gradroute(&["train", "--resume", without, "--epochs", "2"]);
        assert!(!Path::new(without).join("probes.jsonl").exists());
    }
}

#[test]
fn a_probe_has_measures_with_floors_and_a_small_picture() {
    let folder = TempDir::new().unwrap();
    for (preset, floored) in [("quick", "top_mae_on_bottom"), ("vae-quick", "argmax_accuracy")] {
        let run = train(&folder, preset, preset, &["train.probe_every=3"]);
        let probes = probes(&run);
        let steps: Vec<u64> = probes.iter().map(|line| line.step).collect();
        assert_eq!(steps, [0, 3, 6, 8]);
        for line in &probes {
            let of = |numbers: &[(String, f64)]| {
                let found = numbers.iter().find(|(name, _)| name == floored);
                found.map(|(_, number)| *number).unwrap()
            };
            assert!(of(&line.measures.0).is_finite() && of(&line.floors.0) > 0.0);
            let [picture] = &line.figures[..] else { panic!("one picture") };
            let bytes = picture.png.len() * 3 / 4;
            assert!(picture.name == "digits" && bytes < LARGEST, "{bytes} bytes");
        }
        assert!(probes[0].measures != probes[3].measures, "it learns");
        assert!(probes[0].figures != probes[3].figures);
    }
}

#[test]
fn a_run_with_a_control_has_probes_of_both() {
    let folder = TempDir::new().unwrap();
    for every in ["0", "4"] {
        let run = folder.path().join(every);
        let mut arguments = vec!["train", "--preset", "quick", "--epochs", "1", "--with-control"];
        let every_is = format!("train.probe_every={every}");
        for set in ["model.hidden=[24,12]", "data.limit=400", "train.batch=100", &every_is] {
            arguments.extend(["--set", set]);
        }
        arguments.extend(["--out", run.to_str().unwrap()]);
        gradroute(&arguments);
        gradroute(&["verify", run.to_str().unwrap()]);
        let report = fs::read_to_string(run.join("report.html")).unwrap();
        assert!(report.contains("Its control"), "the control is known as the run's");
        for run in [run.join("probes.jsonl"), run.join("control/probes.jsonl")] {
            assert_eq!(run.exists(), every == "4", "{}", run.display());
        }
    }
}

fn has_probes<E: Experiment>(preset: &str) {
    let config = E::resolve(&Request::preset(preset, &[])).unwrap().config;
    let (data, _) = E::load(&config, None).unwrap();
    let driver = Driver::<E>::new(&config, &data).unwrap();
    assert!(driver.plan().has_probes(), "{preset}");
}

#[test]
fn the_quick_presets_show_their_growth_without_being_asked() {
    has_probes::<gradroute::autoencoder::Autoencoder>("quick");
    has_probes::<gradroute::vae::Vae>("vae-quick");
}
