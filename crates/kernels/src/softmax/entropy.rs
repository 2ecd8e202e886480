//! The entropy of the distribution that logits stand for.

use super::{check, maximum};
use crate::reduce::{serial_sum1, serial_sum2};
use crate::rows::{self, Row};
use crate::scratch::{Scratch, Slot};
use crate::{Real, Write};

/// The exponentials e of a row less its maximum, their sum s, and the entropy
/// `ln s - Σ_j e_j (x_j - max) / s`. What has probability 0 has no part in it.
#[inline(always)]
fn of_row<T: Real>(x: &[T], maximum: T) -> (Scratch<T>, T, T) {
    let mut exps = Scratch::<T>::take(Slot::Row, x.len());
    for (e, &x) in exps.iter_mut().zip(x) {
        *e = (x - maximum).exp();
    }
    let sum = serial_sum1(&exps, |e| e);
    let along =
        serial_sum2(&exps, x, |e, x| if e == T::ZERO { T::ZERO } else { e * (x - maximum) });
    (exps, sum, sum.ln() - along / sum)
}

/// `entropies[r] = -Σ_j p_j ln p_j` in nats, with p the softmax of row r of `x` `[rows, cols]`.
///
/// # Panics
/// If lengths do not fit.
pub fn entropy<T: Real>(entropies: &mut [T], x: &[T], cols: usize) {
    check("entropy", x.len(), &[entropies.len() * cols], cols);
    rows::fill(entropies, 1, cols, Entropy { x, cols });
}

struct Entropy<'a, T> {
    x: &'a [T],
    cols: usize,
}

impl<T: Real> Row<T> for Entropy<'_, T> {
    #[inline(always)]
    fn fill(&self, row: usize, out: &mut [T]) {
        let x = &self.x[row * self.cols..][..self.cols];
        out[0] = of_row(x, maximum(x)).2;
    }
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
    rows::fill(dx, cols, cols, Backward { write, dentropies, x, cols });
}

struct Backward<'a, T> {
    write: Write,
    dentropies: &'a [T],
    x: &'a [T],
    cols: usize,
}

impl<T: Real> Row<T> for Backward<'_, T> {
    #[inline(always)]
    fn fill(&self, row: usize, dx: &mut [T]) {
        let (x, dentropy) = (&self.x[row * self.cols..][..self.cols], self.dentropies[row]);
        if dentropy == T::ZERO {
            return dx.iter_mut().for_each(|dx| self.write.to(dx, T::ZERO));
        }
        let maximum = maximum(x);
        let (exps, sum, entropy) = of_row(x, maximum);
        let ln = sum.ln();
        for ((dx, &x), &e) in dx.iter_mut().zip(x).zip(&*exps) {
            let value = -dentropy * (e / sum) * (x - maximum - ln + entropy);
            self.write.to(dx, if e == T::ZERO { T::ZERO } else { value });
        }
    }
}
