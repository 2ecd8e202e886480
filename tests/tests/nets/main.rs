//! A small transformer and a small convolutional net with routes in them.

mod allocations;
#[path = "../../../crates/kernels/tests/allocator/mod.rs"]
mod allocator;
mod bits;
mod golden;
mod samples;

use gradroute_tape::{Params, Real};
use gradroute_tests::nets::{Net, Training};

const STEPS: u64 = 20;

/// The losses of twenty steps, and the parameters after them.
fn train<T: Real, N: Net<T>>() -> (Vec<f64>, Params<T>) {
    let mut training = Training::<T, N>::new();
    let losses = (0..STEPS).map(|step| training.step(step)).collect();
    (losses, training.params)
}
