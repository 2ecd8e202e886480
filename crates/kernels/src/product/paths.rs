//! The dense and the zero-skipping product give the same bits, whichever would be chosen.

use super::live::Live;
use super::part::{Axis, Out, Part};
use super::{dense, single, skipping};
use crate::backend::{Epilogue, Offset, Product};
use crate::random::Stream;
use crate::tasks::Shared;
use crate::{Isa, Matrix, Write};

#[derive(Clone, Copy, Debug)]
enum Path {
    Dense,
    SkippingA,
    SkippingB,
}

const PATHS: [Path; 3] = [Path::Dense, Path::SkippingA, Path::SkippingB];

impl Path {
    /// The product of whole matrices.
    fn product(self, a: Matrix<f32>, b: Matrix<f32>, c: &mut [f32], epilogue: Epilogue<f32>) {
        let axes = [a.rows, a.cols, b.cols].map(Axis::all);
        self.product_of_parts(a, b, axes, c, epilogue);
    }

    /// The product of what is left on the axes: rows of A, its columns, columns of B.
    fn product_of_parts(
        self,
        a: Matrix<f32>,
        b: Matrix<f32>,
        [rows, depth, cols]: [Axis; 3],
        c: &mut [f32],
        epilogue: Epilogue<f32>,
    ) {
        let a = Part { matrix: a, rows, cols: depth };
        let b = Part { matrix: b, rows: depth, cols };
        let out = &Out { c: Shared::new(c), rows, cols, epilogue };
        match self {
            Path::Dense => dense::product(a, b, out),
            Path::SkippingA => skipping::product(a, b, out, false),
            Path::SkippingB => skipping::product(b.transposed(), a.transposed(), out, true),
        }
    }
}

/// Sizes that end within a register, a tile, a block and a panel, and sizes that fill them.
const SHAPES: [(usize, usize, usize); 6] =
    [(1, 1, 1), (5, 63, 17), (64, 64, 160), (30, 65, 161), (33, 257, 40), (150, 300, 65)];

fn values(stream: &mut Stream, len: usize, density: f64, special: f32) -> Vec<f32> {
    let mut values: Vec<f32> = (0..len)
        .map(|_| {
            let value = stream.normal() as f32;
            if stream.uniform() < density { value } else { 0f32.copysign(value) }
        })
        .collect();
    values[stream.below(len as u64) as usize] = special;
    values
}

#[test]
fn dense_and_skipping_products_have_the_same_bits() {
    let stream = &mut Stream::new(0, "paths", 0);
    for (m, k, n) in SHAPES {
        for density in [0.0, 0.1, 0.5, 1.0] {
            for special in [1.0, -0.0, 1e-45, f32::MAX, f32::INFINITY, f32::NAN] {
                let a = values(stream, m * k, density, special);
                let b = values(stream, k * n, 0.7, special);
                check(&a, &b, (m, k, n), stream);
            }
        }
    }
}

#[test]
fn a_chain_that_underflows_to_minus_zero_gives_plus_zero_on_both_paths() {
    // The first product rounds to -0; a zero factor then makes it +0, unless it is skipped.
    let (mut a, mut b) = ([0.0; 70], [1.0; 70]);
    (a[0], b[0]) = (f32::from_bits(1), -1e-20);
    let (a, b) = (Matrix::row_major(&a, 1, 70), Matrix::row_major(&b, 70, 1));
    let epilogue = Epilogue { offset: Offset::Columns(&[-0.0]), ..Epilogue::new(Write::Store) };
    for &isa in Isa::available() {
        let (mut dense, mut skipping) = ([1.0], [1.0]);
        isa.run(|| Path::Dense.product(a, b, &mut dense, epilogue));
        isa.run(|| Path::SkippingA.product(a, b, &mut skipping, epilogue));
        assert_eq!([dense, skipping].map(|[c]| c.to_bits()), [0, 0], "on {isa}");
    }
}

#[test]
fn leaving_out_what_is_zero_throughout_changes_no_bit() {
    let stream = &mut Stream::new(0, "live", 0);
    let mut left_out = 0;
    for (m, k, n) in SHAPES {
        for special in [1.0, -0.0, 1e-45, f32::MAX, f32::INFINITY, f32::NAN] {
            // Which of A, B and the mask have columns, or rows, of zeros, and how many of 8 not.
            for (which, left) in
                [(0b001, 4), (0b010, 1), (0b100, 4), (0b111, 6), (0b111, 1), (0b111, 0)]
            {
                for lie in [false, true] {
                    let sparse = |values: Vec<f32>, bit: u32, cols: usize, lie: bool| {
                        let zero = |i| {
                            let line = if lie { i / cols } else { i % cols };
                            which & bit != 0 && line * 5 % 8 >= left
                        };
                        let values = values.into_iter().enumerate();
                        values
                            .map(|(i, v)| if zero(i) { 0f32.copysign(v) } else { v })
                            .collect::<Vec<_>>()
                    };
                    let a = sparse(values(stream, m * k, 0.8, special), 0b001, k, lie);
                    let b = sparse(values(stream, k * n, 0.8, special), 0b010, n, lie);
                    let active = sparse(values(stream, m * n, 0.6, f32::NAN), 0b100, n, false);
                    left_out += check_live((&a, &b, &active), (m, k, n), lie, stream);
                }
            }
        }
    }
    assert!(left_out > 200, "only {left_out} products became smaller");
}

/// Compares the product of what is live with the whole one; says whether there was one. With
/// `lie`, what is contiguous in both operands are their columns.
fn check_live(
    (a, b, active): (&[f32], &[f32], &[f32]),
    (m, k, n): (usize, usize, usize),
    lie: bool,
    stream: &mut Stream,
) -> usize {
    let transposed = |values: &[f32], rows: usize, cols: usize| -> Vec<f32> {
        (0..rows * cols).map(|i| values[i % rows * cols + i / rows]).collect()
    };
    let (a_lying, b_lying) = (transposed(a, m, k), transposed(b, k, n));
    let (a, b) = if lie {
        (
            Matrix::row_major(&a_lying, k, m).transposed(),
            Matrix::row_major(&b_lying, n, k).transposed(),
        )
    } else {
        (Matrix::row_major(a, m, k), Matrix::row_major(b, k, n))
    };
    let offsets = values(stream, m.max(n), 0.8, -0.0);
    let before = values(stream, m * n, 1.0, -0.0);
    let mut found = 0;
    for (write, active) in [(Write::Add, Some(active)), (Write::Store, None)] {
        let offset = if m % 2 == 0 { Offset::Rows(&offsets) } else { Offset::Columns(&offsets) };
        let epilogue =
            Epilogue { write, factor: 0.7, offset, relu: k % 2 == 0, active, not_finite: None };
        let Some(live) = Live::found(&a, &b, &epilogue) else { continue };
        found = 1;
        let (mut whole, mut chosen) = (before.clone(), before.clone());
        Path::Dense.product(a, b, &mut whole, epilogue);
        single::multiply_live(Product { a, b, c: &mut chosen, epilogue }, Some(&live));
        let context = format!("[{m}, {k}, {n}]");
        assert_same_bits(&chosen, &whole, &context);
        let (rows, depth, cols) = live.axes();
        // What nothing is left of is taken care of before a path is chosen.
        if rows.len() * depth.len() * cols.len() == 0 {
            continue;
        }
        for (isa, path) in Isa::available().iter().flat_map(|&isa| PATHS.map(|path| (isa, path))) {
            let mut part = before.clone();
            isa.run(|| path.product_of_parts(a, b, [rows, depth, cols], &mut part, epilogue));
            assert_same_bits(&part, &whole, &format!("{context} on {isa}, {path:?}"));
        }
    }
    found
}

fn check(a: &[f32], b: &[f32], (m, k, n): (usize, usize, usize), stream: &mut Stream) {
    let offsets = values(stream, m.max(n), 0.8, -0.0);
    let active = values(stream, m * n, 0.6, f32::NAN);
    let before = values(stream, m * n, 1.0, 0.0);
    let epilogue = Epilogue {
        write: Write::Add,
        factor: 0.7,
        offset: if m % 2 == 0 { Offset::Rows(&offsets) } else { Offset::Columns(&offsets) },
        relu: k % 2 == 0,
        active: Some(&active),
        not_finite: None,
    };
    let a_layouts = [Matrix::row_major(a, m, k), Matrix::row_major(a, k, m).transposed()];
    let b_layouts = [Matrix::row_major(b, k, n), Matrix::row_major(b, n, k).transposed()];
    for (a, b) in a_layouts.iter().flat_map(|&a| b_layouts.map(|b| (a, b))) {
        let mut first: Option<Vec<f32>> = None;
        for &isa in Isa::available() {
            for path in PATHS {
                let mut c = before.clone();
                isa.run(|| path.product(a, b, &mut c, epilogue));
                let first = first.get_or_insert_with(|| c.clone());
                assert_same_bits(&c, first, &format!("[{m}, {k}, {n}] on {isa}, {path:?}"));
            }
        }
    }
}

/// All NaN count as the same.
fn assert_same_bits(found: &[f32], expected: &[f32], context: &str) {
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(),
            "{context}: element {index} is {found:e}, not {expected:e}"
        );
    }
}
