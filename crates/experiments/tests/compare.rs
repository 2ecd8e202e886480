//! `gradroute compare` as a user meets it.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "../../runs/tests/program/mod.rs"]
mod program;

fn gradroute<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradroute"));
    command.args(arguments);
    command
}

/// A run of a few steps of a tiny model.
fn train(out: &Path, more: &[&str]) -> PathBuf {
    let tiny = "train --set model.hidden=[24,12] --set model.encoding=8 --set train.batch=50 \
                --set data.limit=120 --epochs 1 --out";
    let mut arguments: Vec<&str> = tiny.split_whitespace().collect();
    arguments.push(out.to_str().unwrap());
    arguments.extend(more);
    succeed(gradroute(arguments));
    out.to_owned()
}

fn compare(runs: &[PathBuf], flags: &[&str]) -> Command {
    let runs = runs.iter().map(|run| run.to_str().unwrap());
    gradroute(["compare"].into_iter().chain(runs).chain(flags.iter().copied()))
}

fn succeed(mut command: Command) -> String {
    program::succeed(&mut command).0
}

fn fail(mut command: Command, status: i32, parts: &[&str]) {
    program::refused(&mut command, status, parts);
}

/// Two seeds with routing, one without.
fn three_runs(folder: &Path) -> Vec<PathBuf> {
    vec![
        train(&folder.join("on-0"), &[]),
        train(&folder.join("on-1"), &["--seed", "1"]),
        train(&folder.join("off-0"), &["--set", "routing.enabled=false"]),
    ]
}

#[test]
fn runs_are_printed_as_settings_and_written_as_tables_page_and_pictures() {
    let folder = TempDir::new().unwrap();
    let runs = three_runs(folder.path());
    let out = folder.path().join("out");
    let table = succeed(compare(&runs, &["--out", out.to_str().unwrap()]));
    let row = |start: &str| table.lines().find(|line| line.starts_with(start)).expect(&table);
    assert!(row("quick, routing.enabled=false ").contains(" 1 "), "{table}");
    assert!(row("quick  ").contains(" 2 "), "{table}");
    assert!(table.contains("All runs change in their presets: data.limit=120,"), "{table}");

    let mut names: Vec<String> = std::fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected = [
        "compare.csv",
        "compare.html",
        "compare.md",
        "compare.tex",
        "digits-mae.png",
        "digits-mae.svg",
        "digits-mse.png",
        "digits-mse.svg",
        "images-bottom-certificate.png",
        "images-bottom-certificate.svg",
        "images-top-certificate.png",
        "images-top-certificate.svg",
        "settings-mae.png",
        "settings-mae.svg",
        "settings-mse.png",
        "settings-mse.svg",
    ];
    assert_eq!(names, expected);
    let page = std::fs::read_to_string(out.join("compare.html")).unwrap();
    assert_eq!(page.matches("<svg").count(), 6, "six pictures, inlined");
    let csv = std::fs::read_to_string(out.join("compare.csv")).unwrap();
    assert_eq!(csv, succeed(compare(&runs, &["--format", "csv"])));
}

#[test]
fn the_same_runs_give_the_same_files_whatever_the_threads() {
    let folder = TempDir::new().unwrap();
    let runs = three_runs(folder.path());
    let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
    succeed(compare(&runs, &["--threads", "1", "--out", one.to_str().unwrap()]));
    succeed(compare(&runs, &["--threads", "2", "--out", two.to_str().unwrap()]));
    for entry in std::fs::read_dir(&one).unwrap() {
        let name = entry.unwrap().file_name();
        let same =
            std::fs::read(one.join(&name)).unwrap() == std::fs::read(two.join(&name)).unwrap();
        assert!(same, "{} differs", name.display());
    }
}

#[test]
fn means_over_digits_and_digit_by_digit_are_printed_when_asked_for() {
    let folder = TempDir::new().unwrap();
    let runs = [train(&folder.path().join("run"), &[])];
    let plain = succeed(compare(&runs, &[]));
    assert!(!plain.contains("every digit counts the same") && !plain.contains("digit by digit"));
    let all = succeed(compare(&runs, &["--table", "all", "--format", "markdown"]));
    assert!(all.contains("every digit counts the same") && all.contains("digit by digit"), "{all}");
    assert!(all.contains("| setting | runs |"), "{all}");
}

#[test]
fn a_run_without_checkpoint_is_compared_without_reconstructions() {
    let folder = TempDir::new().unwrap();
    let run = train(&folder.path().join("run"), &[]);
    std::fs::remove_dir_all(run.join("checkpoints")).unwrap();
    let out = folder.path().join("out");
    let (_, err) = program::succeed(&mut compare(&[run], &["--out", out.to_str().unwrap()]));
    assert!(err.contains("No reconstructions of quick"));
    assert!(out.join("settings-mse.png").exists());
    assert!(!out.join("images-top-certificate.png").exists());
}

#[test]
fn what_cannot_be_compared_ends_with_status_1_names_the_run_and_writes_nothing() {
    let folder = TempDir::new().unwrap();
    let run = train(&folder.path().join("run"), &[]);
    let out = folder.path().join("out");
    let flags = ["--out", out.to_str().unwrap()];
    let with = |other: &PathBuf| compare(&[run.clone(), other.clone()], &flags);
    fail(with(&folder.path().join("none")), 1, &["none", "config.toml"]);
    fail(with(&run), 1, &["same configuration and seed 0"]);
    let halves = ["--set", "routing.bottom=[0,1]", "--seed", "1"];
    fail(with(&train(&folder.path().join("halves"), &halves)), 1, &["halves", "0, 1 (bottom)"]);
    let killed = train(&folder.path().join("killed"), &["--seed", "2"]);
    std::fs::remove_file(killed.join("manifest.json")).unwrap();
    fail(with(&killed), 1, &["killed is not finished", "manifest.json"]);

    // Without its keys it would pass for a plain run of the preset.
    let emptied = train(&folder.path().join("emptied"), &["--seed", "4"]);
    std::fs::write(emptied.join("config.toml"), "experiment = \"autoencoder\"\n").unwrap();
    fail(with(&emptied), 1, &["emptied/config.toml", "SHA-256"]);
    let better = train(&folder.path().join("better"), &["--seed", "5"]);
    let results = std::fs::read_to_string(better.join("evaluation.json")).unwrap();
    std::fs::write(better.join("evaluation.json"), results.replacen("0.", "0.0", 1)).unwrap();
    fail(with(&better), 1, &["better/evaluation.json", "SHA-256"]);

    // A damaged checkpoint is found while drawing, after all tables are made.
    let damaged = train(&folder.path().join("damaged"), &["--seed", "3", "--set", "loss.l1=0"]);
    let checkpoint = damaged.join("checkpoints/step-00000003.safetensors");
    std::fs::write(&checkpoint, "not weights").unwrap();
    fail(with(&damaged), 1, &["step-00000003.safetensors"]);
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name == "out" || name.starts_with('.'))
        .collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

#[test]
fn an_existing_folder_is_kept_unless_it_holds_a_comparison_that_is_to_be_overwritten() {
    let folder = TempDir::new().unwrap();
    let runs = [train(&folder.path().join("run"), &[])];
    let out = folder.path().join("out");
    let flags = ["--out", out.to_str().unwrap()];
    succeed(compare(&runs, &flags));
    fail(compare(&runs, &flags), 1, &["holds a comparison", "--overwrite"]);
    succeed(compare(&runs, &[flags[0], flags[1], "--overwrite"]));
    std::fs::write(out.join("thesis.txt"), "all of it").unwrap();
    fail(compare(&runs, &[flags[0], flags[1], "--overwrite"]), 1, &["thesis.txt"]);
    assert!(out.join("thesis.txt").exists());
    // The run itself is no place for a comparison.
    fail(compare(&runs, &["--out", runs[0].to_str().unwrap(), "--overwrite"]), 1, &["run"]);
    assert!(runs[0].join("config.toml").exists());
}

#[test]
fn wrong_requests_end_with_status_2() {
    fail(gradroute(["compare"]), 2, &["RUN"]);
    fail(gradroute(["compare", "run", "--format", "xml"]), 2, &["xml", "markdown"]);
    fail(gradroute(["compare", "run", "--overwrite"]), 2, &["--out"]);
    fail(gradroute(["compare", "run", "--data", "."]), 2, &["--out"]);
}
