//! Labelled grey images of one size.

/// Images and their labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    images: Vec<u8>,
    labels: Vec<u8>,
    rows: usize,
    columns: usize,
}

/// The most pixels on a side of an image: pictures of a run show no larger ones.
pub const MAX_SIDE: usize = 512;

/// Why images and labels make no data set.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DatasetError {
    /// There is nothing.
    #[error("there are no images; expected at least one")]
    Empty,
    /// The pixels are not those of whole images.
    #[error(
        "{pixels} pixels are not {labels} images of {rows} x {columns}; expected one label for \
         each image, so check that both files are of the same set"
    )]
    Count {
        /// Pixels of all images.
        pixels: usize,
        /// Labels.
        labels: usize,
        /// Rows of an image.
        rows: usize,
        /// Columns of an image.
        columns: usize,
    },
    /// Images are too large to be shown.
    #[error("images have {rows} x {columns} pixels; expected at most {MAX_SIDE} on a side")]
    Side {
        /// Rows of an image.
        rows: usize,
        /// Columns of an image.
        columns: usize,
    },
    /// A label names no class.
    #[error(
        "label {index} is {label}; expected a class from 0 to {}, as there are {classes} classes \
         here: take a set with no more, or leave the others out", classes - 1
    )]
    Label {
        /// Which label, from 0.
        index: usize,
        /// Its value.
        label: u8,
        /// How many classes there are.
        classes: usize,
    },
}

impl Dataset {
    /// Puts images `[labels.len(), rows, columns]` and their labels, below `classes`, together.
    ///
    /// # Errors
    /// When there are none, the sizes don't fit, a side has more than [`MAX_SIDE`] pixels, or a
    /// label is not below `classes`.
    ///
    /// # Panics
    /// If there are no classes.
    pub fn new(
        images: Vec<u8>,
        labels: Vec<u8>,
        (rows, columns): (usize, usize),
        classes: usize,
    ) -> Result<Self, DatasetError> {
        assert!(classes > 0, "a data set has at least one class");
        if images.is_empty() {
            return Err(DatasetError::Empty);
        }
        let wanted = rows.checked_mul(columns).and_then(|pixels| pixels.checked_mul(labels.len()));
        if wanted != Some(images.len()) {
            let (pixels, labels) = (images.len(), labels.len());
            return Err(DatasetError::Count { pixels, labels, rows, columns });
        }
        if rows.max(columns) > MAX_SIDE {
            return Err(DatasetError::Side { rows, columns });
        }
        if let Some(index) = labels.iter().position(|&label| usize::from(label) >= classes) {
            return Err(DatasetError::Label { index, label: labels[index], classes });
        }
        Ok(Self { images, labels, rows, columns })
    }

    /// Keeps the first `count` images; all if there are fewer, or `count` is none.
    ///
    /// # Panics
    /// If `count` is 0.
    #[must_use]
    pub fn limited(mut self, count: Option<usize>) -> Self {
        if let Some(count) = count.filter(|&count| count < self.len()) {
            assert!(count > 0, "a data set has at least one image");
            self.images.truncate(count * self.pixels());
            self.labels.truncate(count);
            // Else a small run would hold on to the memory of the large set.
            self.images.shrink_to_fit();
        }
        self
    }

    /// Number of images, at least one.
    #[allow(clippy::len_without_is_empty, reason = "a data set is never empty")]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Rows of an image.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns of an image.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Pixels of an image: rows times columns.
    pub fn pixels(&self) -> usize {
        self.rows * self.columns
    }

    /// Image `index`, row by row, 0 for black to 255 for white.
    ///
    /// # Panics
    /// When `index` is not below [`Dataset::len`].
    pub fn image(&self, index: usize) -> &[u8] {
        &self.images[index * self.pixels()..(index + 1) * self.pixels()]
    }

    /// All images, one after the other.
    pub fn images(&self) -> &[u8] {
        &self.images
    }

    /// The label of each image.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_and_labels_that_do_not_fit_are_refused() {
        assert_eq!(Dataset::new(vec![], vec![], (1, 1), 10), Err(DatasetError::Empty));
        for (pixels, labels, rows, columns) in
            [(6, 2, 2, 2), (4, 1, 3, 1), (4, 4, usize::MAX, 2), (4, 0, 2, 2)]
        {
            let error =
                Dataset::new(vec![0; pixels], vec![0; labels], (rows, columns), 10).unwrap_err();
            assert_eq!(error, DatasetError::Count { pixels, labels, rows, columns });
        }
        let error = Dataset::new(vec![0; 3], vec![9, 10, 0], (1, 1), 10).unwrap_err();
        let error = error.to_string();
        assert!(error.starts_with("label 1 is 10; expected a class from 0 to 9, as"), "{error}");
    }

    #[test]
    fn a_limit_keeps_the_first_images() {
        let whole = Dataset::new((0..12).collect(), vec![3, 1, 2], (2, 2), 10).unwrap();
        let first = whole.clone().limited(Some(2));
        assert_eq!(
            (first.len(), first.labels(), first.image(1)),
            (2, &[3, 1][..], &[4, 5, 6, 7][..])
        );
        assert_eq!(first.images().len(), 8);
        assert_eq!(whole.clone().limited(None), whole);
        assert_eq!(whole.clone().limited(Some(9)), whole);
    }
}
