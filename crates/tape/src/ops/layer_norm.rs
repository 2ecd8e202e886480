//! Layer normalisation.

use gradroute_kernels::{Real, Write, layer_norm, reduce};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::routing::permission::{Lines, Permit};
use crate::shape::Shape;

/// Operands: the value, then the weight and the bias if there are any. `ints`: whether there is a
/// weight, whether there is a bias. `reals[0]`: what is added to the variance.
struct LayerNorm;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    X,
    Weight,
    Bias,
}

fn part(operand: usize, attrs: &Attrs) -> Part {
    match operand {
        0 => Part::X,
        1 if attrs.ints[0] == 1 => Part::Weight,
        _ => Part::Bias,
    }
}

fn value<'s, T: Real>(operands: Operands<'s, T>, attrs: &Attrs, wanted: Part) -> Option<&'s [T]> {
    let at = (1..operands.count()).find(|&i| part(i, attrs) == wanted)?;
    Some(operands.value(at))
}

impl<T: Real> Op<T> for LayerNorm {
    fn name(&self) -> &'static str {
        "layer_norm"
    }

    fn shape(&self, operands: Operands<'_, T>, attrs: &Attrs) -> Result<Shape, String> {
        let x = operands.shape(0);
        let &[.., d] = x.dims() else {
            return Err("the value must be [.., d]".into());
        };
        if x.carries_samples() && x.rank() == 1 {
            return Err("the last axis counts samples, which must not be mixed".into());
        }
        if d == 0 {
            return Err("the mean over no elements does not exist".into());
        }
        if (1..operands.count()).any(|i| operands.shape(i).dims() != [d]) {
            return Err(format!("weight and bias must be [{d}], one for each element of a row"));
        }
        match attrs.reals[0] >= 0.0 {
            true => Ok(x),
            false => Err(format!("eps must be 0 or more, found {}", attrs.reals[0])),
        }
    }

    fn forward(&self, operands: Operands<'_, T>, attrs: &Attrs, out: &mut [T]) {
        let d = operands.shape(0).split_last().1;
        let [weight, bias] = [Part::Weight, Part::Bias].map(|p| value(operands, attrs, p));
        let eps = T::from_f64(attrs.reals[0]);
        layer_norm::forward(out, operands.value(0), weight, bias, d, eps);
    }

    /// The statistics of each row are computed once more: they cost less than keeping them.
    fn works_by_sample(&self, _: Operands<'_, T>) -> bool {
        true
    }

    fn backward(&self, node: Backward<'_, T>, operand: usize, write: Write, dx: &mut [T]) {
        let Backward { operands, attrs, dout, .. } = node;
        let (x, rows, d) =
            (operands.value(0), node.shape.split_last().0.len(), node.shape.split_last().1);
        let eps = T::from_f64(attrs.reals[0]);
        match part(operand, attrs) {
            Part::X => {
                let weight = value(operands, attrs, Part::Weight);
                layer_norm::backward_input(write, dx, dout, x, weight, d, eps);
            }
            Part::Weight => layer_norm::backward_weight(write, dx, dout, x, d, eps),
            Part::Bias => reduce::axis_sums(write, dx, 1, rows, d, dout, |dy| dy),
        }
    }

    fn permit(&self, weights: &Permit<'_, T>, _: usize, allowed: &mut Lines) {
        if !weights.any() {
            return;
        }
        let last = weights.shape.rank() - 1;
        allowed.add_rows(|i| weights.at_output(last, i));
        allowed.add_columns(|_| true);
    }

    fn describe(&self, attrs: &Attrs) -> String {
        format!("eps {:e}", attrs.reals[0])
    }

    fn rule(&self, attrs: &Attrs) -> Rule {
        let [weight, bias] = [attrs.ints[0] == 1, attrs.ints[1] == 1];
        let forward = match (weight, bias) {
            (false, false) => "y = (x - mean(x)) / s, s = sqrt(var(x) + eps)",
            (true, false) => "y = w * z, z = (x - mean(x)) / s, s = sqrt(var(x) + eps)",
            (false, true) => "y = z + b, z = (x - mean(x)) / s, s = sqrt(var(x) + eps)",
            (true, true) => "y = w * z + b, z = (x - mean(x)) / s, s = sqrt(var(x) + eps)",
        };
        let backward = match (weight, bias) {
            (false, false) => "dx = (dy - mean(dy) - y * mean(dy * y)) / s",
            (true, false) => "dx = (g - mean(g) - z * mean(g * z)) / s, dw = sum(dy * z)",
            (false, true) => "dx = (dy - mean(dy) - z * mean(dy * z)) / s, db = sum(dy)",
            (true, true) => {
                "dx = (g - mean(g) - z * mean(g * z)) / s, dw = sum(dy * z), db = sum(dy)"
            }
        };
        let words = match (weight, bias) {
            (false, false) => {
                "Each row is worked on alone. Shifting or stretching a whole row would hardly \
                 change y, so that part of the gradient is taken out."
            }
            (false, true) => {
                "Shifting or stretching a whole row would hardly change z, so that part of the \
                 gradient is taken out. Parameters get sums over all rows."
            }
            (true, _) => {
                "g is w * dy: shifting or stretching a whole row would hardly change z, so that \
                 part of g is taken out. Parameters get sums over all rows."
            }
        };
        Rule { forward, backward, words }
    }
}

impl<T: Real> Graph<'_, T> {
    /// Each row of `x` `[.., d]` less its mean, divided by `sqrt(variance + eps)`, then times the
    /// weight `[d]` and plus the bias `[d]`, if they are given (Ba, Kiros and Hinton 2016, arXiv
    /// 1607.06450). The variance has d below, not d - 1.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::of_samples(&[1, 2]), &[3.0, 7.0]);
    /// assert_eq!(*g.value(g.layer_norm(x, None, None, 0.0)), [-1.0, 1.0]);
    /// ```
    ///
    /// # Panics
    /// If there is no last axis or it has no elements, weight or bias don't fit, or `eps` is negative
    /// or NaN.
    #[track_caller]
    pub fn layer_norm(&self, x: Var, weight: Option<Var>, bias: Option<Var>, eps: f64) -> Var {
        let mut operands = [x; 3];
        let mut count = 1;
        for extra in [weight, bias].into_iter().flatten() {
            operands[count] = extra;
            count += 1;
        }
        let ints = [weight.is_some(), bias.is_some()].map(usize::from);
        let attrs = Attrs { reals: [eps, 0.0], ..Attrs::of(&ints) };
        self.apply(&LayerNorm, &operands[..count], attrs)
    }
}
