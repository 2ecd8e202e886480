//! The error of each row, absolute or squared, and its mean over the batch.

use gradroute_kernels::{Real, Write, elementwise, reduce};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::shape::Shape;

/// How the difference of a prediction and a target counts.
trait Metric<T: Real>: Sync {
    const NAME: &'static str;
    const KINK: bool;
    const RULE: Rule;
    fn error(difference: T) -> T;
    fn derivative(difference: T) -> T;
}

struct Absolute;

impl<T: Real> Metric<T> for Absolute {
    const NAME: &'static str = "absolute_error";
    const KINK: bool = true;
    const RULE: Rule = Rule {
        forward: "y = mean(|a - b|), row by row",
        backward: "da = dy * sign(a - b) / d, db = -da",
        words: "Each prediction a gets its row's gradient with the sign of its error, divided by \
                d, the length of the row; without an error it gets 0. The target b gets the \
                opposite.",
    };
    fn error(difference: T) -> T {
        difference.abs()
    }
    fn derivative(difference: T) -> T {
        difference.signum0()
    }
}

struct Squared;

impl<T: Real> Metric<T> for Squared {
    const NAME: &'static str = "squared_error";
    const KINK: bool = false;
    const RULE: Rule = Rule {
        forward: "y = mean((a - b)^2), row by row",
        backward: "da = dy * 2 * (a - b) / d, db = -da",
        words: "Each prediction a gets its row's gradient times twice its error, divided by d, \
                the length of the row. The target b gets the opposite.",
    };
    fn error(difference: T) -> T {
        difference * difference
    }
    fn derivative(difference: T) -> T {
        difference + difference
    }
}

/// Operands: the prediction, the target. The result has one element a row.
struct SampleError<M>(M);

/// The shape of one number a row, and the row's length; a value `[n]` counts as `[n, 1]`.
fn rows(shape: Shape) -> (Shape, usize) {
    if shape.rank() == 1 { (shape, 1) } else { shape.split_last() }
}

impl<T: Real, M: Metric<T>> Op<T> for SampleError<M> {
    fn name(&self) -> &'static str {
        M::NAME
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        let (prediction, target) = (operands.shape(0), operands.shape(1));
        if prediction.dims() != target.dims() || prediction.rank() == 0 {
            return Err("prediction and target must have the same extents [.., d]".into());
        }
        let (rows, columns) = rows(prediction);
        if columns == 0 {
            return Err("the mean over no elements does not exist".into());
        }
        let samples = prediction.carries_samples() || target.carries_samples();
        Ok(rows.with_samples(samples))
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        let columns = rows(operands.shape(0)).1;
        let (prediction, target) = (operands.value(0), operands.value(1));
        reduce::row_sums2(Write::Store, out, columns, prediction, target, |p, t| M::error(p - t));
        let share = T::ONE / T::from_usize(columns);
        out.iter_mut().for_each(|error| *error *= share);
    }

    fn backward(&self, node: Backward<'_, T>, operand: usize, write: Write, dx: &mut [T]) {
        let columns = rows(node.operands.shape(0)).1;
        let share = T::ONE / T::from_usize(columns);
        let share = if operand == 0 { share } else { -share };
        let (prediction, target) = (node.operands.value(0), node.operands.value(1));
        elementwise::map_rows2(write, dx, columns, prediction, target, node.dout, |p, t, dy| {
            // A sample that the loss does not count must not matter, not even through a NaN.
            if dy == T::ZERO { T::ZERO } else { dy * share * M::derivative(p - t) }
        });
    }

    fn kink_distance(&self, operands: Operands<'_, T>, _: &Attrs, _: &[T]) -> Option<f64> {
        let pairs = operands.value(0).iter().zip(operands.value(1));
        let nearest = pairs.map(|(&p, &t)| (p - t).abs().to_f64());
        M::KINK.then(|| nearest.fold(f64::INFINITY, f64::min))
    }

    fn rule(&self, _: &Attrs) -> Rule {
        M::RULE
    }
}

impl<T: Real> Graph<'_, T> {
    /// The mean absolute error of each row: `[.., d]`, `[.., d]` to `[..]`, so `[n, d]` to one
    /// number a sample; `[n]` counts as `[n, 1]`. The derivative where both are equal is 0.
    ///
    /// # Panics
    /// If the extents differ or a row has no elements.
    #[track_caller]
    pub fn absolute_error(&self, prediction: Var, target: Var) -> Var {
        self.apply(&SampleError(Absolute), &[prediction, target], Attrs::default())
    }

    /// The mean squared error of each row: `[.., d]`, `[.., d]` to `[..]`, so `[n, d]` to one number a
    /// sample; `[n]` counts as `[n, 1]`.
    ///
    /// # Panics
    /// If the extents differ or a row has no elements.
    #[track_caller]
    pub fn squared_error(&self, prediction: Var, target: Var) -> Var {
        self.apply(&SampleError(Squared), &[prediction, target], Attrs::default())
    }

    /// The mean absolute error over samples and elements, a scalar.
    ///
    /// # Panics
    /// If the extents differ or there are no elements.
    #[track_caller]
    pub fn mean_absolute_error(&self, prediction: Var, target: Var) -> Var {
        self.mean(self.absolute_error(prediction, target))
    }

    /// The mean squared error over samples and elements, a scalar.
    ///
    /// # Panics
    /// If the extents differ or there are no elements.
    #[track_caller]
    pub fn mean_squared_error(&self, prediction: Var, target: Var) -> Var {
        self.mean(self.squared_error(prediction, target))
    }
}
