//! Routing rules: which labels may train which dims of the encoding.

use gradroute_tape::Real;

use super::halves::CLASSES;

/// A routing rule: labels in, mask table out. A new rule is one implementation of this.
pub trait Rule {
    /// The weight with which samples of class `label` train each of the `weights.len()` dims:
    /// 1 passes the gradient whole, 0 blocks it, anything else scales it.
    fn weights(&self, label: u8, weights: &mut [f64]);
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

    /// Classes below 5 train the first half.
    struct FirstHalf;

    impl Rule for FirstHalf {
        fn weights(&self, label: u8, weights: &mut [f64]) {
            let half = weights.len() / 2;
            weights[..half].fill(if label < 5 { 1.0 } else { 0.0 });
            weights[half..].fill(if label < 5 { 0.25 } else { 0.5 });
        }
    }

    #[test]
    fn a_mask_has_the_rules_row_for_each_sample() {
        let table = MaskTable::<f32>::new(&FirstHalf, 4);
        let mut mask = vec![7.0; 99];
        table.fill(&[4, 5], &mut mask);
        assert_eq!(mask, [1.0, 1.0, 0.25, 0.25, 0.0, 0.0, 0.5, 0.5]);
    }
}
