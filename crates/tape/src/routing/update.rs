//! Update weights: how much each sample may teach the parameters that an op reads.

use gradroute_kernels::Real;

use crate::graph::{Graph, State};
use crate::node::{Kind, Node, Update, Var};
use crate::op::{Attrs, Op};
use crate::operands::Operands;
use crate::routing::permission::Permit;
use crate::routing::seen::placed;
use crate::shape::Shape;

impl<'a, T: Real> Graph<'a, T> {
    /// Records what `build` does, with weights on what its ops teach the parameters that they read.
    ///
    /// A route stands on a value and decides what of its gradient goes on. Update weights stand where
    /// a gradient leaves the samples: they decide how much each sample teaches *these* parameters, and
    /// leave alone what flows on to the values behind. Each op within that has an operand that does not
    /// depend on samples (a parameter, or what is made of parameters alone) sees, for that operand, the
    /// gradient of its output multiplied with the weights.
    ///
    /// `weights` are any real numbers; 0 selects, so that a NaN of such a sample leaves no trace. They
    /// are aligned with the ops' outputs at the *first* axis, and repeated along axes that they lack or
    /// have with extent 1: `[n]` for one number a sample, `[n, t]` for one a token. Along the last axis
    /// of a linear layer's output (of a convolution's, the second), they are for rows of the weight, and
    /// for elements of the bias: `[n, out]`, `[n, 1, out]`, `[n, t, out]`; `[1, out]` for the same rows in
    /// all samples. What differs by sample must say so: [`Shape::of_samples`].
    ///
    /// ```
    /// use gradroute_tape::{Gradients, Params, Shape, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let w = params.add("w", &[2, 1], || 1.0);
    /// let mut tape = Tape::new();
    /// let mut gradients = Gradients::new(&params);
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, 5.0]);
    /// // Sample 0 may teach the first row, sample 1 both, the second one with half the strength.
    /// let rows = g.literal(Shape::of_samples(&[2, 2]), &[1.0, 0.0, 1.0, 0.5]);
    /// let y = g.update_weighted(rows, || g.linear(x, g.param(w), None));
    /// g.backward(g.sum(y), &mut gradients);
    /// assert_eq!(gradients.get(w).unwrap(), [3.0 + 5.0, 0.5 * 5.0]);
    /// ```
    ///
    /// # Panics
    /// If the weights don't fit an op that they are for, if they are for none, or if this is called within
    /// another `update_weighted`: multiply the weights, and give their product.
    #[track_caller]
    pub fn update_weighted<R>(&self, weights: Var, build: impl FnOnce() -> R) -> R {
        self.within_update(|update| &mut update.rows, weights, build)
    }

    /// The same for columns: weights on the operand that the weight is multiplied with, as that weight
    /// sees it. `[n, in]` or `[n, t, in]` for a linear layer, `[n, channels]` for a convolution; aligned
    /// as for [`Graph::update_weighted`], within which it may stand, or the other way round.
    ///
    /// # Panics
    /// If the weights don't fit, this is called within another of its kind, or an op within reads
    /// parameters and is no plain [`linear`](Graph::linear) or [`conv2d`](Graph::conv2d).
    #[track_caller]
    pub fn update_weighted_columns<R>(&self, weights: Var, build: impl FnOnce() -> R) -> R {
        self.within_update(|update| &mut update.columns, weights, build)
    }

    #[track_caller]
    fn within_update<R>(
        &self,
        part: impl Fn(&mut Update) -> &mut Option<u32>,
        weights: Var,
        build: impl FnOnce() -> R,
    ) -> R {
        self.check_var(weights, "update_weighted");
        let from = {
            let mut state = self.recording();
            let place = part(&mut state.update);
            assert!(
                place.is_none(),
                "update weights within update weights: multiply them, and give their product"
            );
            *place = Some(weights.index);
            state.tape.nodes.len()
        };
        let within = Within { graph: self, part: &part };
        let result = build();
        drop(within);
        let taken = self.recording().tape.nodes[from..].iter().any(|node| !node.update.is_none());
        assert!(
            taken,
            "these update weights are for no op. The layer must be recorded within the closure; it must \
             read a parameter that is trained; and what it is applied to must count samples: `samples`, \
             `Shape::of_samples` or `as_samples` make that"
        );
        result
    }
}

/// Until it is dropped, by a panic for instance, update weights go on what is recorded.
struct Within<'w, 'a, T: Real, F: Fn(&mut Update) -> &mut Option<u32>> {
    graph: &'w Graph<'a, T>,
    part: &'w F,
}

impl<T: Real, F: Fn(&mut Update) -> &mut Option<u32>> Drop for Within<'_, '_, T, F> {
    fn drop(&mut self) {
        // A panic may unwind through here while the state is borrowed.
        if let Ok(mut state) = self.graph.state.try_borrow_mut() {
            *(self.part)(&mut state.update) = None;
        }
    }
}

/// The update weights that are for an op, or the rule that they break.
pub(crate) fn fitting<T: Real>(
    state: &State<'_, T>,
    op: &'static dyn Op<T>,
    operands: &[Var],
    attrs: &Attrs,
    shape: Shape,
) -> Result<Update, String> {
    let (update, nodes) = (state.update, &state.tape.nodes);
    let teaches = |(i, var): (usize, &Var)| {
        let node = &nodes[var.index()];
        // A parameter that is frozen would be taught if it were not.
        let trained = node.needs_grad || matches!(node.kind, Kind::Param(_));
        trained && !node.of_samples && op.differentiable(i, attrs)
    };
    let of_samples =
        shape.carries_samples() || operands.iter().any(|var| nodes[var.index()].of_samples);
    if update.is_none() || !of_samples || !operands.iter().enumerate().any(teaches) {
        return Ok(Update::NONE);
    }
    let shape_of = |index: u32| state.tape.stored[index as usize].shape;
    if let Some(rows) = update.rows {
        check_place(shape_of(rows), shape, "the output")?;
    }
    if let Some(columns) = update.columns {
        let Some(i) = op.operand_with_columns(attrs) else {
            return Err("update weights on columns are for linear and conv2d, without a fused \
                        activation and with their input as it is"
                .to_owned());
        };
        check_place(shape_of(columns), shape_of(operands[i].index), "the input")?;
    }
    Ok(update)
}

fn check_place(weights: Shape, full: Shape, what: &str) -> Result<(), String> {
    let fits = |(i, (&own, &full)): (usize, (&usize, &usize))| match (i, weights.carries_samples())
    {
        (0, false) => own == 1,
        (0, true) => own == full,
        _ => own == full || own == 1,
    };
    let mut axes = weights.dims().iter().zip(full.dims()).enumerate();
    if full.carries_samples() && weights.rank() <= full.rank() && axes.all(fits) {
        return Ok(());
    }
    Err(format!(
        "update weights {weights} don't fit {what} {full}: they are aligned at the first axis, which \
         counts samples. Weights that differ by sample are made with Shape::of_samples, [n] or [n, ..]; \
         those that are the same for all begin with extent 1, [1, ..]; further extents are equal, or 1 \
         to be repeated"
    ))
}

/// Where the update weights of a node are not 0, for some samples or for all.
pub(crate) fn permit<'s, T: Real>(
    node: &'s Node<T>,
    operands: Operands<'s, T>,
    shape: Shape,
    samples: Option<&'s [u32]>,
) -> Permit<'s, T> {
    let Kind::Apply(op) = node.kind else { unreachable!("only ops have operands") };
    let mask = |at: Option<u32>, full: Shape| {
        let stored = operands.stored[at? as usize];
        Some((operands.memory.read(stored), placed(stored.shape, full)))
    };
    let input = op.operand_with_columns(&node.attrs).map(|i| operands.shape(i));
    let columns = input.and_then(|full| mask(node.update.columns, full));
    let rows = mask(node.update.rows, shape);
    Permit { operands, attrs: &node.attrs, shape, rows, columns, samples }
}
