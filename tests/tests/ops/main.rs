//! Every op of the tape, by its name: gradients against differences in f64, values and gradients
//! against PyTorch, the same bits everywhere, and the laws of routing. An op that is missing in
//! `registry.rs` or in `golden/ops.py` fails here.

mod bits;
mod case;
mod differences;
mod golden;
mod laws;
mod names;
mod programs;
mod registry;
