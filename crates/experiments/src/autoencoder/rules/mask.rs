//! A mask for every class.

use gradroute_tape::Real;

use crate::autoencoder::halves::CLASSES;

/// Masks written out: one row of weights a class.
#[derive(Clone, Debug, PartialEq)]
pub struct MaskTable<T> {
    rows: Vec<T>,
    dims: usize,
}

impl<T: Real> MaskTable<T> {
    /// A table for encodings of `dims` dims; `row` writes that of a class.
    pub fn new(dims: usize, mut row: impl FnMut(u8, &mut [f64])) -> Self {
        let mut weights = vec![0.0; dims];
        let mut rows = Vec::with_capacity(CLASSES * dims);
        for label in 0..CLASSES {
            row(label as u8, &mut weights);
            rows.extend(weights.iter().map(|&weight| T::from_f64(weight)));
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

    #[test]
    fn a_mask_has_the_row_of_each_samples_class() {
        let table = MaskTable::<f32>::new(2, |label, weights| {
            weights.copy_from_slice(if label < 5 { &[1.0, 0.25] } else { &[0.0, 0.5] });
        });
        let mut mask = vec![7.0; 99];
        table.fill(&[4, 5], &mut mask);
        assert_eq!(mask, [1.0, 0.25, 0.0, 0.5]);
    }
}
