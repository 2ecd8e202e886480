//! What is refused, with the reason, before anything starts.

use std::fs;

use crate::place::{NAMES, Place, SMALL, listed, toy};
use crate::program::{refused, succeed};

/// A sweep of these lines is refused with these words, and nothing is made.
fn refuses(lines: &str, parts: &[&str]) {
    let place = Place::new();
    let file = place.file(lines);
    for more in [&[][..], &["--dry-run"], &["--print-commands"]] {
        refused(&mut place.sweep(&file, more), 2, parts);
        assert!(!place.out().exists(), "something was made: {lines}");
    }
}

#[test]
fn a_bad_sweep_file_is_refused_before_anything_starts() {
    let grid = |grid: &str| SMALL.replace("\"world.slip\" = [0.1, 0.4]", grid);
    for (lines, parts) in [
        (
            grid("\"world.slop\" = [1]"),
            &["slop=1,seed=0", "unknown key `world.slop`", "world.slip"][..],
        ),
        (grid("\"world.slip\" = []"), &["world.slip", "empty list"]),
        (grid("\"world.slip\" = 0.1"), &["world.slip", "is 0.1", "a list of values"]),
        (grid("\"world.slip\" = [0.1, 7.5]"), &["slip=7.5,seed=0", "a number from 0 to 1"]),
        (grid("\"world.slip\" = [0.1, \"much\"]"), &["slip=much", "world.slip"]),
        (grid("\"world.slip\" = [0.1, 0.1]"), &["two runs would be one: slip=0.1,seed=0"]),
        (grid("\"train.seed\" = [1]"), &["train.seed", "[grid]", "`seeds`"]),
        (grid("\"train.epochs\" = [1, 2]"), &["train.epochs", "[set]", "[grid]"]),
        (grid("train = [{ epochs = 2 }, { epochs = 3 }]"), &["grid.\"train\"", "[[runs]]"]),
        (
            grid("\"world.slip\" = [0.1]\n[grid.world]\nslip = [0.2]"),
            &["world.slip", "another form"],
        ),
        (grid("preset = [\"learn\"]"), &["`preset`", "above all tables"]),
        (SMALL.replace("[0, 3]", "[]"), &["seeds", "such as [0, 1, 2]"]),
        (SMALL.replace("[0, 3]", "[-1]"), &["seeds", "-1", "0 or more"]),
        (SMALL.replace("[0, 3]", "3"), &["seeds", "is 3", "such as [0, 1, 2]"]),
        (SMALL.replace("[0, 3]", "[3, 3]"), &["two runs would be one", "seed=3"]),
        (SMALL.replace("seeds = [0, 3]\n", ""), &["seeds", "not there"]),
        (SMALL.replace("relearn\"", "relarn\""), &["no preset `relarn`", "did you mean `relearn`"]),
        (SMALL.replace("seeds =", "seed ="), &["unknown key `seed`", "did you mean `seeds`"]),
        (format!("wide = 3\n{SMALL}"), &["unknown key `wide`", "[grid]"]),
        (format!("experiment = \"still\"\n{SMALL}"), &["relearn", "seeker", "still"]),
        ("seeds = [".to_owned(), &["not valid TOML"]),
    ] {
        refuses(&lines, parts);
    }
}

#[test]
fn runs_that_differ_in_nothing_are_refused() {
    // A seed that is swept twice by other names, and a value that is the preset's.
    let rows = SMALL.split("[grid]").next().unwrap().to_owned();
    refuses(
        &format!("{rows}[[runs]]\n[[runs]]\n\"world.slip\" = 0.1\n"),
        &["two runs would be one", "seed=0", "slip=0.1,seed=0"],
    );
}

#[test]
fn too_many_runs_are_refused_with_what_they_are_the_product_of() {
    let thousand: Vec<String> = (0..1000).map(|i| format!("{}", f64::from(i) / 1000.0)).collect();
    let thousand = thousand.join(", ");
    let lines = SMALL.replace(
        "\"world.slip\" = [0.1, 0.4]",
        &format!("\"world.slip\" = [{thousand}]\n\"optimizer.lr\" = [{thousand}]\n\"relearn.lr\" = [{thousand}]"),
    );
    refuses(&lines, &["2000000000 runs", "world.slip: 1000", "seeds: 2", "10000"]);
}

#[test]
fn a_sweep_without_a_folder_or_in_that_of_a_run_is_refused() {
    let place = Place::new();
    let file = place.path("none.toml");
    fs::write(&file, SMALL).unwrap();
    refused(&mut place.sweep(&file, &[]), 2, &["no key `out`", "runs/sizes"]);
    let run = place.path("run");
    succeed(&mut toy(&["train", "--preset", "calm", "--out", run.to_str().unwrap()]));
    let out = ["--out", run.to_str().unwrap()];
    refused(&mut place.sweep(&file, &out), 2, &["the folder of a run", "another `out`"]);
    refused(&mut place.sweep(&place.path("nothing.toml"), &[]), 2, &["nothing.toml"]);
}

#[test]
fn folders_that_hold_other_runs_are_named_and_left_alone() {
    let place = Place::new();
    let file = place.small();
    succeed(&mut place.sweep(&file, &[]));
    let changed = place.file(&SMALL.replace("\"train.epochs\" = 2", "\"train.epochs\" = 3"));
    let parts = [
        "4 folders",
        "slip=0.1,seed=0: train.epochs is 2, and 3 is wanted",
        "--epochs 3",
        "Nothing was started",
    ];
    refused(&mut place.sweep(&changed, &[]), 2, &parts);
    let other = place.file(&SMALL.replace("[set]", "[set]\n\"optimizer.lr\" = 0.5"));
    refused(&mut place.sweep(&other, &[]), 2, &["optimizer.lr is 0.01, and 0.5 is wanted"]);
    // What is no run at all.
    let place = Place::new();
    let file = place.small();
    let theirs = place.out().join(NAMES[1]);
    fs::create_dir_all(&theirs).unwrap();
    fs::write(theirs.join("thesis.txt"), "years of work").unwrap();
    refused(&mut place.sweep(&file, &[]), 2, &["a folder holds", NAMES[1], "`thesis.txt`"]);
    assert_eq!(fs::read_to_string(theirs.join("thesis.txt")).unwrap(), "years of work");
    assert!(!place.out().join(NAMES[0]).exists());
}

#[test]
fn runs_of_other_data_or_another_version_are_named() {
    let place = Place::new();
    let file = place.small();
    let data = place.path("data");
    fs::create_dir(&data).unwrap();
    let numbers = |first: &str| format!("{first}{}", " 0.5".repeat(11));
    fs::write(data.join("numbers.txt"), numbers("1")).unwrap();
    let with_data = ["--data", data.to_str().unwrap()];
    succeed(&mut place.sweep(&file, &with_data));
    fs::write(data.join("numbers.txt"), numbers("2")).unwrap();
    refused(&mut place.sweep(&file, &with_data), 2, &["4 folders", "other data", "numbers.txt"]);
    fs::write(data.join("numbers.txt"), numbers("1")).unwrap();
    succeed(&mut place.sweep(&file, &with_data));
    // As a program before or after this one would have left it.
    let manifest = place.out().join(NAMES[0]).join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let text = text.replace(&version, "\"version\": \"0.0.9\"");
    let own = text.find("\"manifest_sha256\"").unwrap();
    let text = format!("{}\n}}\n", text[..own].trim_end().trim_end_matches(','));
    fs::write(&manifest, text).unwrap();
    refused(
        &mut place.sweep(&file, &with_data),
        2,
        &["a folder", "made by toy 0.0.9", "this is toy"],
    );
}

#[test]
fn a_run_that_the_sweep_does_not_have_is_refused_with_the_nearest() {
    let place = Place::new();
    let file = place.small();
    let run = ["--run", "slip=0.1,seed=1"];
    refused(
        &mut place.sweep(&file, &run),
        2,
        &["no run `slip=0.1,seed=1`", "did you mean slip=0.1,seed="],
    );
    refused(&mut place.sweep(&file, &["--run", "x"]), 2, &["its first is slip=0.1,seed=0"]);
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    let place = Place::new();
    let file = place.small();
    for flags in [
        &["--dry-run", "--slurm"][..],
        &["--slurm", "--print-commands"],
        &["--run", "x", "--jobs", "2"],
        &["--jobs", "0"],
        &["--", "--partition=long"],
    ] {
        refused(&mut place.sweep(&file, flags), 2, &["error"]);
    }
    assert!(!place.out().exists());
    succeed(&mut place.sweep(&file, &["--run", NAMES[0]]));
    assert_eq!(listed(&place.out(), "state")[NAMES[0]], "finished");
}

#[test]
fn keys_that_only_look_at_a_run_are_refused_in_a_grid() {
    let lines = SMALL.replace("\"train.eval_every\" = 2\n", "");
    let lines = lines.replace("\"world.slip\" = [0.1, 0.4]", "\"train.eval_every\" = [2, 3]");
    refuses(&lines, &["eval_every=2,seed=0", "eval_every=3,seed=0", "the same run twice"]);
}
