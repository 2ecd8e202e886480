//! The checker catches the likeliest mistakes in the ops of transformers and convolutional nets. As in
//! `planted_mistakes.rs`, each is planted in an op that is right without it.

use gradroute_kernels::random::Stream;
use gradroute_tape::check::{Agreement, Check, CheckError};
use gradroute_tape::{Attrs, Backward, Graph, Op, Operands, Params, Shape, Var, Write};

/// Rows and columns of every operand.
const SIZE: usize = 4;

/// A square of numbers, by row and column; 0 outside.
#[derive(Clone, Copy)]
struct Square<'a>(&'a [f64]);

impl Square<'_> {
    fn at(&self, row: isize, col: isize) -> f64 {
        let inside = |i: isize| (0..SIZE as isize).contains(&i);
        if inside(row) && inside(col) { self.0[row as usize * SIZE + col as usize] } else { 0.0 }
    }
}

/// `f(row, col)` for each element.
fn fill(out: &mut [f64], f: impl Fn(usize, usize) -> f64) {
    out.iter_mut().enumerate().for_each(|(i, slot)| *slot = f(i / SIZE, i % SIZE));
}

fn sum(f: impl Fn(usize) -> f64) -> f64 {
    (0..SIZE).map(f).sum()
}

/// An op on squares: its forward, and the gradient of each operand from operands, result and adjoint.
struct Planted {
    forward: fn([Square<'_>; 2], &mut [f64]),
    backward: fn([Square<'_>; 2], Square<'_>, Square<'_>, usize, &mut [f64]),
    operands: usize,
}

impl Op<f64> for Planted {
    fn name(&self) -> &'static str {
        "planted"
    }

    fn shape(&self, operands: Operands<'_, f64>, _: &Attrs) -> Result<Shape, String> {
        Ok(operands.shape(0))
    }

    fn forward(&self, operands: Operands<'_, f64>, _: &Attrs, out: &mut [f64]) {
        (self.forward)([0, operands.count() - 1].map(|i| Square(operands.value(i))), out);
    }

    fn differentiable(&self, operand: usize, _: &Attrs) -> bool {
        operand < self.operands
    }

    fn backward(&self, node: Backward<'_, f64>, operand: usize, write: Write, dx: &mut [f64]) {
        let operands = [0, node.operands.count() - 1].map(|i| Square(node.operands.value(i)));
        let mut gradient = vec![0.0; dx.len()];
        (self.backward)(operands, Square(node.out), Square(node.dout), operand, &mut gradient);
        dx.iter_mut().zip(gradient).for_each(|(slot, v)| write.to(slot, v));
    }
}

fn check(build: impl Fn(&Graph<'_, f64>, [Var; 2]) -> Var) -> Result<Agreement, CheckError> {
    let mut stream = Stream::new(3, "planted mistakes of layers", 0);
    let mut params = Params::new();
    let [x, w] = ["x", "w"].map(|name| params.add(name, &[SIZE, SIZE], || stream.normal()));
    Check::default().elements(&params, |g| {
        let [x, w] = [x, w].map(|id| g.param(id));
        g.tanh(g.add(build(g, [x, w]), g.mul(x, w)))
    })
}

/// The right op passes, and the wrong one is caught at `x`.
#[track_caller]
fn only_the_mistake_is_caught(right: &'static Planted, wrong: &'static Planted, both: bool) {
    let of = |op: &'static Planted| {
        check(|g, [x, w]| {
            let constant = g.literal(Shape::new(&[SIZE]), &[2.0, 0.0, 2.0, 1.0]);
            g.apply(op, &[x, if both { w } else { constant }], Attrs::default())
        })
    };
    of(right).expect("the op without the mistake passes");
    let error = of(wrong).expect_err("the mistake is seen");
    assert!(matches!(error, CheckError::Mismatch { .. }), "{error}");
    assert!(error.to_string().contains("`x`"), "{error}");
}

fn causal_softmax([x, _]: [Square<'_>; 2], out: &mut [f64]) {
    let e = |i: usize, j: usize| if j <= i { x.at(i as isize, j as isize).exp() } else { 0.0 };
    fill(out, |i, j| e(i, j) / sum(|k| e(i, k)));
}

/// The gradient of the softmax of which row i sees columns j with `sees(i, j)`.
fn softmax_gradient(
    y: Square<'_>,
    dy: Square<'_>,
    dx: &mut [f64],
    sees: impl Fn(usize, usize) -> bool,
) {
    let at = |s: Square<'_>, i: usize, j: usize| s.at(i as isize, j as isize);
    let seen = |i: usize, j: usize| if sees(i, j) { at(y, i, j) } else { 0.0 };
    fill(dx, |i, j| seen(i, j) * (at(dy, i, j) - sum(|k| at(dy, i, k) * seen(i, k))));
}

#[test]
fn a_causal_mask_that_is_off_by_one_is_caught() {
    static RIGHT: Planted = Planted {
        forward: causal_softmax,
        backward: |_, y, dy, _, dx| softmax_gradient(y, dy, dx, |i, j| j <= i),
        operands: 1,
    };
    static WRONG: Planted = Planted {
        backward: |_, y, dy, _, dx| softmax_gradient(y, dy, dx, |i, j| j < i),
        forward: causal_softmax,
        operands: 1,
    };
    only_the_mistake_is_caught(&RIGHT, &WRONG, false);
}

fn embedding([table, indices]: [Square<'_>; 2], out: &mut [f64]) {
    fill(out, |position, j| table.at(indices.0[position] as isize, j as isize));
}

#[test]
fn a_scatter_add_that_loses_a_repeated_token_is_caught() {
    static RIGHT: Planted = Planted {
        forward: embedding,
        backward: |[_, indices], _, dy, _, dx| {
            for (position, &entry) in indices.0.iter().enumerate() {
                (0..SIZE).for_each(|j| dx[entry as usize * SIZE + j] += dy.0[position * SIZE + j]);
            }
        },
        operands: 1,
    };
    static WRONG: Planted = Planted {
        forward: embedding,
        backward: |[_, indices], _, dy, _, dx| {
            for (position, &entry) in indices.0.iter().enumerate() {
                (0..SIZE).for_each(|j| dx[entry as usize * SIZE + j] = dy.0[position * SIZE + j]);
            }
        },
        operands: 1,
    };
    only_the_mistake_is_caught(&RIGHT, &WRONG, false);
}

const EPS: f64 = 0.1;

/// Mean and scale of a row.
fn statistics(x: Square<'_>, row: usize) -> (f64, f64) {
    let at = |j: usize| x.0[row * SIZE + j];
    let mean = sum(at) / SIZE as f64;
    let variance = sum(|j| (at(j) - mean).powi(2)) / SIZE as f64;
    (mean, 1.0 / (variance + EPS).sqrt())
}

fn layer_norm([x, _]: [Square<'_>; 2], out: &mut [f64]) {
    fill(out, |i, j| {
        let (mean, scale) = statistics(x, i);
        (x.0[i * SIZE + j] - mean) * scale
    });
}

/// With the part that comes through the mean, or without.
fn norm_gradient(x: Square<'_>, y: Square<'_>, dy: Square<'_>, dx: &mut [f64], mean: bool) {
    fill(dx, |i, j| {
        let at = |s: Square<'_>, j: usize| s.0[i * SIZE + j];
        let through_mean = if mean { sum(|k| at(dy, k)) / SIZE as f64 } else { 0.0 };
        let along = sum(|k| at(dy, k) * at(y, k)) / SIZE as f64;
        statistics(x, i).1 * (at(dy, j) - through_mean - at(y, j) * along)
    });
}

#[test]
fn a_layer_norm_without_the_part_of_the_mean_is_caught() {
    static RIGHT: Planted = Planted {
        forward: layer_norm,
        backward: |[x, _], y, dy, _, dx| norm_gradient(x, y, dy, dx, true),
        operands: 1,
    };
    static WRONG: Planted = Planted {
        forward: layer_norm,
        backward: |[x, _], y, dy, _, dx| norm_gradient(x, y, dy, dx, false),
        operands: 1,
    };
    only_the_mistake_is_caught(&RIGHT, &WRONG, false);
}

/// The image padded by one, with the first 3 by 3 numbers of the other operand as the kernel.
fn conv([x, w]: [Square<'_>; 2], out: &mut [f64]) {
    fill(out, |p, q| {
        (0..9)
            .map(|k| (k / 3, k % 3))
            .map(|(i, j)| {
                let (row, col) = (p + i, q + j);
                w.0[i * SIZE + j] * x.at(row as isize - 1, col as isize - 1)
            })
            .sum()
    });
}

/// The image's gradient with this padding, and the kernel's with the right one.
fn conv_gradient(
    [x, w]: [Square<'_>; 2],
    dy: Square<'_>,
    operand: usize,
    dx: &mut [f64],
    padding: isize,
) {
    if operand == 0 {
        return fill(dx, |row, col| {
            (0..9)
                .map(|k| (k / 3, k % 3))
                .map(|(i, j)| {
                    let place = |at: usize, k: usize| at as isize + padding - k as isize;
                    w.0[i * SIZE + j] * dy.at(place(row, i), place(col, j))
                })
                .sum()
        });
    }
    fill(dx, |i, j| {
        let places = (0..SIZE * SIZE).map(|p| ((p / SIZE) as isize, (p % SIZE) as isize));
        let term =
            |(p, q): (isize, isize)| dy.at(p, q) * x.at(p + i as isize - 1, q + j as isize - 1);
        if i < 3 && j < 3 { places.map(term).sum() } else { 0.0 }
    });
}

#[test]
fn a_shifted_padding_of_a_convolution_is_caught() {
    static RIGHT: Planted = Planted {
        forward: conv,
        backward: |operands, _, dy, operand, dx| conv_gradient(operands, dy, operand, dx, 1),
        operands: 2,
    };
    static WRONG: Planted = Planted {
        forward: conv,
        backward: |operands, _, dy, operand, dx| conv_gradient(operands, dy, operand, dx, 0),
        operands: 2,
    };
    only_the_mistake_is_caught(&RIGHT, &WRONG, true);
}

/// Squares, and forgets elements whose adjoint is 0, as one does who thinks of adding only.
struct SkipsZeros;

impl Op<f64> for SkipsZeros {
    fn name(&self) -> &'static str {
        "skips_zeros"
    }

    fn shape(&self, operands: Operands<'_, f64>, _: &Attrs) -> Result<Shape, String> {
        Ok(operands.shape(0))
    }

    fn forward(&self, operands: Operands<'_, f64>, _: &Attrs, out: &mut [f64]) {
        out.iter_mut().zip(operands.value(0)).for_each(|(out, x)| *out = x * x);
    }

    fn backward(&self, node: Backward<'_, f64>, _: usize, write: Write, dx: &mut [f64]) {
        for ((dx, x), dy) in dx.iter_mut().zip(node.operands.value(0)).zip(node.dout) {
            if *dy != 0.0 {
                write.to(dx, 2.0 * x * dy);
            }
        }
    }
}

#[test]
fn a_backward_that_leaves_out_zeros_where_it_must_store_is_caught() {
    let error = check(|g, [x, _]| g.apply(&SkipsZeros, &[x], Attrs::default()));
    let error = error.expect_err("what was there before stays");
    assert!(matches!(error, CheckError::ZeroAdjoint { operand: 0, element: 0, .. }), "{error}");
    assert!(error.to_string().contains("skips_zeros"), "{error}");
}
