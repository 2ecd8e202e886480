//! The linear layer's product, optionally fused with ReLU, with an input that is a factor and a
//! shift away from sparse.

use gradroute_kernels::{Real, Write, elementwise, linear};
use linear::{Affine, LinearShape};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::routing::permission::{Lines, Permit};
use crate::shape::Shape;

/// Operands: the input, the weight, then the bias if there is one. `ints`: whether there is a bias,
/// whether a ReLU follows.
/// `reals`: factor and shift of the input.
struct Linear;

const X: usize = 0;
const W: usize = 1;

/// What follows the product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    #[default]
    Identity,
    /// ReLU, in the same pass over memory.
    Relu,
}

/// How the layer reads its input operand `x`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Input {
    /// As it is.
    Plain,
    /// As `factor * x + shift`, computed as `factor * (W x) + (b + shift * (W 1))`, so that the
    /// zeros of `x` can be skipped. For pixels in `[0, 1]` that the model wants in `[-1, 1]`:
    /// factor 2, shift -1.
    Affine {
        /// What each element is multiplied with.
        factor: f64,
        /// What is then added.
        shift: f64,
    },
}

/// The choices of [`Graph::linear_with`]; the default is a plain linear layer.
#[derive(Clone, Copy, Debug)]
pub struct LinearOptions {
    /// What follows the product.
    pub activation: Activation,
    /// How the input is read.
    pub input: Input,
}

impl Default for LinearOptions {
    fn default() -> Self {
        Self { activation: Activation::Identity, input: Input::Plain }
    }
}

fn has_bias(attrs: &Attrs) -> bool {
    attrs.ints[0] == 1
}

fn has_relu(attrs: &Attrs) -> bool {
    attrs.ints[1] == 1
}

fn affine<T: Real>(attrs: &Attrs) -> Affine<T> {
    Affine { factor: T::from_f64(attrs.reals[0]), shift: T::from_f64(attrs.reals[1]) }
}

fn extents<T: Real>(operands: Operands<'_, T>) -> LinearShape {
    let (leading, i) = operands.shape(X).split_last();
    LinearShape { n: leading.len(), i, o: operands.shape(W).dims()[0] }
}

fn bias<'s, T: Real>(operands: Operands<'s, T>, attrs: &Attrs) -> Option<&'s [T]> {
    has_bias(attrs).then(|| operands.value(2))
}

impl<T: Real> Op<T> for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn shape(&self, operands: Operands<'_, T>, attrs: &Attrs) -> Result<Shape, String> {
        let (x, w) = (operands.shape(X), operands.shape(W));
        let &[o, wi] = w.dims() else {
            return Err("the weight must be [out, in]".into());
        };
        if x.rank() < 2 {
            return Err("the input must be [.., in] with two axes or more".into());
        }
        let (leading, i) = x.split_last();
        if i != wi {
            return Err(format!("the input has {i} columns, but the weight expects {wi}"));
        }
        if has_bias(attrs) && operands.shape(2).dims() != [o] {
            return Err(format!("the bias must be [{o}], one a row of the weight"));
        }
        Ok(leading.with_last(o))
    }

    fn forward(&self, operands: Operands<'_, T>, attrs: &Attrs, out: &mut [T]) {
        linear::forward(
            out,
            operands.value(X),
            operands.value(W),
            bias(operands, attrs),
            extents(operands),
            affine(attrs),
            has_relu(attrs),
        );
    }

    fn prepare_backward(&self, _: Operands<'_, T>, attrs: &Attrs, out: &[T], dout: &mut [T]) {
        if has_relu(attrs) {
            elementwise::update1(dout, out, |dy, y| if y == T::ZERO { T::ZERO } else { dy });
        }
    }

    fn backward(&self, node: Backward<'_, T>, operand: usize, write: Write, dx: &mut [T]) {
        let Backward { operands, attrs, dout, .. } = node;
        let (shape, affine) = (extents(operands), affine(attrs));
        let (x, w) = (operands.value(X), operands.value(W));
        match operand {
            X => {
                let active = operands.ignores_adjoint_of_zeros(X).then_some(x);
                linear::backward_input(write, dx, dout, w, shape, affine, active);
            }
            W => linear::backward_weight(write, dx, dout, x, shape, affine),
            _ => linear::backward_bias(write, dx, dout, shape),
        }
    }

    fn works_by_sample(&self, operands: Operands<'_, T>) -> bool {
        !operands.shape(W).carries_samples()
    }

    fn sample_squares(&self, node: Backward<'_, T>, operand: usize, squares: &mut [f64]) -> bool {
        let Backward { operands, attrs, dout, .. } = node;
        let shape = extents(operands);
        match operand {
            X => return false,
            W => linear::weight_squares(squares, dout, operands.value(X), shape, affine(attrs)),
            _ => linear::bias_squares(squares, dout, shape),
        }
        true
    }

    fn kink_distance(&self, operands: Operands<'_, T>, attrs: &Attrs, _: &[T]) -> Option<f64> {
        // What the ReLU clipped is gone from the output, so the product is computed once more.
        let plain = Attrs { reals: attrs.reals, ..Attrs::of(&attrs.ints[..1]) };
        let mut product = vec![T::ZERO; extents(operands).n * extents(operands).o];
        self.forward(operands, &plain, &mut product);
        has_relu(attrs)
            .then(|| product.iter().map(|v| v.abs().to_f64()).fold(f64::INFINITY, f64::min))
    }

    fn ignores_adjoint_of_zeros(&self, attrs: &Attrs) -> bool {
        has_relu(attrs)
    }

    fn permit(&self, weights: &Permit<'_, T>, operand: usize, allowed: &mut Lines) {
        if !(if operand == W { weights.any() } else { weights.any_output() }) {
            return;
        }
        let last = weights.shape.rank() - 1;
        allowed.add_rows(|row| weights.at_output(last, row));
        allowed.add_columns(|column| operand != W || weights.at_input(last, column));
    }

    fn operand_with_columns(&self, attrs: &Attrs) -> Option<usize> {
        (!has_relu(attrs) && attrs.reals == [1.0, 0.0]).then_some(X)
    }

    fn describe(&self, attrs: &Attrs) -> String {
        let mut words = Vec::new();
        if attrs.reals != [1.0, 0.0] {
            words.push(format!("input {} * x + {}", attrs.reals[0], attrs.reals[1]));
        }
        if has_relu(attrs) {
            words.push("relu".to_owned());
        }
        words.join(", ")
    }

    fn rule(&self, attrs: &Attrs) -> Rule {
        let (relu, plain) = (has_relu(attrs), attrs.reals == [1.0, 0.0]);
        let forward = match (relu, plain, has_bias(attrs)) {
            (false, true, false) => "y = x @ w^T",
            (false, true, true) => "y = x @ w^T + b",
            (false, false, false) => "y = u @ w^T, u = factor * x + shift",
            (false, false, true) => "y = u @ w^T + b, u = factor * x + shift",
            (true, true, false) => "y = max(x @ w^T, 0)",
            (true, true, true) => "y = max(x @ w^T + b, 0)",
            (true, false, false) => "y = max(u @ w^T, 0), u = factor * x + shift",
            (true, false, true) => "y = max(u @ w^T + b, 0), u = factor * x + shift",
        };
        let backward = match (relu, plain, has_bias(attrs)) {
            (false, true, false) => "dx = dy @ w, dw = dy^T @ x",
            (false, true, true) => "dx = dy @ w, dw = dy^T @ x, db = sum(dy)",
            (false, false, false) => "dx = factor * dy @ w, dw = dy^T @ u",
            (false, false, true) => "dx = factor * dy @ w, dw = dy^T @ u, db = sum(dy)",
            (true, true, false) => "g = dy if y > 0 else 0, dx = g @ w, dw = g^T @ x",
            (true, true, true) => "g = dy if y > 0 else 0, dx = g @ w, dw = g^T @ x, db = sum(g)",
            (true, false, false) => "g = dy if y > 0 else 0, dx = factor * g @ w, dw = g^T @ u",
            (true, false, true) => {
                "g = dy if y > 0 else 0, dx = factor * g @ w, dw = g^T @ u, db = sum(g)"
            }
        };
        let words = match relu {
            false => {
                "x gets the gradient times the weights; parameters get sums over all rows. If x \
                 came out of a ReLU, dx is 0 where x is 0: that ReLU would stop it anyway."
            }
            true => {
                "Where y is 0, nothing passes; else x gets the gradient times the weights, and \
                 parameters get sums over all rows. If x came out of a ReLU, dx is 0 where x is \
                 0: that ReLU would stop it anyway."
            }
        };
        Rule { forward, backward, words }
    }
}

impl<T: Real> Graph<'_, T> {
    /// `x wᵀ + b` for each row: input `[.., in]`, weight `[out, in]`, bias `[out]`, result
    /// `[.., out]`. So it takes `[n, in]`, and `[n, t, in]` for t rows a sample.
    ///
    /// # Panics
    /// If the shapes don't fit.
    #[track_caller]
    pub fn linear(&self, x: Var, weight: Var, bias: Option<Var>) -> Var {
        self.linear_with(x, weight, bias, LinearOptions::default())
    }

    /// `relu(x wᵀ + b)` in one op.
    ///
    /// # Panics
    /// If the shapes don't fit.
    #[track_caller]
    pub fn linear_relu(&self, x: Var, weight: Var, bias: Option<Var>) -> Var {
        let options = LinearOptions { activation: Activation::Relu, ..LinearOptions::default() };
        self.linear_with(x, weight, bias, options)
    }

    /// A linear layer with an activation and a way to read its input.
    ///
    /// # Panics
    /// If the shapes don't fit.
    #[track_caller]
    pub fn linear_with(
        &self,
        x: Var,
        weight: Var,
        bias: Option<Var>,
        options: LinearOptions,
    ) -> Var {
        let relu = options.activation == Activation::Relu;
        let reals = match options.input {
            Input::Plain => [1.0, 0.0],
            Input::Affine { factor, shift } => [factor, shift],
        };
        let ints = [bias.is_some() as usize, relu as usize];
        let operands = [x, weight, bias.unwrap_or(x)];
        let count = 2 + ints[0];
        self.apply(&Linear, &operands[..count], Attrs { reals, ..Attrs::of(&ints) })
    }
}
