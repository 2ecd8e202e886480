//! Routing rules: which labels may train which dims of the encoding.

use gradroute_tape::Real;

use crate::config;
use crate::evaluation::CLASSES;

/// A routing rule: labels in, mask table out. A new rule is one implementation of this.
pub trait Rule {
    /// The weight with which samples of class `label` train each of the `weights.len()` dims:
    /// 1 passes the gradient whole, 0 blocks it, anything else scales it.
    fn weights(&self, label: u8, weights: &mut [f64]);
}

/// The rule of the replication: each half of the encoding is trained by its own digits alone.
impl Rule for config::Routing {
    fn weights(&self, label: u8, weights: &mut [f64]) {
        let (bottom, top) = weights.split_at_mut(weights.len() / 2);
        let weight = |digits: &[u8]| if digits.contains(&label) { 1.0 } else { 0.0 };
        bottom.fill(weight(&self.bottom));
        top.fill(weight(&self.top));
    }
}

/// A rule written out: one row of weights a class.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskTable<T> {
    rows: Vec<T>,
    dims: usize,
}

impl<T: Real> MaskTable<T> {
    /// Asks `rule` for the row of every class.
    pub fn new(rule: &dyn Rule, dims: usize) -> Self {
        let mut row = vec![0.0; dims];
        let mut rows = Vec::with_capacity(CLASSES * dims);
        for label in 0..CLASSES {
            rule.weights(label as u8, &mut row);
            rows.extend(row.iter().map(|&weight| T::from_f64(weight)));
        }
        Self { rows, dims }
    }

    /// Writes the mask `[labels.len(), dims]` of a batch, reusing the vector's memory.
    ///
    /// # Panics
    /// When a label is not below [`CLASSES`].
    pub fn fill(&self, labels: &[u8], mask: &mut Vec<T>) {
        mask.clear();
        for &label in labels {
            let start = usize::from(label) * self.dims;
            mask.extend_from_slice(&self.rows[start..start + self.dims]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed() -> config::Routing {
        let (bottom, top) = ((0..5).collect(), (5..10).collect());
        config::Routing { enabled: true, bottom, top }
    }

    #[test]
    fn each_digit_trains_its_own_half_and_no_other() {
        let table = MaskTable::<f32>::new(&seed(), 6);
        let mut mask = Vec::new();
        table.fill(&[4, 5], &mut mask);
        assert_eq!(mask, [1., 1., 1., 0., 0., 0., 0., 0., 0., 1., 1., 1.]);
    }

    #[test]
    fn a_digit_of_neither_half_trains_nothing() {
        let rule = config::Routing { top: vec![5, 6], ..seed() };
        let mut mask = Vec::new();
        MaskTable::<f64>::new(&rule, 4).fill(&[9], &mut mask);
        assert_eq!(mask, [0.0; 4]);
    }
}
