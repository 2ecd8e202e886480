//! Numbers that are no longer finite end a run before they get into its state.

use std::fs;
use std::path::Path;

use gradroute_runs::run::{FileDigest, Record, RunDirectory, saved};

use crate::program::{checkpoints_are_finite, copy, output, refused, same, succeed};
use crate::run::{Place, STEPS, is_whole, resume, toy};

#[test]
fn a_run_that_diverges_names_step_op_label_and_line_and_leaves_finite_checkpoints() {
    let place = Place::new();
    for (set, named) in [
        // Weights of 1e25: the next forward pass overflows.
        (
            "optimizer.lr=1e25",
            &[
                "step 1 can't be made",
                "the loss is",
                "linear",
                "critic.",
                ".rs:",
                "sample ",
                "saved as",
            ][..],
        ),
        // Weights beyond f32, by a decay that multiplies them: seen before they are saved.
        (
            "optimizer.lr=1e38 optimizer.weight_decay=1e9 optimizer.decoupled=true",
            &["after step 0: policy.", " is ", "step-00000000.safetensors"],
        ),
        // The optimizer that the second stage makes.
        (
            "relearn.lr=1e25",
            &["step 7 can't be made", "the loss is", "policy.", ".rs:", "saved as"],
        ),
        (
            "optimizer.decoupled=true relearn.lr=1e38 relearn.weight_decay=1e9",
            &["after step 6: policy.", " is ", "step-00000006.safetensors"],
        ),
    ] {
        let run = place.path(set);
        let sets: Vec<&str> = set.split(' ').flat_map(|set| ["--set", set]).collect();
        refused(&mut place.train(&run, &sets), 1, named);
        checkpoints_are_finite(&run);
        assert!(!run.join("manifest.json").exists());
    }
}

#[test]
fn looking_at_every_op_changes_no_result() {
    let place = Place::new();
    let expected = place.whole("whole");
    let run = place.path("checked");
    succeed(&mut place.train(&run, &["--check-finite"]));
    same(&expected, &run, "--check-finite");
    is_whole(&run);
}

/// Makes a number of a checkpoint NaN, and records it as the program's first version would have.
fn spoil(run: &Path, steps: u64, rest: bool) {
    let directory = RunDirectory::open(run).unwrap();
    let record = saved::read_record(&directory, steps).unwrap();
    let file = if rest { directory.optimizer(steps) } else { directory.checkpoint(steps) };
    let mut bytes = fs::read(&file).unwrap();
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let sha256 = |tensors: &[u8]| FileDigest::of(tensors).sha256;
    let before = sha256(&bytes[header..]);
    let last = bytes.len() - 4;
    bytes[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    let after = sha256(&bytes[header..]);
    let text = String::from_utf8(bytes[8..header].to_vec()).unwrap();
    bytes.splice(8..header, text.replace(&before, &after).into_bytes());
    fs::write(&file, &bytes).unwrap();
    let digest = FileDigest::of(&bytes);
    let record = match rest {
        true => Record { optimizer: digest, ..record },
        false => Record { weights: digest, weights_sha256: after, ..record },
    };
    record.write(&directory.record(steps)).unwrap();
}

#[test]
fn a_checkpoint_of_a_run_that_holds_nan_is_named_and_never_gone_on_from() {
    let place = Place::new();
    let expected = place.whole("expected");
    for (rest, named) in [(false, "step-00000012.safetensors"), (true, "optimizer.safetensors")] {
        let run = place.path(named);
        copy(&expected, &run);
        spoil(&run, STEPS, rest);
        let is_named = |text: &str| {
            let is_nan = |line: &&str| line.contains(named) && line.contains("] is NaN; expected");
            assert!(text.lines().any(|line| is_nan(&line)), "{text}");
        };
        let (end, _) = output(toy(&["verify"]).arg(&run));
        assert_eq!(end.status.code(), Some(1));
        let out = String::from_utf8(end.stdout).unwrap();
        is_named(&out);
        assert!(out.contains("NOT WHOLE  checkpoint after 12 steps"), "{out}");
        if !rest {
            let mut begin = place.train(&place.path("begun"), &["--init"]);
            begin.arg(run.join("checkpoints").join(named));
            refused(&mut begin, 1, &[named, "] is NaN; expected finite numbers"]);
        }
        fs::remove_file(run.join("manifest.json")).unwrap();
        let (_, err) = succeed(&mut resume(&run, &[]));
        is_named(&err);
        assert!(err.contains("skipped") && err.contains("Going on after step 9"), "{err}");
        same(&expected, &run, named);
        is_whole(&run);
    }
}
