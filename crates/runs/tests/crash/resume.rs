//! What `--resume` does and what it refuses.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::program::{copy, manifest, refused, same, succeed};
use crate::run::{Place, STEPS, is_whole, resume, toy};

fn damage(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(file, bytes).unwrap();
}

fn checkpoint(run: &Path, ending: &str) -> std::path::PathBuf {
    run.join(format!("checkpoints/step-{STEPS:08}.{ending}"))
}

/// A copy of a run that was killed just before it wrote its manifest.
fn almost(expected: &Path, run: &Path) {
    copy(expected, run);
    fs::remove_file(run.join("manifest.json")).unwrap();
}

#[test]
fn two_runs_of_one_configuration_leave_the_same_bytes_and_another_seed_leaves_others() {
    let place = Place::new();
    let expected = place.whole("whole");
    same(&expected, &place.whole("again"), "again");
    let other = place.path("other");
    succeed(&mut place.train(&other, &["--seed", "1"]));
    let metrics = |run: &Path| fs::read(run.join("metrics.jsonl")).unwrap();
    assert!(metrics(&expected) != metrics(&other));
}

#[test]
fn a_finished_run_with_more_epochs_ends_as_one_that_had_them_from_the_start() {
    let place = Place::new();
    let expected = place.whole_alone("whole");
    let short = place.path("short");
    succeed(&mut place.train_alone(2, &short));
    let (_, err) = succeed(&mut resume(&short, &["--epochs", "4"]));
    assert!(err.contains("Going on after step 6 of 12"), "{err}");
    same(&expected, &short, "extended");
    is_whole(&short);
    assert_eq!(manifest(&short)["resumed"], serde_json::json!([6]));

    let before = fs::metadata(short.join("manifest.json")).unwrap().modified().unwrap();
    let (out, _) = succeed(&mut resume(&short, &[]));
    assert!(out.contains("Nothing is left to do"), "{out}");
    assert_eq!(fs::metadata(short.join("manifest.json")).unwrap().modified().unwrap(), before);
}

#[test]
fn a_damaged_checkpoint_is_named_and_the_one_before_it_is_used() {
    let place = Place::new();
    let expected = place.whole("whole");
    for ending in ["safetensors", "optimizer.safetensors", "json"] {
        for deleted in [false, true] {
            let run = place.path(&format!("{ending}-{deleted}"));
            almost(&expected, &run);
            let file = checkpoint(&run, ending);
            if deleted {
                fs::remove_file(&file).unwrap();
            } else {
                damage(&file);
            }
            let (_, err) = succeed(&mut resume(&run, &[]));
            let name = file.file_name().unwrap().to_str().unwrap();
            assert!(err.contains("skipped") && err.contains(name), "{err}");
            assert!(err.contains("Going on after step 9 of 12"), "{err}");
            same(&expected, &run, name);
            is_whole(&run);
        }
    }
}

#[test]
fn a_damaged_log_makes_the_checkpoints_after_the_damage_unusable() {
    let place = Place::new();
    let expected = place.whole("whole");
    for log in ["metrics.jsonl", "timing.jsonl", "epochs.jsonl", "probes.jsonl"] {
        let run = place.path(log);
        almost(&expected, &run);
        let file = run.join(log);
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
        let (_, err) = succeed(&mut resume(&run, &[]));
        assert!(err.contains(log) && err.contains("after step 9"), "{err}");
        same(&expected, &run, "cut");
    }
    // Results of the first stage, which ended before both checkpoints.
    for log in ["metrics.jsonl", "stages.jsonl"] {
        let run = place.path(&format!("{log}-in-the-middle"));
        almost(&expected, &run);
        damage(&run.join(log));
        refused(&mut resume(&run, &[]), 1, &[log, "nothing in", "no checkpoint is whole"]);
        let file = checkpoint(&run, "safetensors");
        assert!(file.exists(), "a refused resume removed a checkpoint");
    }
}

#[test]
fn what_a_killed_run_wrote_after_its_checkpoint_is_cut_off() {
    let place = Place::new();
    let expected = place.whole("whole");
    let run = place.path("run");
    almost(&expected, &run);
    for log in ["metrics.jsonl", "epochs.jsonl", "stages.jsonl", "probes.jsonl"] {
        let mut log = fs::OpenOptions::new().append(true).open(run.join(log)).unwrap();
        log.write_all(b"{\"step\":12,\"tot").unwrap();
    }
    fs::write(run.join("checkpoints/.unfinished-x"), "half").unwrap();
    succeed(&mut resume(&run, &[]));
    same(&expected, &run, "cut");
    is_whole(&run);
}

#[test]
fn options_that_would_make_another_run_are_refused_with_the_reason() {
    let place = Place::new();
    let run = place.whole_alone("whole");
    let before = manifest(&run);
    for flags in [
        &["--seed", "1"][..],
        &["--preset", "learn"],
        &["--set", "train.eval_every=3"],
        &["--config", "x.toml"],
        &["--no-shuffle"],
        &["--init", "w.safetensors"],
        &["--out", "elsewhere"],
        &["--out", "elsewhere", "--overwrite"],
    ] {
        refused(&mut resume(&run, flags), 2, &[flags[0], "contradicts --resume", "config.toml"]);
    }
    refused(&mut resume(&run, &["--epochs", "3"]), 2, &["--epochs 3", "begun with 4"]);
    assert_eq!(manifest(&run), before);

    let staged = place.whole("staged");
    let before = manifest(&staged);
    let follows = ["--epochs 5", "the stage `learn`", "train a new one"];
    refused(&mut resume(&staged, &["--epochs", "5"]), 2, &follows);
    assert_eq!(manifest(&staged), before);
}

#[test]
fn a_changed_configuration_or_data_set_is_refused() {
    let place = Place::new();
    let run = place.whole("whole");
    let config = run.join("config.toml");
    let text = fs::read_to_string(&config).unwrap();
    let changed = text.replace("lr = 0.01\n", "lr = 0.02\n");
    assert_ne!(changed, text);
    fs::write(&config, changed).unwrap();
    refused(&mut resume(&run, &[]), 1, &["config.toml was changed", "--config"]);
    fs::write(&config, text).unwrap();
    let numbers = place.path("data/numbers.txt");
    let text = fs::read_to_string(&numbers).unwrap();
    fs::write(&numbers, text.replacen('1', "2", 1)).unwrap();
    let named = ["another data set", "numbers.txt", "--data"];
    refused(&mut resume(&run, &[]), 1, &named);
    refused(toy(&["evaluate"]).arg(&run), 1, &named);
    let nothing = place.path("nothing");
    fs::create_dir(&nothing).unwrap();
    refused(&mut resume(&nothing, &[]), 1, &["no run directory", "config.toml"]);
}

#[test]
fn a_second_process_on_a_run_is_refused() {
    let place = Place::new();
    let run = place.whole_alone("whole");
    let lock = fs::File::open(run.join(".lock")).unwrap();
    lock.lock().unwrap();
    let busy = ["another process is working on", "whole"];
    refused(&mut resume(&run, &["--epochs", "5"]), 1, &busy);
    refused(place.train_alone(4, &run).arg("--overwrite"), 1, &busy);
    refused(toy(&["evaluate"]).arg(&run), 1, &busy);
    lock.unlock().unwrap();
    succeed(&mut resume(&run, &["--epochs", "5"]));
}
