//! Reading off classes: what a model says of each sample, and how often it is right.

use std::cmp::Ordering;

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::shape::Shape;

impl<T: Real> Graph<'_, T> {
    /// The column of the greatest value of each row of `x` `[.., classes]`, the first of them if
    /// several are. A NaN counts as greatest, as in NumPy and PyTorch.
    ///
    /// Only looks at the value: no node is recorded.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let logits = g.literal(Shape::of_samples(&[2, 3]), &[0.1, 0.7, 0.2, 5.0, -1.0, 5.0]);
    /// assert_eq!(g.argmax(logits), [1, 0]);
    /// ```
    ///
    /// # Panics
    /// If `x` is not `[.., classes]` with at least one class.
    #[track_caller]
    pub fn argmax(&self, x: Var) -> Vec<usize> {
        self.check_var(x, "argmax");
        let shape = self.shape(x);
        match shape.dims() {
            [.., classes] if *classes > 0 => {
                self.value(x).chunks_exact(*classes).map(greatest).collect()
            }
            _ => {
                panic!("argmax: the value must be [.., classes] with a class or more, not {shape}")
            }
        }
    }

    /// The share, from 0 to 1, of rows whose label is the [`argmax`](Graph::argmax) of their
    /// logits: logits `[.., classes]`, labels `[..]` as in [`Graph::softmax_cross_entropy`]. A row
    /// whose greatest logit is NaN is never right.
    ///
    /// Only looks at the values: no node is recorded, and no memory allocated.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let logits = g.literal(Shape::of_samples(&[2, 3]), &[0.1, 0.7, 0.2, 5.0, -1.0, 0.5]);
    /// assert_eq!(g.accuracy(logits, g.labels(&[1, 2])), 0.5);
    /// ```
    ///
    /// # Panics
    /// Without any sample, if the shapes don't fit, or if a label is not the number of a class.
    #[track_caller]
    pub fn accuracy(&self, logits: Var, labels: Var) -> f64 {
        self.check_var(logits, "accuracy");
        self.check_var(labels, "accuracy");
        let (logits, labels) = (self.value(logits), self.value(labels));
        let shapes = [logits.shape(), labels.shape()];
        let n = match fit(shapes[0], shapes[1], &labels) {
            Ok(rows) if rows.is_empty() => {
                panic!("accuracy: there is no sample to be right about: {}", shapes[0])
            }
            Ok(rows) => rows.len(),
            Err(rule) => {
                panic!("accuracy: {rule}; found logits {} and labels {}", shapes[0], shapes[1])
            }
        };
        let classes = shapes[0].split_last().1;
        let is_right = |(row, label): &(&[T], &T)| {
            let said = greatest(row);
            !is_nan(row[said]) && T::from_usize(said) == **label
        };
        let right = logits.chunks_exact(classes).zip(labels.iter()).filter(is_right).count();
        right as f64 / n as f64
    }
}

/// The shape of one number for each row of logits that these labels fit, or the rule that is broken.
pub(crate) fn fit<T: Real>(logits: Shape, labels: Shape, values: &[T]) -> Result<Shape, String> {
    if logits.rank() < 2 {
        return Err("logits must be [.., classes] with two axes or more".into());
    }
    let (rows, classes) = logits.split_last();
    if labels.dims() != rows.dims() {
        return Err(format!(
            "labels must be {:?}, one a row of the logits, whose last axis are the classes",
            rows.dims()
        ));
    }
    are_indices("label", values, classes)?;
    Ok(rows)
}

/// Whether all values are whole numbers below `count`, or the rule that is broken; `what` names one.
pub(crate) fn are_indices<T: Real>(what: &str, values: &[T], count: usize) -> Result<(), String> {
    let is_index = |value: T| {
        let value = value.to_f64();
        value >= 0.0 && value < count as f64 && value.fract() == 0.0
    };
    match values.iter().position(|&value| !is_index(value)) {
        None => Ok(()),
        Some(i) => Err(format!(
            "{what} {i} is {}, but must be a whole number from 0 to {}",
            values[i],
            count.saturating_sub(1)
        )),
    }
}

/// The position of the greatest number, the first of several; of the first NaN if there is one.
fn greatest<T: Real>(row: &[T]) -> usize {
    let mut best = 0;
    for (i, &v) in row.iter().enumerate().skip(1) {
        if is_nan(row[best]) {
            break;
        }
        // Not comparable: `v` is a NaN.
        if v.partial_cmp(&row[best]).is_none_or(Ordering::is_gt) {
            best = i;
        }
    }
    best
}

fn is_nan<T: Real>(v: T) -> bool {
    v.to_f64().is_nan()
}
