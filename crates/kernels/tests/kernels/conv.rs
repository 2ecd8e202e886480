//! Convolution by its definition.

use gradroute_kernels::conv::{self, ConvShape};
use gradroute_kernels::random::Stream;
use gradroute_kernels::{Write, reduce};
use proptest::prelude::*;

use crate::inputs::{assert_same_bits, cases, chain, on_each_isa, values};

/// A number of the padded image: that of sample n, channel c, at the kernel's element (i, j) of the
/// place (p, q); 0 outside.
fn pixel(
    x: &[f32],
    s: ConvShape,
    [n, c]: [usize; 2],
    [p, q]: [usize; 2],
    [i, j]: [usize; 2],
) -> f32 {
    let (row, col) = (p * s.stride + i, q * s.stride + j);
    let inside = |at: usize, len: usize| at >= s.padding && at < len + s.padding;
    if !inside(row, s.h) || !inside(col, s.w) {
        return 0.0;
    }
    x[((n * s.c + c) * s.h + row - s.padding) * s.w + col - s.padding]
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn forward_and_weight_gradient_are_the_documented_sums(
        n in 0usize..20, c in 1usize..4, h in 1usize..9, w in 1usize..9, o in 1usize..6,
        kernel in (1usize..4, 1usize..4), stride in 1usize..4, padding in 0usize..3, seed: u64,
    ) {
        let (kh, kw) = (kernel.0.min(h + 2 * padding), kernel.1.min(w + 2 * padding));
        let s = ConvShape { n, c, h, w, o, kh, kw, stride, padding };
        let [rows, cols] = s.result();
        let depth = c * kh * kw;
        let stream = &mut Stream::new(seed, "conv", 0);
        let x = values(stream, n * c * h * w, 0.7);
        let weight = values(stream, o * depth, 0.9);
        let bias = values(stream, o, 0.9);
        let dy = values(stream, n * o * rows * cols, 0.7);
        let at = |k: usize| (k / (kh * kw), [k / kw % kh, k % kw]);
        let mut y = Vec::new();
        for place in 0..n * o * rows * cols {
            let (sample, out) = (place / (o * rows * cols), place / (rows * cols) % o);
            let pq = [place / cols % rows, place % cols];
            let sum = chain(depth, |k| {
                let (channel, ij) = at(k);
                (weight[out * depth + k], pixel(&x, s, [sample, channel], pq, ij))
            });
            y.push(sum + (bias[out] + 0.0));
        }
        let part = n.div_ceil(16).max(1);
        let mut dweight = vec![0.0f32; o * depth];
        for (element, slot) in dweight.iter_mut().enumerate() {
            let (out, (channel, ij)) = (element / depth, at(element % depth));
            for first in (0..n).step_by(part) {
                let mut shares = 0.0;
                for sample in first..(first + part).min(n) {
                    let share = 0.0 + chain(rows * cols, |place| {
                        let pq = [place / cols, place % cols];
                        let dy = dy[(sample * o + out) * rows * cols + place];
                        (dy, pixel(&x, s, [sample, channel], pq, ij))
                    });
                    shares = if sample == first { share } else { shares + share };
                }
                *slot += shares;
            }
        }
        on_each_isa(|isa| {
            let mut found = vec![f32::NAN; y.len()];
            conv::forward(&mut found, &x, &weight, Some(&bias), s);
            assert_same_bits(&found, &y, &format!("forward of {s:?} on {isa}"));
            let mut found = vec![f32::NAN; dweight.len()];
            conv::backward_weight(Write::Store, &mut found, &dy, &x, s);
            assert_same_bits(&found, &dweight, &format!("weight of {s:?} on {isa}"));
        });
    }

    #[test]
    fn the_gradient_of_the_image_is_the_transposed_convolution(
        n in 1usize..4, c in 1usize..4, h in 3usize..9, w in 3usize..9, o in 1usize..6,
        stride in 1usize..4, padding in 0usize..3, seed: u64,
    ) {
        let s = ConvShape { n, c, h, w, o, kh: 3, kw: 2, stride, padding };
        let [rows, cols] = s.result();
        let stream = &mut Stream::new(seed, "conv", 0);
        let [x, weight, dy] = [n * c * h * w, o * c * 6, n * o * rows * cols]
            .map(|len| values(stream, len, 0.9));
        // <dy, conv(x)> = <dx, x> for any x.
        let mut y = vec![0.0; dy.len()];
        conv::forward(&mut y, &x, &weight, None, s);
        let mut dx = vec![f32::NAN; x.len()];
        conv::backward_input(Write::Store, &mut dx, &dy, &weight, s);
        let along = |a: &[f32], b: &[f32]| {
            let terms = a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b));
            (terms.clone().sum::<f64>(), terms.map(f64::abs).sum::<f64>())
        };
        let ((left, size), (right, _)) = (along(&dy, &y), along(&dx, &x));
        prop_assert!((left - right).abs() <= 1e-5 * (size + 1.0), "{left} and {right} for {s:?}");
        let mut dbias = vec![f32::NAN; o];
        conv::backward_bias(Write::Store, &mut dbias, &dy, s);
        let exact: f64 = dy.iter().map(|&v| f64::from(v)).sum();
        let found: f64 = dbias.iter().map(|&v| f64::from(v)).sum();
        prop_assert!((found - exact).abs() <= 1e-5 * (reduce::sum1(&dy, f32::abs) as f64 + 1.0));
    }
}

#[test]
fn the_shares_in_a_weight_of_one_element_are_added_up_in_order() {
    // In halves, the second and the fourth would meet first, and cancel.
    let dy = [1.0f32, 1e8, 1.0, -1e8];
    let s = ConvShape { n: 4, c: 1, h: 1, w: 1, o: 1, kh: 1, kw: 1, stride: 1, padding: 0 };
    on_each_isa(|isa| {
        let mut found = [f32::NAN];
        conv::backward_weight(Write::Store, &mut found, &dy, &[1.0; 4], s);
        assert_eq!(found, [0.0], "on {isa}");
    });
}
