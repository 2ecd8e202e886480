//! The sizes of a convolution.

/// The sizes of a convolution. Stride and padding are the same along both axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvShape {
    /// Samples.
    pub n: usize,
    /// Channels of the image.
    pub c: usize,
    /// Its height.
    pub h: usize,
    /// Its width.
    pub w: usize,
    /// Channels of the result.
    pub o: usize,
    /// Height of the kernel.
    pub kh: usize,
    /// Its width.
    pub kw: usize,
    /// By how many pixels the kernel moves on; 1 or more.
    pub stride: usize,
    /// Rows and columns of zeros around the image.
    pub padding: usize,
}

impl ConvShape {
    /// Height and width of the result.
    ///
    /// # Panics
    /// If the kernel is larger than the padded image, or the stride 0.
    pub fn result(&self) -> [usize; 2] {
        let fits = self.kh <= self.h + 2 * self.padding && self.kw <= self.w + 2 * self.padding;
        assert!(fits && self.stride > 0, "conv: the kernel of {self:?} has no place");
        [(self.h, self.kh), (self.w, self.kw)]
            .map(|(image, kernel)| (image + 2 * self.padding - kernel) / self.stride + 1)
    }

    /// How many places of the kernel there are.
    pub(super) fn places(&self) -> usize {
        let [rows, cols] = self.result();
        rows * cols
    }

    /// Factors of each element of the result.
    pub(super) fn depth(&self) -> usize {
        self.c * self.kh * self.kw
    }

    /// Elements of an image.
    pub(super) fn image(&self) -> usize {
        self.c * self.h * self.w
    }

    pub(super) fn sample<'a, T>(&self, x: &'a [T], n: usize) -> &'a [T] {
        &x[n * self.image()..][..self.image()]
    }

    #[track_caller]
    pub(super) fn check(&self, name: &str, [y, x, weight]: [usize; 3], bias: usize) {
        let found = [y, x, weight, bias];
        let expected =
            [self.n * self.o * self.places(), self.n * self.image(), self.o * self.depth(), self.o];
        assert!(
            found == expected,
            "conv::{name}: for {self:?}, result, image, weight and bias should have {expected:?} \
             elements, have {found:?}"
        );
    }
}
