//! A view of a slice as a matrix.

/// `rows` by `cols` elements; element (r, c) is `data[r * row_stride + c * col_stride]`.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, T> {
    /// The elements.
    pub data: &'a [T],
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub cols: usize,
    /// Distance in `data` from one row to the next.
    pub row_stride: usize,
    /// Distance in `data` from one column to the next.
    pub col_stride: usize,
}

impl<'a, T> Matrix<'a, T> {
    /// A view with any strides.
    ///
    /// # Panics
    /// If the last element lies beyond `data`.
    pub fn new(
        data: &'a [T],
        rows: usize,
        cols: usize,
        row_stride: usize,
        col_stride: usize,
    ) -> Self {
        let matrix = Matrix { data, rows, cols, row_stride, col_stride };
        matrix.check();
        matrix
    }

    /// Contiguous rows.
    ///
    /// # Panics
    /// If `data` has fewer than `rows * cols` elements.
    pub fn row_major(data: &'a [T], rows: usize, cols: usize) -> Self {
        Matrix::new(data, rows, cols, cols, 1)
    }

    /// The same elements with rows and columns exchanged.
    pub fn transposed(self) -> Self {
        Matrix {
            data: self.data,
            rows: self.cols,
            cols: self.rows,
            row_stride: self.col_stride,
            col_stride: self.row_stride,
        }
    }

    /// Panics unless every element is inside `data`; the fields are public, so kernels ask.
    #[track_caller]
    pub(crate) fn check(&self) {
        if self.rows == 0 || self.cols == 0 {
            return;
        }
        let last = (self.rows - 1)
            .checked_mul(self.row_stride)
            .zip((self.cols - 1).checked_mul(self.col_stride))
            .and_then(|(row, col)| row.checked_add(col));
        assert!(
            last.is_some_and(|last| last < self.data.len()),
            "Matrix: {} by {} with strides {} and {} needs more than {} elements",
            self.rows,
            self.cols,
            self.row_stride,
            self.col_stride,
            self.data.len()
        );
    }
}
