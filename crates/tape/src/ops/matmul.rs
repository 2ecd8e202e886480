//! The matrix product, and many of them at once.

use gradroute_kernels::matmul::{self, Adjoint};
use gradroute_kernels::{Matrix, Real, Write};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::shape::Shape;

/// Operands: `a`, `b`, matrices on their last two axes. `ints`: whether `a` and whether `b` is to be
/// transposed first.
struct MatMul;

/// The leading axes, and rows and columns after the optional transposition.
fn sides(shape: Shape, transposed: usize) -> Option<(Shape, [usize; 2])> {
    if shape.rank() < 2 {
        return None;
    }
    let (rows, columns) = shape.split_last();
    let (leading, rows) = rows.split_last();
    Some((leading, if transposed == 0 { [rows, columns] } else { [columns, rows] }))
}

/// Matrix number `item` of operand `i`, as the product sees it.
fn matrix<'s, T: Real>(
    operands: Operands<'s, T>,
    i: usize,
    attrs: &Attrs,
    item: usize,
) -> Matrix<'s, T> {
    let (_, [rows, columns]) = sides(operands.shape(i), 0).expect("checked by shape()");
    let data = &operands.value(i)[item * rows * columns..][..rows * columns];
    let stored = Matrix::row_major(data, rows, columns);
    if attrs.ints[i] == 0 { stored } else { stored.transposed() }
}

/// How many matrices a value of this shape holds.
fn items(shape: Shape) -> usize {
    sides(shape, 0).expect("checked by shape()").0.len()
}

impl<T: Real> Op<T> for MatMul {
    fn name(&self) -> &'static str {
        "matmul"
    }

    fn shape(&self, operands: Operands<'_, T>, attrs: &Attrs) -> Result<Shape, String> {
        let a = sides(operands.shape(0), attrs.ints[0]);
        let b = sides(operands.shape(1), attrs.ints[1]);
        let (Some((leading, [m, k])), Some((other, [k2, n]))) = (a, b) else {
            return Err("operands must be matrices on their last two axes".into());
        };
        if leading.dims() != other.dims() {
            return Err(format!("the leading axes {leading} and {other} must agree"));
        }
        if k != k2 {
            return Err(format!("[{m}, {k}] times [{k2}, {n}]: inner extents must agree"));
        }
        // With leading axes, it is the first of them that may count samples.
        let samples = match leading.rank() {
            0 => operands.shape(0).carries_samples() && attrs.ints[0] == 0,
            _ => operands.shape(0).carries_samples() || operands.shape(1).carries_samples(),
        };
        Ok(leading.with_last(m).with_last(n).with_samples(samples))
    }

    fn forward(&self, operands: Operands<'_, T>, attrs: &Attrs, out: &mut [T]) {
        let [a, b] = [0, 1].map(|i| move |item| matrix(operands, i, attrs, item));
        matmul::batched(Write::Store, out, items(operands.shape(0)), a, b, None);
    }

    fn works_by_sample(&self, operands: Operands<'_, T>) -> bool {
        operands.shape(0).rank() == 2 && !operands.shape(1).carries_samples()
    }

    fn backward(&self, node: Backward<'_, T>, operand: usize, write: Write, dx: &mut [T]) {
        let other = |item| matrix(node.operands, 1 - operand, node.attrs, item).transposed();
        let (_, [rows, columns]) = sides(node.shape, 0).expect("checked by shape()");
        let len = rows * columns;
        let dy = |item: usize| Matrix::row_major(&node.dout[item * len..][..len], rows, columns);
        let count = items(node.shape);
        let (a, b) = (Some(Adjoint::A), Some(Adjoint::B));
        // The gradient of the matrix as the product sees it, or of that transposed.
        match (operand, node.attrs.ints[operand]) {
            (0, 0) => matmul::batched(write, dx, count, dy, other, a),
            (0, _) => {
                let (other, dy) = (|i| other(i).transposed(), |i| dy(i).transposed());
                matmul::batched(write, dx, count, other, dy, b);
            }
            (_, 0) => matmul::batched(write, dx, count, other, dy, b),
            _ => {
                let (other, dy) = (|i| other(i).transposed(), |i| dy(i).transposed());
                matmul::batched(write, dx, count, dy, other, a);
            }
        }
    }

    fn describe(&self, attrs: &Attrs) -> String {
        let mark = |i: usize| if attrs.ints[i] == 0 { "" } else { "ᵀ" };
        format!("a{} · b{}", mark(0), mark(1))
    }

    fn rule(&self, attrs: &Attrs) -> Rule {
        let (forward, backward) = match attrs.ints {
            [0, 0, ..] => ("y = a @ b", "da = dy @ b^T, db = a^T @ dy"),
            [_, 0, ..] => ("y = a^T @ b", "da = b @ dy^T, db = a @ dy"),
            [0, ..] => ("y = a @ b^T", "da = dy @ b, db = dy^T @ a"),
            _ => ("y = a^T @ b^T", "da = b^T @ dy^T, db = dy^T @ a^T"),
        };
        Rule {
            forward,
            backward,
            words: "Each factor gets the gradient times the other factor, with rows and columns \
                    swapped so that the shapes fit.",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// The products of the matrices on the last two axes, `[.., m, k] · [.., k, n] = [.., m, n]`;
    /// leading axes, if there are any, are the same.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let a = g.literal(Shape::of_samples(&[2, 1, 2]), &[1.0, 2.0, 3.0, 4.0]);
    /// let b = g.literal(Shape::of_samples(&[2, 2, 1]), &[5.0, 6.0, 7.0, 8.0]);
    /// assert_eq!(*g.value(g.matmul(a, b)), [17.0, 53.0]);
    /// ```
    ///
    /// # Panics
    /// If an operand is no matrix, or the leading axes or the inner extents differ.
    #[track_caller]
    pub fn matmul(&self, a: Var, b: Var) -> Var {
        self.apply(&MatMul, &[a, b], Attrs::default())
    }

    /// `aᵀ · b`: `[.., k, m]`, `[.., k, n]` to `[.., m, n]`. The Gram matrix of a batch is `xᵀ · x`.
    ///
    /// # Panics
    /// As [`Graph::matmul`].
    #[track_caller]
    pub fn matmul_tn(&self, a: Var, b: Var) -> Var {
        self.apply(&MatMul, &[a, b], Attrs::of(&[1, 0]))
    }

    /// `a · bᵀ`: `[.., m, k]`, `[.., n, k]` to `[.., m, n]`.
    ///
    /// # Panics
    /// As [`Graph::matmul`].
    #[track_caller]
    pub fn matmul_nt(&self, a: Var, b: Var) -> Var {
        self.apply(&MatMul, &[a, b], Attrs::of(&[0, 1]))
    }
}
