//! Learning rates over time, with the same bits everywhere.

use crate::math;

/// `(1 + cos(pi t)) / 2`: from 1 at t = 0 down to 0 at t = 1, level at both ends (Loshchilov and
/// Hutter 2016, arXiv 1608.03983). What is beyond the ends is taken as them.
pub fn half_cosine(t: f64) -> f64 {
    math::half_cosine(t.clamp(0.0, 1.0))
}
