//! Pooling: the maximum or the mean of the squares of an image.

use crate::extremes::Extreme;
use crate::reduce::CHAIN;
use crate::scratch::{Scratch, Slot};
use crate::{Real, Write, rows};

/// Planes of `h` by `w` pixels and squares of `size` by `size` in them, `stride` apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolShape {
    /// Height of a plane.
    pub h: usize,
    /// Its width.
    pub w: usize,
    /// Height and width of a square; 1 or more.
    pub size: usize,
    /// By how many pixels the squares lie apart; 1 or more.
    pub stride: usize,
}

impl PoolShape {
    /// Height and width of the result.
    ///
    /// # Panics
    /// If a square is larger than the plane, or the stride 0.
    pub fn result(&self) -> [usize; 2] {
        let fits = self.size > 0 && self.size <= self.h && self.size <= self.w;
        assert!(fits && self.stride > 0, "pool: the squares of {self:?} have no place");
        [self.h, self.w].map(|extent| (extent - self.size) / self.stride + 1)
    }

    /// Positions in the plane of the square of this number, up rows, then columns.
    #[inline(always)]
    fn square(self, number: usize) -> impl Iterator<Item = usize> {
        let cols = self.result()[1];
        let start = number / cols * self.stride * self.w + number % cols * self.stride;
        (0..self.size * self.size).map(move |k| start + k / self.size * self.w + k % self.size)
    }

    /// The position of a square's greatest pixel, the first of several; of a NaN if there is one.
    #[inline(always)]
    fn greatest<T: Real>(self, plane: &[T], number: usize) -> usize {
        let mut square = self.square(number);
        let mut best = square.next().expect("a square has a pixel");
        for at in square {
            if Extreme::Max.is_exceeded(plane[best], plane[at]) {
                best = at;
            }
        }
        best
    }

    #[track_caller]
    fn check(&self, name: &str, result: usize, planes: usize) -> [usize; 2] {
        let [rows, cols] = self.result();
        let (pooled, pixels) = (rows * cols, self.h * self.w);
        assert!(
            result.is_multiple_of(pooled) && planes == result / pooled * pixels,
            "pool::{name}: for {self:?}, slices of {result} and {planes} elements are not as many \
             planes"
        );
        [pooled, pixels]
    }
}

/// `y` `[planes, rows, cols]`: the maximum of each square of `x` `[planes, h, w]`; NaN if there is one.
///
/// # Panics
/// If lengths do not fit.
pub fn max<T: Real>(y: &mut [T], x: &[T], shape: PoolShape) {
    let [pooled, pixels] = shape.check("max", y.len(), x.len());
    rows::for_each_of(y, pooled, pixels, |plane, y| {
        let x = &x[plane * pixels..][..pixels];
        for (number, y) in y.iter_mut().enumerate() {
            *y = x[shape.greatest(x, number)];
        }
    });
}

/// The gradient of [`max`], or adds it: each square's `dy` goes to its greatest pixel, the first of
/// several. Sums run up the squares from +0.
///
/// # Panics
/// If lengths do not fit.
pub fn max_backward<T: Real>(write: Write, dx: &mut [T], dy: &[T], x: &[T], shape: PoolShape) {
    let [pooled, pixels] = shape.check("max_backward", dy.len(), dx.len());
    shape.check("max_backward", dy.len(), x.len());
    rows::for_each(dx, pixels, |plane, dx| {
        let x = &x[plane * pixels..][..pixels];
        let dy = &dy[plane * pooled..][..pooled];
        add_up(write, dx, |sums| {
            for (number, &dy) in dy.iter().enumerate() {
                sums[shape.greatest(x, number)] += dy;
            }
        });
    });
}

/// How near, in the square of a plane where this is least, another pixel is to the greatest.
pub fn distance_to_tie<T: Real>(plane: &[T], shape: PoolShape) -> f64 {
    let [rows, cols] = shape.result();
    let mut least = f64::INFINITY;
    for number in 0..rows * cols {
        let greatest = shape.greatest(plane, number);
        for at in shape.square(number).filter(|&at| at != greatest) {
            least = least.min((plane[greatest] - plane[at]).abs().to_f64());
        }
    }
    least
}

/// `y` `[planes, rows, cols]`: the mean of each square of `x` `[planes, h, w]`, summed up rows, then
/// columns, from +0, 4096 terms at a time, and these are added up.
///
/// # Panics
/// If lengths do not fit.
pub fn mean<T: Real>(y: &mut [T], x: &[T], shape: PoolShape) {
    let [pooled, pixels] = shape.check("mean", y.len(), x.len());
    let count = T::from_usize(shape.size * shape.size);
    rows::for_each_of(y, pooled, pixels, |plane, y| {
        let x = &x[plane * pixels..][..pixels];
        for (number, y) in y.iter_mut().enumerate() {
            let mut sums = [T::ZERO; 2];
            for (term, at) in shape.square(number).enumerate() {
                if term % CHAIN == 0 {
                    sums = [sums[0] + sums[1], T::ZERO];
                }
                sums[1] += x[at];
            }
            *y = (sums[0] + sums[1]) / count;
        }
    });
}

/// The gradient of [`mean`], or adds it. Sums run up the squares from +0.
///
/// # Panics
/// If lengths do not fit.
pub fn mean_backward<T: Real>(write: Write, dx: &mut [T], dy: &[T], shape: PoolShape) {
    let [pooled, pixels] = shape.check("mean_backward", dy.len(), dx.len());
    let count = T::from_usize(shape.size * shape.size);
    rows::for_each(dx, pixels, |plane, dx| {
        let dy = &dy[plane * pooled..][..pooled];
        add_up(write, dx, |sums| {
            for (number, &dy) in dy.iter().enumerate() {
                let share = dy / count;
                shape.square(number).for_each(|at| sums[at] += share);
            }
        });
    });
}

/// Lets `fill` add to zeros, and writes what comes of it.
#[inline(always)]
fn add_up<T: Real>(write: Write, out: &mut [T], fill: impl FnOnce(&mut [T])) {
    let mut sums = Scratch::<T>::take(Slot::Image, out.len());
    sums.fill(T::ZERO);
    fill(&mut sums);
    out.iter_mut().zip(&*sums).for_each(|(out, &sum)| write.to(out, sum));
}
