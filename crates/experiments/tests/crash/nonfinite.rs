//! Numbers that are no longer finite end a run before they get into its weights.

use std::fs;

use crate::program::{checkpoints_are_finite, refused, same, succeed};
use crate::run::Place;

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
                "encoder.",
                ".rs:",
                "sample ",
                "saved as",
            ][..],
        ),
        // Weights beyond f32, by a decay that multiplies them: seen before they are saved.
        (
            "optimizer.lr=1e38 optimizer.weight_decay=1e9 optimizer.decoupled=true",
            &["after step 0: ", " is ", "step-00000000.safetensors"],
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
    assert!(fs::metadata(run.join("manifest.json")).is_ok());
}
