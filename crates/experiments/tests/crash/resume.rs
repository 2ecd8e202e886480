//! What `--resume` does and what it refuses.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::run::{Place, STEPS, copy, refused, resume, same, succeed, weights};

fn damage(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(file, bytes).unwrap();
}

fn checkpoint(run: &Path, ending: &str) -> std::path::PathBuf {
    run.join(format!("checkpoints/step-{STEPS:08}.{ending}"))
}

#[test]
fn a_finished_run_with_more_epochs_ends_as_one_that_had_them_from_the_start() {
    let place = Place::new();
    let expected = place.whole("whole");
    let short = place.path("short");
    succeed(&mut place.train_for(2, &short, &[]));
    let (_, err) = succeed(&mut resume(&short, &["--epochs", "4"]));
    assert!(err.contains("Going on after step 6 of 12"), "{err}");
    same(&expected, &short, "extended");
    let manifest = fs::read_to_string(short.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["resumed"], serde_json::json!([6]));

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
            copy(&expected, &run);
            fs::remove_file(run.join("manifest.json")).unwrap();
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
        }
    }
}

#[test]
fn a_damaged_log_makes_the_checkpoints_after_the_damage_unusable() {
    let place = Place::new();
    let expected = place.whole("whole");
    let run = place.path("cut");
    copy(&expected, &run);
    fs::remove_file(run.join("manifest.json")).unwrap();
    let metrics = run.join("metrics.jsonl");
    let bytes = fs::read(&metrics).unwrap();
    fs::write(&metrics, &bytes[..bytes.len() - 1]).unwrap();
    let (_, err) = succeed(&mut resume(&run, &[]));
    assert!(err.contains("metrics.jsonl") && err.contains("after step 9"), "{err}");
    same(&expected, &run, "cut");

    damage(&metrics);
    fs::remove_file(run.join("manifest.json")).unwrap();
    refused(&mut resume(&run, &[]), 1, &["metrics.jsonl", "nothing in", "no checkpoint is whole"]);
    assert!(checkpoint(&run, "safetensors").exists(), "a refused resume removed a checkpoint");
}

#[test]
fn what_a_killed_run_wrote_after_its_checkpoint_is_cut_off() {
    let place = Place::new();
    let expected = place.whole("whole");
    let run = place.path("run");
    copy(&expected, &run);
    fs::remove_file(run.join("manifest.json")).unwrap();
    let mut metrics = fs::OpenOptions::new().append(true).open(run.join("metrics.jsonl")).unwrap();
    metrics.write_all(b"{\"step\":12,\"tot").unwrap();
    fs::write(run.join("checkpoints/.unfinished-x"), "half").unwrap();
    succeed(&mut resume(&run, &[]));
    same(&expected, &run, "cut");
}

#[test]
fn options_that_would_make_another_run_are_refused_with_the_reason() {
    let place = Place::new();
    let run = place.whole("whole");
    let before = weights(&run);
    for flags in [
        &["--seed", "1"][..],
        &["--preset", "seed"],
        &["--set", "train.batch=3"],
        &["--config", "x.toml"],
        &["--no-shuffle"],
        &["--init", "w.safetensors"],
        &["--out", "elsewhere"],
        &["--out", "elsewhere", "--overwrite"],
    ] {
        refused(&mut resume(&run, flags), 2, &[flags[0], "contradicts --resume", "config.toml"]);
    }
    refused(&mut resume(&run, &["--epochs", "3"]), 2, &["--epochs 3", "begun with 4"]);
    assert_eq!(weights(&run), before);

    let linear = place.path("linear");
    succeed(&mut place.train(&linear, &["--set", "optimizer.schedule=linear"]));
    refused(&mut resume(&linear, &["--epochs", "5"]), 2, &["schedule = \"linear\""]);
    let scheduled = place.path("scheduled");
    let half = ["--set", "routing.fraction=0.5", "--set", "routing.scheduled=true"];
    succeed(&mut place.train(&scheduled, &half));
    refused(&mut resume(&scheduled, &["--epochs", "5"]), 2, &["routing.scheduled = true"]);
    let limited = place.path("limited");
    succeed(&mut place.train(&limited, &["--set", "train.steps=5"]));
    refused(&mut resume(&limited, &["--epochs", "5"]), 2, &["train.steps = 5 ends the run"]);
}

#[test]
fn a_changed_configuration_or_data_set_is_refused() {
    let place = Place::new();
    let run = place.whole("whole");
    let config = run.join("config.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("lr = 0.001", "lr = 0.002")).unwrap();
    refused(&mut resume(&run, &["--epochs", "5"]), 1, &["config.toml was changed", "--config"]);
    fs::write(&config, text).unwrap();
    let labels = place.path("data/train-labels-idx1-ubyte");
    let mut bytes = fs::read(&labels).unwrap();
    bytes[20] = (bytes[20] + 1) % 10;
    fs::write(&labels, bytes).unwrap();
    let named = ["another data set", "train-labels-idx1-ubyte", "--data"];
    refused(&mut resume(&run, &["--epochs", "5"]), 1, &named);
    let nothing = place.path("nothing");
    fs::create_dir(&nothing).unwrap();
    refused(&mut resume(&nothing, &[]), 1, &["no run directory", "config.toml"]);
}

#[test]
fn a_second_process_on_a_run_is_refused() {
    let place = Place::new();
    let run = place.whole("whole");
    let lock = fs::File::open(run.join(".lock")).unwrap();
    lock.lock().unwrap();
    let busy = ["another process is working on", "whole"];
    refused(&mut resume(&run, &["--epochs", "5"]), 1, &busy);
    refused(&mut place.train(&run, &["--overwrite"]), 1, &busy);
    let run_text = run.to_str().unwrap();
    refused(&mut crate::run::gradroute(&["evaluate", run_text]), 1, &busy);
    lock.unlock().unwrap();
    succeed(&mut resume(&run, &["--epochs", "5"]));
}
