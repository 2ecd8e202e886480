//! The greatest or least number along one axis.

use gradroute_kernels::extremes::{self, Extreme};
use gradroute_kernels::{Real, Write};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::shape::{MAX_AXES, Shape};

/// `ints[0]`: the axis.
struct AlongAxis(Extreme);

impl<T: Real> Op<T> for AlongAxis {
    fn name(&self) -> &'static str {
        match self.0 {
            Extreme::Max => "max_axis",
            Extreme::Min => "min_axis",
        }
    }

    fn shape(&self, operands: Operands<'_, T>, attrs: &Attrs) -> Result<Shape, String> {
        let (x, axis) = (operands.shape(0), attrs.ints[0]);
        match x.dims().get(axis) {
            None => Err(format!("there is no axis {axis}")),
            Some(0) => Err(format!("axis {axis} has no elements, and so no extreme")),
            Some(_) => Ok(x.without_axis(axis)),
        }
    }

    fn forward(&self, operands: Operands<'_, T>, attrs: &Attrs, out: &mut [T]) {
        let extents = operands.shape(0).around_axis(attrs.ints[0]);
        extremes::along_axis(self.0, out, operands.value(0), extents);
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let extents = node.operands.shape(0).around_axis(node.attrs.ints[0]);
        let x = node.operands.value(0);
        extremes::along_axis_backward(self.0, write, dx, node.dout, x, extents);
    }

    /// How far the second is from the extreme.
    fn kink_distance(&self, operands: Operands<'_, T>, attrs: &Attrs, out: &[T]) -> Option<f64> {
        let [_, n, inner] = operands.shape(0).around_axis(attrs.ints[0]);
        let mut nearest = f64::INFINITY;
        for (i, &extreme) in out.iter().enumerate() {
            let at = |k: usize| operands.value(0)[i / inner * n * inner + k * inner + i % inner];
            let mut apart: Vec<f64> = (0..n).map(|k| (at(k) - extreme).abs().to_f64()).collect();
            apart.sort_by(f64::total_cmp);
            nearest = nearest.min(apart.get(1).copied().unwrap_or(f64::INFINITY));
        }
        Some(nearest)
    }

    fn describe(&self, attrs: &Attrs) -> String {
        format!("axis {}", attrs.ints[0])
    }

    fn rule(&self, attrs: &Attrs) -> Rule {
        const GREATEST: [&str; MAX_AXES] = [
            "y = max(x, axis=0)",
            "y = max(x, axis=1)",
            "y = max(x, axis=2)",
            "y = max(x, axis=3)",
        ];
        const LEAST: [&str; MAX_AXES] = [
            "y = min(x, axis=0)",
            "y = min(x, axis=1)",
            "y = min(x, axis=2)",
            "y = min(x, axis=3)",
        ];
        let axis = attrs.ints[0];
        match self.0 {
            Extreme::Max => Rule {
                forward: GREATEST[axis],
                backward: "dx = dy at the first greatest number, all else 0",
                words: "Only the greatest number gets the gradient, the first if there are \
                        several. All others get 0.",
            },
            Extreme::Min => Rule {
                forward: LEAST[axis],
                backward: "dx = dy at the first least number, all else 0",
                words: "Only the least number gets the gradient, the first if there are several. \
                        All others get 0.",
            },
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// The greatest number along `axis`, which disappears; NaN if there is one. The gradient goes to
    /// it alone, the first of several.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::of_samples(&[2, 2]), &[1.0, 5.0, 4.0, 2.0]);
    /// assert_eq!(*g.value(g.max_axis(x, 1)), [5.0, 4.0]);
    /// assert_eq!(*g.value(g.min_axis(x, 0)), [1.0, 2.0]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis, or it has no elements.
    #[track_caller]
    pub fn max_axis(&self, x: Var, axis: usize) -> Var {
        self.apply(&AlongAxis(Extreme::Max), &[x], Attrs::of(&[axis]))
    }

    /// The least number along `axis`, which disappears; NaN if there is one. The gradient goes to it
    /// alone, the first of several.
    ///
    /// # Panics
    /// If there is no such axis, or it has no elements.
    #[track_caller]
    pub fn min_axis(&self, x: Var, axis: usize) -> Var {
        self.apply(&AlongAxis(Extreme::Min), &[x], Attrs::of(&[axis]))
    }
}
