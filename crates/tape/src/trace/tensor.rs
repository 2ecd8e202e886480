//! The numbers of a value or a gradient, as they are shown.

use gradroute_kernels::Real;
use serde::{Serialize, Serializer};

use super::norm::norm;

/// So many numbers are shown one by one; of more there is a reduced picture.
pub(super) const EXACT: usize = 4096;

/// So many squares has a reduced picture at most.
const SQUARES: usize = 1024;

/// The numbers of a value or a gradient: what is said of them is exact, whatever is drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(bound = "")]
pub struct Tensor<T: Real> {
    /// The Euclidean norm of all numbers.
    pub norm: Number<f64>,
    /// How many numbers there are.
    pub count: usize,
    /// How many are exactly 0.
    pub zeros: usize,
    /// The smallest number; none of an empty tensor.
    pub least: Option<Number<T>>,
    /// The largest number.
    pub most: Option<Number<T>>,
    /// All numbers, row-major, if they are not too many.
    pub entries: Option<Vec<Number<T>>>,
    /// What is drawn instead, if they are.
    pub squares: Option<Squares>,
}

/// A reduced picture. The last axis of the tensor is its columns, all others are its rows; each square
/// stands for a block of numbers and shows the one that is largest by magnitude.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Squares {
    /// Rows of squares.
    pub rows: usize,
    /// Columns of squares.
    pub columns: usize,
    /// Whether each row of squares is of one sample: as many for each.
    pub by_sample: bool,
    /// Row by row. 0 is exactly 0. Else the sign is that of the number `v`, and the magnitude is 1 for
    /// `|v|` up to 1e-12, 127 from 1e4 on, and even in `log10 |v|` between; -128 is not a number.
    pub codes: Vec<i8>,
}

impl<T: Real> Tensor<T> {
    /// Takes numbers of this shape; with more than `most` of them, they are reduced to at most so many
    /// squares, each sample's by themselves where rows are `samples`.
    pub(super) fn of(dims: &[usize], numbers: &[T], most: usize, samples: bool) -> Self {
        let by = |better: fn(&T, &T) -> bool| {
            let choose = |a: T, b: T| if a.to_f64().is_nan() || better(&a, &b) { a } else { b };
            numbers.iter().copied().reduce(choose).map(Number)
        };
        let small = numbers.len() <= most;
        Self {
            norm: Number(norm(numbers.iter().map(|v| v.to_f64()))),
            count: numbers.len(),
            zeros: numbers.iter().filter(|v| **v == T::ZERO).count(),
            least: by(|a, b| a < b),
            most: by(|a, b| a > b),
            entries: small.then(|| numbers.iter().copied().map(Number).collect()),
            squares: (!small).then(|| Squares::of(dims, numbers, most.min(SQUARES), samples)),
        }
    }
}

impl Squares {
    fn of<T: Real>(dims: &[usize], numbers: &[T], most: usize, samples: bool) -> Self {
        let width = dims.last().copied().unwrap_or(1).max(1);
        let height = numbers.len() / width;
        let side = (most as f64).sqrt() as usize;
        // More samples than this are not shown one by one either.
        let by_sample = samples && dims.len() > 1 && dims[0] <= 2 * side;
        // What is reduced by itself: a sample, or everything.
        let parts = if by_sample { dims[0] } else { 1 };
        let part = height / parts;
        let (columns, of_part) = match by_sample {
            true => {
                let of_part = part.min((side / parts).max(1));
                (width.min(most / (parts * of_part)).max(1), of_part)
            }
            false => {
                let columns = width.min(most / height.min(side)).max(1);
                (columns, height.min(most / columns).max(1))
            }
        };
        let rows = parts * of_part;
        let mut codes = vec![0; rows * columns];
        for (i, &v) in numbers.iter().enumerate() {
            let (line, column) = (i / width, i % width * columns / width);
            let row = line / part * of_part + line % part * of_part / part;
            let at = &mut codes[row * columns + column];
            let new = code(v.to_f64());
            if *at != i8::MIN && (new == i8::MIN || new.abs() > at.abs()) {
                *at = new;
            }
        }
        Self { rows, columns, by_sample, codes }
    }
}

fn code(v: f64) -> i8 {
    if v.is_nan() {
        return i8::MIN;
    }
    if v == 0.0 {
        return 0;
    }
    let share = ((v.abs().log10() + 12.0) / 16.0).clamp(0.0, 1.0);
    let magnitude = 1 + (126.0 * share).round() as i8;
    if v < 0.0 { -magnitude } else { magnitude }
}

/// A number in JSON: the shortest digits that give its bits again; `"NaN"`, `"inf"` and `"-inf"` are words.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Number<T: Real>(pub T);

impl<T: Real> Serialize for Number<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let v = self.0;
        match (v.is_finite(), T::NAME) {
            (false, _) => serializer.collect_str(&v),
            (true, "f32") => serializer.serialize_f32(v.to_f64() as f32),
            (true, _) => serializer.serialize_f64(v.to_f64()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_many_numbers_is_exact_and_zeros_stay_zeros_in_the_picture() {
        let numbers: Vec<f32> =
            (0..6400).map(|i| if i % 80 < 40 { 0.0 } else { -(i as f32) }).collect();
        let tensor = Tensor::of(&[80, 80], &numbers, EXACT, false);
        assert_eq!((tensor.count, tensor.zeros, tensor.entries), (6400, 3200, None));
        assert_eq!((tensor.least, tensor.most), (Some(Number(-6399.0)), Some(Number(0.0))));
        let Squares { rows, columns, codes, .. } = tensor.squares.unwrap();
        assert_eq!((rows, columns), (32, 32));
        let half = |column: usize| column % 32 < 16;
        assert!(codes.iter().enumerate().all(|(i, code)| half(i) == (*code == 0)));
    }

    #[test]
    fn wide_tall_and_empty_tensors_are_reduced_to_pictures_of_at_most_so_many_squares() {
        for dims in [[1, 100_000], [100_000, 1], [3, 9000], [9000, 3]] {
            let squares = Squares::of(&dims, &vec![1.0; dims[0] * dims[1]], 1024, false);
            assert!(squares.rows * squares.columns <= 1024);
            assert!(squares.rows * squares.columns >= 341, "{dims:?}: {squares:?}");
            assert!(squares.codes.iter().all(|code| *code > 0));
        }
        let none = Tensor::<f32>::of(&[0, 3], &[], EXACT, true);
        assert_eq!((none.count, none.least, none.norm), (0, None, Number(0.0)));
    }

    #[test]
    fn no_square_stands_for_numbers_of_two_samples() {
        for n in [2usize, 8, 33, 64] {
            // Every sample has a number of its own.
            let of = |i: usize| 10f32.powi((i / 784 % 7) as i32 - 5);
            let numbers: Vec<f32> = (0..n * 784).map(of).collect();
            let squares = Squares::of(&[n, 784], &numbers, 1024, true);
            assert!(squares.by_sample && squares.rows * squares.columns <= 1024);
            let of_sample = squares.rows / n;
            for (i, found) in squares.codes.iter().enumerate() {
                let sample = i / squares.columns / of_sample;
                assert_eq!(*found, code(of(sample * 784).into()), "{n} samples, {sample}");
            }
        }
        assert!(!Squares::of(&[300, 32], &[1.0f32; 9600], 1024, true).by_sample);
    }

    #[test]
    fn a_nan_is_seen_in_what_is_said_and_in_the_picture() {
        let mut numbers = vec![1.0f64; 5000];
        numbers[17] = f64::NAN;
        let tensor = Tensor::of(&[50, 100], &numbers, EXACT, false);
        assert!(tensor.norm.0.is_nan());
        assert!(tensor.squares.unwrap().codes.contains(&i8::MIN));
        assert_eq!(serde_json::to_string(&Number(f64::NAN)).unwrap(), "\"NaN\"");
        assert_eq!(serde_json::to_string(&Number(0.1f32)).unwrap(), "0.1");
    }
}
