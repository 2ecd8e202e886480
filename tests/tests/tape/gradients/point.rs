//! The random point at which gradients are checked.
//!
//! Values come from streams keyed by a seed, so that a failing case shrinks by shape and seed,
//! never by value.

use gradroute_kernels::random::Stream;
use gradroute_tape::check::{Check, CheckError};
use gradroute_tape::{Gradients, Graph, ParamId, Params, Shape, Tape, Var};

/// Points to try before giving up on finding one away from all kinks.
const TRIES: u64 = 200;

/// A differentiable operand: its extents, and what its elements are drawn from.
#[derive(Clone, Debug)]
pub struct Operand {
    dims: Vec<usize>,
    draw: fn(&mut Stream) -> f64,
}

/// Elements of the normal distribution.
pub fn normal(dims: &[usize]) -> Operand {
    Operand { dims: dims.to_vec(), draw: Stream::normal }
}

/// Elements of at least a half, for functions with a pole at 0.
pub fn positive(dims: &[usize]) -> Operand {
    Operand { dims: dims.to_vec(), draw: |stream| 0.5 + stream.normal().abs() }
}

/// Elements of a few hundredths, for functions that curve strongly near 0.
pub fn small(dims: &[usize]) -> Operand {
    Operand { dims: dims.to_vec(), draw: |stream| 0.03 * stream.normal() }
}

/// Draws the constants of a case, each by its name.
#[derive(Clone, Copy, Debug)]
pub struct Constants {
    seed: u64,
}

impl Constants {
    pub fn stream(&self, name: &str) -> Stream {
        Stream::new(self.seed, &format!("constant {name}"), 0)
    }

    /// Normal elements.
    pub fn normal(&self, g: &Graph<'_, f64>, name: &str, dims: &[usize]) -> Var {
        self.filled(g, name, dims, Stream::normal)
    }

    /// Weights of a mask: 0, 1 and any other real number, a third each.
    pub fn mask(&self, g: &Graph<'_, f64>, name: &str, dims: &[usize]) -> Var {
        self.filled(g, name, dims, |stream| match stream.below(3) {
            0 => 0.0,
            1 => 1.0,
            _ => 2.0 * stream.normal(),
        })
    }

    pub fn filled(
        &self,
        g: &Graph<'_, f64>,
        name: &str,
        dims: &[usize],
        mut draw: impl FnMut(&mut Stream) -> f64,
    ) -> Var {
        let mut stream = self.stream(name);
        let shape = Shape::new(dims);
        let data: Vec<f64> = (0..shape.len()).map(|_| draw(&mut stream)).collect();
        g.literal(shape, &data)
    }
}

/// Confirms every element's gradient of what `build` records from `operands`, at the first point
/// of this seed and the following ones that is not near a kink.
#[track_caller]
pub fn confirm(
    seed: u64,
    operands: &[Operand],
    build: impl Fn(&Graph<'_, f64>, &[Var], Constants) -> Var,
) {
    away_from_kinks(seed, |seed| {
        let mut params = Params::new();
        let ids: Vec<ParamId> = operands
            .iter()
            .enumerate()
            .map(|(i, operand)| {
                let mut stream = Stream::new(seed, &format!("operand {i}"), 0);
                params.add(&format!("x{i}"), &operand.dims, || (operand.draw)(&mut stream))
            })
            .collect();
        let agreement = Check::default().elements(&params, |g| {
            let x: Vec<Var> = ids.iter().map(|&id| g.param(id)).collect();
            build(g, &x, Constants { seed })
        })?;
        assert_eq!(agreement.compared, params.flat().len(), "every element was compared");
        stores_over_leftovers(&params, |g| {
            let x: Vec<Var> = ids.iter().map(|&id| g.param(id)).collect();
            g.sum(build(g, &x, Constants { seed }))
        });
        Ok(())
    });
}

/// The first writer of a gradient must write every element, whatever was there before.
#[track_caller]
fn stores_over_leftovers(params: &Params<f64>, build: impl Fn(&Graph<'_, f64>) -> Var) {
    let mut tape = Tape::new();
    let g = tape.graph(params);
    let loss = build(&g);
    let mut gradients = Gradients::new(params);
    g.backward(loss, &mut gradients);
    let bits = |gradients: &Gradients<f64>| -> Vec<u64> {
        gradients.flat().iter().map(|v| v.to_bits()).collect()
    };
    let clean = bits(&gradients);
    for id in params.ids() {
        gradients.get_mut(id).into_iter().for_each(|gradient| gradient.fill(f64::NAN));
    }
    g.backward(loss, &mut gradients);
    assert_eq!(bits(&gradients), clean, "a gradient depends on what was in its place before");
}

/// Runs `check` with `seed` and the seeds after it until one is not near a kink.
#[track_caller]
pub fn away_from_kinks(seed: u64, check: impl Fn(u64) -> Result<(), CheckError>) {
    for attempt in 0..TRIES {
        match check(seed.wrapping_add(attempt)) {
            Ok(()) => return,
            Err(CheckError::NearKink { .. }) => {}
            Err(wrong) => panic!("{wrong}"),
        }
    }
    panic!("{TRIES} points in a row were near a kink");
}
