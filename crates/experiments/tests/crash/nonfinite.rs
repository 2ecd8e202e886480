//! Numbers that are no longer finite end a run before they get into its weights.

use std::fs;

use crate::program::{checkpoints_are_finite, refused, same, succeed};
use crate::run::Place;

#[test]
fn a_run_that_diverges_names_step_op_label_and_line_and_leaves_finite_checkpoints() {
    let place = Place::new();
    for (lr, named) in [
        // Weights of 1e25: the next forward pass overflows.
        ("1e25", &["step 1: the loss is", "linear", "encoder.", ".rs:", "sample ", "saved as"][..]),
        // Weights beyond f32: seen before they are saved.
        ("1e39", &["after step 0: ", "inf", "step-00000000.safetensors"]),
    ] {
        let run = place.path(lr);
        let set = format!("optimizer.lr={lr}");
        refused(&mut place.train(&run, &["--set", &set]), 1, named);
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
