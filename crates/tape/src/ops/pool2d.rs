//! Pooling: images made smaller by the maximum or the mean of squares.

use gradroute_kernels::pool::{self, PoolShape};
use gradroute_kernels::{Real, Write};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::shape::Shape;

/// `ints`: size and stride of the squares.
enum Pool2d {
    Max,
    Mean,
}

fn extents(x: Shape, attrs: &Attrs) -> Option<PoolShape> {
    let &[_, _, h, w] = x.dims() else { return None };
    let [size, stride, ..] = attrs.ints;
    Some(PoolShape { h, w, size, stride })
}

impl<T: Real> Op<T> for Pool2d {
    fn name(&self) -> &'static str {
        match self {
            Pool2d::Max => "max_pool2d",
            Pool2d::Mean => "avg_pool2d",
        }
    }

    fn shape(&self, operands: Operands<'_, T>, attrs: &Attrs) -> Result<Shape, String> {
        let x = operands.shape(0);
        let Some(shape) = extents(x, attrs) else {
            return Err("needs images [n, c, h, w]".into());
        };
        let PoolShape { h, w, size, stride } = shape;
        if size == 0 || stride == 0 {
            return Err("size and stride must be 1 or more".into());
        }
        if size > h || size > w {
            return Err(format!("squares of {size} do not fit into images of {h} by {w}"));
        }
        let ([n, c, ..], [rows, columns]) = (x.padded(), shape.result());
        Ok(Shape::new(&[n, c, rows, columns]).with_samples(x.carries_samples()))
    }

    fn forward(&self, operands: Operands<'_, T>, attrs: &Attrs, out: &mut [T]) {
        let shape = extents(operands.shape(0), attrs).expect("checked by shape()");
        match self {
            Pool2d::Max => pool::max(out, operands.value(0), shape),
            Pool2d::Mean => pool::mean(out, operands.value(0), shape),
        }
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let shape = extents(node.operands.shape(0), node.attrs).expect("checked by shape()");
        match self {
            Pool2d::Max => {
                pool::max_backward(write, dx, node.dout, node.operands.value(0), shape);
            }
            Pool2d::Mean => pool::mean_backward(write, dx, node.dout, shape),
        }
    }

    /// How far the second pixel of a square is from its greatest.
    fn kink_distance(&self, operands: Operands<'_, T>, attrs: &Attrs, _: &[T]) -> Option<f64> {
        if matches!(self, Pool2d::Mean) {
            return None;
        }
        let shape = extents(operands.shape(0), attrs).expect("checked by shape()");
        let planes = operands.value(0).chunks_exact((shape.h * shape.w).max(1));
        Some(planes.map(|plane| pool::distance_to_tie(plane, shape)).fold(f64::INFINITY, f64::min))
    }

    fn describe(&self, attrs: &Attrs) -> String {
        format!("size {}, stride {}", attrs.ints[0], attrs.ints[1])
    }

    fn rule(&self, _: &Attrs) -> Rule {
        match self {
            Pool2d::Max => Rule {
                forward: "y[p] = max(x[k] for all k in square p)",
                backward: "dx[k] += dy[p], k is the greatest pixel of square p",
                words: "Of each square only the greatest pixel gets the gradient, the first if \
                        there are several. Where squares overlap, what arrives is added up.",
            },
            Pool2d::Mean => Rule {
                forward: "y[p] = mean(x[k] for all k in square p)",
                backward: "dx[k] += dy[p] / size^2 for all k in square p",
                words: "Each pixel of a square gets an equal share of its gradient. Where squares \
                        overlap, the shares are added up.",
            },
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// The greatest pixel of each square of `size` by `size`, the squares `stride` apart: images
    /// `[n, c, h, w]` to `[n, c, (h - size) / stride + 1, ..]`. NaN if there is one. The gradient goes to
    /// that pixel alone, the first of several.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::of_samples(&[1, 1, 2, 2]), &[1.0, 2.0, 3.0, 6.0]);
    /// assert_eq!(*g.value(g.max_pool2d(x, 2, 2)), [6.0]);
    /// assert_eq!(*g.value(g.avg_pool2d(x, 2, 2)), [3.0]);
    /// ```
    ///
    /// # Panics
    /// If `x` has not four axes, size or stride is 0, or a square is larger than the image.
    #[track_caller]
    pub fn max_pool2d(&self, x: Var, size: usize, stride: usize) -> Var {
        self.apply(&Pool2d::Max, &[x], Attrs::of(&[size, stride]))
    }

    /// The mean of each square, as [`Graph::max_pool2d`].
    ///
    /// # Panics
    /// As [`Graph::max_pool2d`].
    #[track_caller]
    pub fn avg_pool2d(&self, x: Var, size: usize, stride: usize) -> Var {
        self.apply(&Pool2d::Mean, &[x], Attrs::of(&[size, stride]))
    }
}
