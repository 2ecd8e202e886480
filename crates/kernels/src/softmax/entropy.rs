//! The entropy of the distribution that logits stand for.

use super::{check, maximum};
use crate::reduce::serial_sum;
use crate::{Real, Write, rows};

/// The sum s of the exponentials of a row less its maximum, and the entropy
/// `ln s - Σ_j e_j (x_j - max) / s`. What has probability 0 has no part in it.
#[inline(always)]
fn of_row<T: Real>(x: &[T], maximum: T) -> (T, T) {
    let sum = serial_sum(x.len(), |j| (x[j] - maximum).exp());
    let along = serial_sum(x.len(), |j| {
        let e = (x[j] - maximum).exp();
        if e == T::ZERO { T::ZERO } else { e * (x[j] - maximum) }
    });
    (sum, sum.ln() - along / sum)
}

/// `entropies[r] = -Σ_j p_j ln p_j` in nats, with p the softmax of row r of `x` `[rows, cols]`.
///
/// # Panics
/// If lengths do not fit.
pub fn entropy<T: Real>(entropies: &mut [T], x: &[T], cols: usize) {
    check("entropy", x.len(), &[entropies.len() * cols], cols);
    rows::for_each_of(entropies, 1, cols, |row, out| {
        let x = &x[row * cols..][..cols];
        out[0] = of_row(x, maximum(x)).1;
    });
}

/// `dx[r, j] = -dentropies[r] * p_j * (ln p_j + entropy_r)`, or adds it; +0 where `dentropies` or
/// the probability is 0.
///
/// # Panics
/// If lengths do not fit.
pub fn entropy_backward<T: Real>(
    write: Write,
    dx: &mut [T],
    dentropies: &[T],
    x: &[T],
    cols: usize,
) {
    check("entropy_backward", dx.len(), &[x.len(), dentropies.len() * cols], cols);
    rows::for_each(dx, cols, |row, dx| {
        let (x, dentropy) = (&x[row * cols..][..cols], dentropies[row]);
        if dentropy == T::ZERO {
            return dx.iter_mut().for_each(|dx| write.to(dx, T::ZERO));
        }
        let maximum = maximum(x);
        let (sum, entropy) = of_row(x, maximum);
        let ln = sum.ln();
        for (dx, &x) in dx.iter_mut().zip(x) {
            let e = (x - maximum).exp();
            let value = -dentropy * (e / sum) * (x - maximum - ln + entropy);
            write.to(dx, if e == T::ZERO { T::ZERO } else { value });
        }
    });
}
