//! The penalty on what one half of the encoding tells about the other.

use gradroute_tape::{Graph, Real, Var};

/// The mean over all pairs of a dim of the bottom half and a dim of the top half of
/// `|sum_i b_i t_i / n|`, a scalar, given the `n` samples of an encoding `[n, dims]` whose dims
/// were [standardized](Graph::standardize) (Cloud et al. 2024, arXiv 2410.04332, appendix B).
/// With the unbiased deviation it is the mean |correlation| times (n - 1) / n.
///
/// # Panics
/// If the encoding has no two halves.
#[track_caller]
pub fn mean_absolute_correlation<T: Real>(g: &Graph<'_, T>, standardized: Var) -> Var {
    let [n, dims] = [0, 1].map(|axis| g.shape(standardized).dims()[axis]);
    assert!(dims >= 2 && dims.is_multiple_of(2), "an encoding of {dims} dims has no two halves");
    let bottom = g.slice_columns(standardized, 0..dims / 2);
    let top = g.slice_columns(standardized, dims / 2..dims);
    g.mean(g.abs(g.scale(g.matmul_tn(bottom, top), 1.0 / n as f64)))
}
