//! Some images to look at.

use gradroute_kernels::Real;
use ndarray::ArrayView2;

use super::dataset::Dataset;
use super::pixels::{pixels_of, rows};

/// Images of a set to look at, in an order of classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen<T> {
    /// Their positions in the set.
    pub indices: Vec<usize>,
    /// The label of each as text.
    pub labels: Vec<String>,
    /// Their pixels in `[0, 1]`, one image after the other.
    pub pixels: Vec<T>,
}

impl<T: Real> Chosen<T> {
    /// Up to `count` images of `data`: as many of each class in `classes` as of the others (the
    /// first ones get one more where it doesn't divide), the earliest in the set, in the order of
    /// `classes`, which are different ones. Fewer where the set runs out of a class.
    pub fn of(data: &Dataset, classes: &[u8], count: usize) -> Self {
        let mut indices = Vec::new();
        for (i, class) in classes.iter().enumerate() {
            let share = count / classes.len() + usize::from(i < count % classes.len());
            let of_class = data.labels().iter().enumerate().filter(|(_, label)| *label == class);
            indices.extend(of_class.map(|(index, _)| index).take(share));
        }
        let labels = indices.iter().map(|&index| data.labels()[index].to_string()).collect();
        let pixels = pixels_of(data, &indices);
        Self { indices, labels, pixels }
    }

    /// The pixels as a batch `[n, pixels]`.
    pub fn batch(&self) -> ArrayView2<'_, T> {
        rows(&self.pixels, self.indices.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_chosen_evenly_over_the_classes_and_earliest_first() {
        let labels = vec![9, 4, 0, 0, 4, 4, 7, 9];
        let data = Dataset::new((0..16).collect(), labels, (1, 2), 10).unwrap();
        let chosen = |classes: &[u8], count| Chosen::<f64>::of(&data, classes, count);
        assert_eq!(chosen(&[4, 0], 3).indices, [1, 4, 2]);
        assert_eq!(chosen(&[0, 9], 6).indices, [2, 3, 0, 7], "there are only two of each");
        assert!(chosen(&[3], 5).indices.is_empty() && chosen(&[], 5).labels.is_empty());
        let nines = chosen(&[9], 2);
        assert_eq!((nines.labels, nines.pixels[3]), (vec!["9".into(), "9".into()], 15.0 / 255.0));
    }
}
