//! Checks gradients against central differences in f64.
//!
//! A route's backward is deliberately not the derivative of its forward, so differencing the
//! graph as it stands would reject it. The checker therefore runs the graph in three ways: once
//! normally to learn its shape; once while recording the operands of every op that has a
//! [surrogate](crate::Op::surrogate); then, for each difference, with those ops replaced by their
//! surrogates against the recorded operands. The surrogate has the same value and its true
//! derivative is the routed gradient.

mod error;
mod writes;

pub use error::{CheckError, Place};

use gradroute_kernels::random::Stream;

use crate::gradients::Gradients;
use crate::graph::Graph;
use crate::node::{Kind, Var};
use crate::op::Op;
use crate::params::{ParamId, Params};
use crate::shape::Shape;
use crate::surrogate::{self, Mode, Recorded, has_surrogate};
use crate::tape::Tape;
use error::labelled;

/// How gradients are compared. The default is what the project's own ops are held to.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Distance between neighbours of the four points of a central difference. They are of fourth
    /// order, so that a strongly curved function, near a pole for instance, passes as well: their
    /// error is `step^4 |f'''''| / 30`.
    pub step: f64,
    /// Tolerance relative to the larger of both gradients.
    pub rtol: f64,
    /// Absolute tolerance.
    pub atol: f64,
    /// How far from a kink of any op the point must be.
    pub kink_margin: f64,
    /// Seed of random directions and of the projection of a result that is not a single number.
    pub seed: u64,
}

impl Default for Check {
    fn default() -> Self {
        Self { step: 1e-5, rtol: 1e-6, atol: 1e-8, kink_margin: 1e-3, seed: 0 }
    }
}

/// What was compared when everything agreed.
#[derive(Clone, Copy, Debug)]
pub struct Agreement {
    /// How many numbers were compared.
    pub compared: usize,
    /// The largest deviation, as a share of its tolerance.
    pub worst: f64,
}

impl Check {
    /// Compares the gradient of every element of every parameter that is not frozen of the function that `build`
    /// records. A result that is not a single number is projected with random weights first.
    ///
    /// # Errors
    /// [`CheckError::Mismatch`] for the first element that differs, [`CheckError::NearKink`] if
    /// the parameters are too close to one, [`CheckError::OtherValue`] if an op's surrogate does
    /// not start from the op's value, [`CheckError::Write`] if a backward does not write as it is
    /// told, [`CheckError::ZeroAdjoint`] if it does not pass on 0 for an adjoint of 0.
    pub fn elements(
        &self,
        params: &Params<f64>,
        build: impl Fn(&Graph<'_, f64>) -> Var,
    ) -> Result<Agreement, CheckError> {
        let mut function = Function::new(self, params, &build)?;
        let mut result = Agreement { compared: 0, worst: 0.0 };
        for id in params.ids() {
            let trained = !params.is_frozen(id);
            for (i, at) in params.range(id).enumerate().filter(|_| trained) {
                let mut direction = vec![0.0; params.flat().len()];
                direction[at] = 1.0;
                let place = || Place::Element(params.name(id).to_owned(), i);
                self.compare(&mut function, &direction, place, &mut result)?;
            }
        }
        Ok(result)
    }

    /// Compares the derivative along `count` random directions of length 1 over all parameters that are
    /// not frozen:
    /// for graphs too large to check each element.
    ///
    /// # Errors
    /// As [`Check::elements`].
    pub fn directions(
        &self,
        count: usize,
        params: &Params<f64>,
        build: impl Fn(&Graph<'_, f64>) -> Var,
    ) -> Result<Agreement, CheckError> {
        let mut function = Function::new(self, params, &build)?;
        let mut result = Agreement { compared: 0, worst: 0.0 };
        for number in 0..count {
            let mut stream = Stream::new(self.seed, "check direction", number as u64);
            let mut direction: Vec<f64> = params.flat().iter().map(|_| stream.normal()).collect();
            for id in params.ids().filter(|&id| params.is_frozen(id)) {
                direction[params.range(id)].fill(0.0);
            }
            let length = direction.iter().map(|v| v * v).sum::<f64>().sqrt();
            direction.iter_mut().for_each(|v| *v /= length);
            self.compare(&mut function, &direction, || Place::Direction(number), &mut result)?;
        }
        Ok(result)
    }

    fn compare(
        &self,
        function: &mut Function<'_>,
        direction: &[f64],
        place: impl Fn() -> Place,
        result: &mut Agreement,
    ) -> Result<(), CheckError> {
        let backward = function.slope(direction);
        let difference = self.central_difference(|distance| function.at(direction, distance));
        let allowed = self.atol + self.rtol * backward.abs().max(difference.abs());
        let deviation = (backward - difference).abs();
        // Written so that a NaN on either side is a mismatch.
        if deviation <= allowed {
            result.compared += 1;
            result.worst = result.worst.max(deviation / allowed);
            return Ok(());
        }
        Err(CheckError::Mismatch { place: place(), backward, difference, allowed })
    }

    /// The derivative at 0: `(8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h`, Fornberg 1988, table 1.
    fn central_difference(&self, mut f: impl FnMut(f64) -> f64) -> f64 {
        let h = self.step;
        let near = f(h) - f(-h);
        let far = f(2.0 * h) - f(-2.0 * h);
        (8.0 * near - far) / (12.0 * h)
    }
}

/// A recorded function of the parameters, reduced to one number.
struct Function<'f> {
    build: &'f dyn Fn(&Graph<'_, f64>) -> Var,
    tape: Tape<f64>,
    params: Params<f64>,
    base: Vec<f64>,
    recorded: Recorded<f64>,
    projection: Vec<f64>,
    gradient: Vec<f64>,
}

impl<'f> Function<'f> {
    fn new(
        check: &Check,
        params: &Params<f64>,
        build: &'f dyn Fn(&Graph<'_, f64>) -> Var,
    ) -> Result<Self, CheckError> {
        let mut tape = Tape::new();
        let mut weights = Stream::new(check.seed, "check projection", 0);
        let projection: Vec<f64> = {
            let graph = tape.graph(params);
            let result = build(&graph);
            graph.value(result).iter().map(|_| weights.normal()).collect()
        };

        let graph = tape.graph(params).with_mode(Mode::Record(Recorded::new()));
        let loss = project(&graph, build(&graph), &projection);
        nearest_kink(&graph, check.kink_margin)?;
        surrogates_agree(&graph, check)?;
        let mut gradients = Gradients::new(params);
        let mut obeyed = Ok(());
        graph.backward_watched(loss, &mut gradients, |node, adjoint| {
            if obeyed.is_ok() {
                obeyed = writes::obey(&graph, &node, adjoint);
            }
        });
        obeyed?;
        let recorded = graph.into_recorded().expect("the graph was recording");
        let received = |id: ParamId| match gradients.get(id) {
            Some(gradient) => gradient.to_vec(),
            None => vec![0.0; params.range(id).len()],
        };
        let gradient = params.ids().flat_map(received).collect();

        let (params, base) = (params.clone(), params.flat().to_vec());
        Ok(Self { build, tape, params, base, recorded, projection, gradient })
    }

    /// The derivative along `direction` by the backward pass.
    fn slope(&self, direction: &[f64]) -> f64 {
        // Zero components are left out: a NaN elsewhere is reported where it is.
        let terms = self.gradient.iter().zip(direction).filter(|(_, d)| **d != 0.0);
        terms.map(|(g, d)| g * d).sum()
    }

    /// The value `distance` along `direction`, routes replaced by their surrogates.
    fn at(&mut self, direction: &[f64], distance: f64) -> f64 {
        let moved = self.base.iter().zip(direction).map(|(b, d)| b + distance * d);
        self.params.flat_mut().iter_mut().zip(moved).for_each(|(p, m)| *p = m);
        let graph = self.tape.graph(&self.params).with_mode(Mode::Replay(&self.recorded));
        let result = (self.build)(&graph);
        graph.scalar(project(&graph, result, &self.projection))
    }
}

fn project(graph: &Graph<'_, f64>, result: Var, projection: &[f64]) -> Var {
    if projection.len() == 1 {
        return result;
    }
    let flat = graph.reshape(result, &[projection.len()]);
    let weights = graph.literal(Shape::new(&[projection.len()]), projection);
    graph.weighted_sum(flat, weights)
}

fn nearest_kink(graph: &Graph<'_, f64>, margin: f64) -> Result<(), CheckError> {
    let state = graph.state.borrow();
    for (node, &stored) in state.tape.nodes.iter().zip(&state.tape.stored) {
        let Kind::Apply(op) = node.kind else { continue };
        let operands = state.operands(node, graph.params());
        let out = operands.memory.read(stored);
        let op: &dyn Op<f64> = op;
        let Some(distance) = op.kink_distance(operands, &node.attrs, out) else { continue };
        if distance < margin && node.needs_grad {
            let op = labelled(op.name(), &state.tape.labels.path(node.label));
            return Err(CheckError::NearKink { op, distance, margin });
        }
    }
    Ok(())
}

/// A surrogate with another value than the forward would pass unseen where the loss is linear.
fn surrogates_agree(graph: &Graph<'_, f64>, check: &Check) -> Result<(), CheckError> {
    let state = graph.state.borrow();
    let Mode::Record(recorded) = &state.mode else { unreachable!("the graph is recording") };
    let mut out = Vec::new();
    for (index, node) in state.tape.nodes.iter().enumerate() {
        let Kind::Apply(op) = node.kind else { continue };
        if !has_surrogate(node) {
            continue;
        }
        let operands = state.operands(node, graph.params());
        out.clear();
        let stored = state.tape.stored[index];
        out.resize(stored.shape.len(), 0.0);
        let then = recorded.operands(index);
        surrogate::evaluate(&state.tape.nodes, index, operands, then, &mut out);
        let forward = operands.memory.read(stored);
        for (element, (&forward, &surrogate)) in forward.iter().zip(&out).enumerate() {
            let allowed = check.atol + check.rtol * forward.abs().max(surrogate.abs());
            let same = forward == surrogate || (forward - surrogate).abs() <= allowed;
            if !same {
                let op = labelled(op.name(), &state.tape.labels.path(node.label));
                return Err(CheckError::OtherValue { op, element, forward, surrogate });
            }
        }
    }
    Ok(())
}
