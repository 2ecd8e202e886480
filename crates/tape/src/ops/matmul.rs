//! The matrix product.

use gradroute_kernels::{Matrix, Real, Write, matmul::matmul};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op};
use crate::operands::Operands;
use crate::shape::Shape;

/// Operands: `a`, `b`. `ints`: whether `a` and whether `b` is to be transposed first.
struct MatMul;

/// Rows and columns after the optional transposition.
fn sides(shape: Shape, transposed: usize) -> Option<[usize; 2]> {
    match *shape.dims() {
        [rows, columns] if transposed == 0 => Some([rows, columns]),
        [rows, columns] => Some([columns, rows]),
        _ => None,
    }
}

/// Operand `i` as the product sees it.
fn matrix<'s, T: Real>(operands: Operands<'s, T>, i: usize, attrs: &Attrs) -> Matrix<'s, T> {
    let [rows, columns] = [0, 1].map(|axis| operands.shape(i).dims()[axis]);
    let stored = Matrix::row_major(operands.value(i), rows, columns);
    if attrs.ints[i] == 0 { stored } else { stored.transposed() }
}

impl<T: Real> Op<T> for MatMul {
    fn name(&self) -> &'static str {
        "matmul"
    }

    fn shape(&self, operands: Operands<'_, T>, attrs: &Attrs) -> Result<Shape, String> {
        let a = sides(operands.shape(0), attrs.ints[0]);
        let b = sides(operands.shape(1), attrs.ints[1]);
        match (a, b) {
            (Some([m, k]), Some([k2, n])) if k == k2 => {
                let samples = operands.shape(0).carries_samples() && attrs.ints[0] == 0;
                Ok(Shape::new(&[m, n]).with_samples(samples))
            }
            (Some([m, k]), Some([k2, n])) => {
                Err(format!("[{m}, {k}] times [{k2}, {n}]: inner extents must agree"))
            }
            _ => Err("operands must be matrices".into()),
        }
    }

    fn forward(&self, operands: Operands<'_, T>, attrs: &Attrs, out: &mut [T]) {
        matmul(Write::Store, out, matrix(operands, 0, attrs), matrix(operands, 1, attrs));
    }

    fn backward(&self, node: Backward<'_, T>, operand: usize, write: Write, dx: &mut [T]) {
        let other = matrix(node.operands, 1 - operand, node.attrs).transposed();
        let [rows, columns] = [0, 1].map(|axis| node.shape.dims()[axis]);
        let dy = Matrix::row_major(node.dout, rows, columns);
        // The gradient of the matrix as the product sees it, then of the stored one.
        let (left, right) = if operand == 0 { (dy, other) } else { (other, dy) };
        match node.attrs.ints[operand] {
            0 => matmul(write, dx, left, right),
            _ => matmul(write, dx, right.transposed(), left.transposed()),
        }
    }

    fn describe(&self, attrs: &Attrs) -> String {
        let mark = |i: usize| if attrs.ints[i] == 0 { "" } else { "ᵀ" };
        format!("a{} · b{}", mark(0), mark(1))
    }
}

impl<T: Real> Graph<'_, T> {
    /// The product of two matrices, `[m, k] · [k, n] = [m, n]`.
    ///
    /// # Panics
    /// If an operand is not a matrix or the inner extents differ.
    #[track_caller]
    pub fn matmul(&self, a: Var, b: Var) -> Var {
        self.apply(&MatMul, &[a, b], Attrs::default())
    }

    /// `aᵀ · b`: `[k, m]`, `[k, n]` to `[m, n]`. The Gram matrix of a batch is `xᵀ · x`.
    ///
    /// # Panics
    /// As [`Graph::matmul`].
    #[track_caller]
    pub fn matmul_tn(&self, a: Var, b: Var) -> Var {
        self.apply(&MatMul, &[a, b], Attrs { ints: [1, 0, 0, 0], ..Attrs::default() })
    }

    /// `a · bᵀ`: `[m, k]`, `[n, k]` to `[m, n]`.
    ///
    /// # Panics
    /// As [`Graph::matmul`].
    #[track_caller]
    pub fn matmul_nt(&self, a: Var, b: Var) -> Var {
        self.apply(&MatMul, &[a, b], Attrs { ints: [0, 1, 0, 0], ..Attrs::default() })
    }
}
