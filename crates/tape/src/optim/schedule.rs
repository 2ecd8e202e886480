//! Factors on the learning rate, as functions of the step. They have the same bits everywhere.

use gradroute_kernels::schedule::half_cosine;

/// A warm-up: up from `1 / steps` at step 0 in a straight line to 1 at step `steps - 1`, and 1 from
/// there on. Without `steps` it is always 1.
///
/// ```
/// use gradroute_tape::optim::warm_up;
///
/// assert_eq!([0, 1, 3, 100].map(|step| warm_up(step, 4)), [0.25, 0.5, 1.0, 1.0]);
/// ```
pub fn warm_up(step: u64, steps: u64) -> f64 {
    if step >= steps { 1.0 } else { (step + 1) as f64 / steps as f64 }
}

/// Half a cosine: down from 1 at step 0 to `end` at step `steps`, level at both ends, and `end` from
/// there on (Loshchilov and Hutter 2016, arXiv 1608.03983).
///
/// ```
/// use gradroute_tape::optim::{cosine, warm_up};
///
/// assert_eq!([0, 50, 100, 200].map(|step| cosine(step, 100, 0.0)), [1.0, 0.5, 0.0, 0.0]);
/// // With a warm-up over the first 10 of 100 steps, then down to a tenth:
/// let rate = |step: u64| 1e-3 * warm_up(step, 10) * cosine(step.saturating_sub(10), 90, 0.1);
/// assert_eq!(rate(10), 1e-3);
/// ```
pub fn cosine(step: u64, steps: u64, end: f64) -> f64 {
    if step >= steps {
        return end;
    }
    end + (1.0 - end) * half_cosine(step as f64 / steps as f64)
}
