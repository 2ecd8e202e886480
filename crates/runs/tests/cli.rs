//! The command line that `main!` gives to a program with two experiments.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "program/mod.rs"]
mod program;

fn toy<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toy"));
    command.args(arguments);
    command
}

fn succeed(mut command: Command) -> String {
    program::succeed(&mut command).0
}

fn fail(mut command: Command, status: i32, parts: &[&str]) {
    program::refused(&mut command, status, parts);
}

/// A run of the small experiment.
fn calm(folder: &Path, name: &str, more: &[&str]) -> PathBuf {
    let run = folder.join(name);
    let start = ["train", "--preset", "calm", "--out", run.to_str().unwrap()];
    succeed(toy(start.into_iter().chain(more.iter().copied())));
    run
}

fn compare(runs: &[&PathBuf], flags: &[&str]) -> Command {
    let runs = runs.iter().map(|run| run.to_str().unwrap());
    toy(["compare"].into_iter().chain(runs).chain(flags.iter().copied()))
}

#[test]
fn experiments_and_presets_are_listed_with_a_line_each_the_default_first() {
    let list = succeed(toy(["experiments"]));
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines[0].starts_with("seeker (default): ") && lines[1].starts_with("still: "));
    let presets = succeed(toy(["presets"]));
    let at = |text: &str| presets.find(text).unwrap_or_else(|| panic!("{text} in {presets}"));
    assert!(at("seeker\n  relearn (default): ") < at("\nstill\n  calm: A few steps"));
    assert!(succeed(toy(["presets", "show", "calm"])).contains("experiment = \"still\""));
    fail(toy(["presets", "show", "nothing"]), 2, &["nothing", "relearn", "calm"]);
}

#[test]
fn help_version_and_completions_are_those_of_the_program() {
    assert!(succeed(toy(["--help"])).contains("Walkers that look for numbers"));
    assert!(succeed(toy(["--version"])).starts_with("toy 0."));
    let script = succeed(toy(["completions", "bash"]));
    assert!(script.contains("_toy()") && script.contains("calm"), "{script}");
}

#[test]
fn an_experiment_may_have_commands_of_its_own() {
    let numbers = succeed(toy(["seeker", "numbers"]));
    assert_eq!(numbers.split_whitespace().count(), 12);
    fail(toy(["seeker", "numbers", "--data", "/nowhere"]), 1, &["numbers.txt"]);
    fail(toy(["seeker", "letters"]), 2, &["letters"]);
    fail(toy(["still"]), 2, &["still"]);
}

#[test]
fn preset_and_configuration_name_their_experiment() {
    let folder = TempDir::new().unwrap();
    let run = calm(folder.path(), "run", &["--seed", "3"]);
    let config = std::fs::read_to_string(run.join("config.toml")).unwrap();
    assert!(config.contains("experiment = \"still\"\npreset = \"calm\"\n"), "{config}");
    let again = folder.path().join("again");
    let [file, out] = [run.join("config.toml"), again].map(|p| p.to_str().unwrap().to_owned());
    succeed(toy(["train", "--config", &file, "--out", &out]));
    let metrics = |run: &str| std::fs::read(Path::new(run).join("metrics.jsonl")).unwrap();
    assert!(metrics(&out) == metrics(run.to_str().unwrap()));

    let refused = |more: &[&str], status, parts: &[&str]| {
        let out = folder.path().join("refused");
        let start = ["train", "--out", out.to_str().unwrap()];
        fail(toy(start.into_iter().chain(more.iter().copied())), status, parts);
        assert!(!out.exists(), "{more:?} left a run directory");
    };
    let other = ["--preset", "learn", "--config", &file];
    refused(&other, 2, &["config.toml", "the experiment is `still`", "`seeker`"]);
    let mine = folder.path().join("mine.toml");
    std::fs::write(&mine, "experiment = \"stil\"\n").unwrap();
    let mine = mine.to_str().unwrap();
    refused(&["--config", mine], 2, &["mine.toml", "`stil`", "did you mean `still`?"]);
    let missing = ["--preset", "relearn", "--no-shuffle"];
    refused(&missing, 2, &["--no-shuffle", "`train.shuffle`", "known here: train."]);
}

#[test]
fn a_run_leaves_measures_and_is_compared_over_seeds_beside_its_floor() {
    let folder = TempDir::new().unwrap();
    let runs = ["0", "1", "2"].map(|seed| calm(folder.path(), seed, &["--seed", seed]));
    let file = std::fs::read_to_string(runs[0].join("evaluation.json")).unwrap();
    let evaluation: Value = serde_json::from_str(&file).unwrap();
    let single = |value: &Value| value.as_f64().unwrap() as f32;
    assert_eq!(single(&evaluation["measures"]["rest"]), single(&evaluation["w"]).abs());
    let other = calm(folder.path(), "other", &["--set", "optimizer.lr=0.2"]);

    let all: Vec<&PathBuf> = runs.iter().chain([&other]).collect();
    let table = succeed(compare(&all, &[]));
    for part in ["rest: how far it is from rest", "calm  ", "calm, optimizer.lr=0.2", "↳ knowing"]
    {
        assert!(table.contains(part), "{part} in {table}");
    }
    assert!(table.contains("Student's t") && table.contains("one run only"), "{table}");
    let csv = succeed(compare(&all, &["--format", "csv"]));
    let line = csv.lines().find(|line| line.starts_with("calm,measured,3,rest,,,")).unwrap();
    let numbers: Vec<f64> = line.split(',').filter_map(|field| field.parse().ok()).collect();
    let values = runs.each_ref().map(|run| {
        let text = std::fs::read_to_string(run.join("evaluation.json")).unwrap();
        let evaluation: Value = serde_json::from_str(&text).unwrap();
        evaluation["measures"]["rest"].as_f64().unwrap()
    });
    let mean = values.iter().sum::<f64>() / 3.0;
    assert!((numbers[1] - mean).abs() < 1e-12 && numbers[2] < mean && mean < numbers[3]);
    fail(compare(&all, &["--table", "digits"]), 2, &["digits", "measures", "all"]);
}

#[test]
fn measures_that_not_every_run_has_are_compared_by_their_names() {
    let folder = TempDir::new().unwrap();
    let far = calm(folder.path(), "far", &["--set", "optimizer.lr=0.01"]);
    let near = calm(folder.path(), "near", &["--set", "optimizer.lr=0.09"]);
    let of = |run: &Path, name: &str| {
        let text = std::fs::read_to_string(run.join("evaluation.json")).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["measures"][name].as_f64()
    };
    assert!(of(&far, "near").is_none() && of(&near, "near").is_some());
    for runs in [[&far, &near], [&near, &far]] {
        let csv = succeed(compare(&runs, &["--format", "csv"]));
        let value = |lr: &str, name: &str| {
            let (setting, name) = (format!("optimizer.lr={lr}"), format!(",measured,1,{name},"));
            let line = csv.lines().find(|line| line.contains(&setting) && line.contains(&name));
            line.map(|line| line.rsplit(',').nth(3).unwrap().parse::<f64>().unwrap())
        };
        assert_eq!(value("0.01", "rest"), of(&far, "rest"), "{csv}");
        assert_eq!(value("0.09", "rest"), of(&near, "rest"));
        assert_eq!((value("0.01", "near"), value("0.09", "near")), (None, Some(1.0)));
        succeed(compare(&runs, &[]));
    }
    let unknown = ["--format", "csv", "--table", "digits"];
    fail(compare(&[&near], &unknown), 2, &["digits", "measures"]);
}

#[test]
fn a_comparison_replaces_only_a_comparison_and_only_when_asked() {
    let folder = TempDir::new().unwrap();
    let run = calm(folder.path(), "run", &[]);
    let out = folder.path().join("deep").join("out");
    let flags = ["--out", out.to_str().unwrap(), "--overwrite"];
    succeed(compare(&[&run], &flags[..2]));
    let listed = |folder: &Path| {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(listed(&out), ["compare.csv", "compare.html", "compare.md", "compare.tex"]);
    assert_eq!(listed(&folder.path().join("deep")), ["out"], "nothing temporary is left");
    fail(compare(&[&run], &flags[..2]), 1, &["--overwrite"]);
    succeed(compare(&[&run], &flags));
    // A picture that the page does not show is somebody else's.
    std::fs::write(out.join("holiday.png"), "sea").unwrap();
    fail(compare(&[&run], &flags), 1, &["holiday.png"]);
    assert!(out.join("holiday.png").exists());
}

#[test]
fn runs_of_two_experiments_are_not_compared() {
    let folder = TempDir::new().unwrap();
    let still = calm(folder.path(), "still", &[]);
    let seeker = folder.path().join("seeker");
    let set = ["--set", "train.steps_per_epoch=3", "--set", "train.relearn_steps=2"];
    let start = ["train", "--epochs", "1", "--out", seeker.to_str().unwrap()];
    succeed(toy(start.into_iter().chain(set)));
    fail(compare(&[&still, &seeker], &[]), 1, &["seeker", "of the experiment `seeker`", "`still`"]);
}

#[test]
fn an_experiment_that_can_not_be_made_longer_says_so() {
    let folder = TempDir::new().unwrap();
    let run = calm(folder.path(), "run", &[]);
    let resume = ["train", "--resume", run.to_str().unwrap()];
    assert!(succeed(toy(resume)).contains("Nothing is left to do: all 10 steps"));
    let longer = resume.into_iter().chain(["--epochs", "5"]);
    fail(toy(longer), 2, &["--epochs 5", "still can't be made longer"]);
}

#[test]
fn of_a_step_with_several_backward_passes_a_picture_is_of_the_first_and_says_so() {
    let mut picture = toy(["graph", "--preset", "relearn", "--format", "svg"]);
    let (svg, note) = program::succeed(&mut picture);
    assert!(svg.starts_with("<svg"), "{svg}");
    assert!(note.contains("makes 2 backward passes; the picture is of the first"), "{note}");
    let (page, note) = program::succeed(&mut toy(["graph", "--preset", "relearn"]));
    assert!(
        page.contains("data-variant=\"as it is, pass 2\"") && !note.contains("passes"),
        "{note}"
    );
}

#[test]
fn the_folder_of_a_graph_is_made_if_it_is_not_there() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let graph = path("some/where/tape.svg");
    succeed(toy(["graph", "--preset", "calm", "--out", &graph]));
    assert!(Path::new(&graph).is_file());
    std::fs::write(path("file"), "").unwrap();
    let within = path("file/tape.svg");
    fail(toy(["graph", "--preset", "calm", "--out", &within]), 2, &[&path("file")]);
}
