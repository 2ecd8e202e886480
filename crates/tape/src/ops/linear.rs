//! The linear layer's product, optionally fused with ReLU, with an input that is a factor and a
//! shift away from sparse, and with update weights: per-sample weights on the
//! parameters' gradient.

use gradroute_kernels::{Real, Write, elementwise, linear};
use linear::{Affine, LinearShape};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op};
use crate::operands::Operands;
use crate::shape::Shape;

/// Operands: the input, the weight, then the bias and the update weights if there are any.
/// `ints`: whether there is a bias, whether there are update weights, whether a ReLU follows.
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
    /// Update weights on the gradient of weight and bias: one a sample, `[n]`, or one a row of a
    /// sample, `[n, t]`; axes of extent 1 may follow.
    pub update: Option<Var>,
}

impl Default for LinearOptions {
    fn default() -> Self {
        Self { activation: Activation::Identity, input: Input::Plain, update: None }
    }
}

fn has_bias(attrs: &Attrs) -> bool {
    attrs.ints[0] == 1
}

fn has_update_weights(attrs: &Attrs) -> bool {
    attrs.ints[1] == 1
}

fn has_relu(attrs: &Attrs) -> bool {
    attrs.ints[2] == 1
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

fn update_weights_position(attrs: &Attrs) -> Option<usize> {
    has_update_weights(attrs).then(|| 2 + attrs.ints[0])
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
        if let Some(at) = update_weights_position(attrs) {
            let s = operands.shape(at).without_trailing_ones();
            if s.rank() == 0 || !leading.dims().starts_with(s.dims()) {
                return Err(format!(
                    "update weights must be one a sample, or one for each row of {leading}"
                ));
            }
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

    fn differentiable(&self, operand: usize, attrs: &Attrs) -> bool {
        update_weights_position(attrs) != Some(operand)
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
        let update = update_weights_position(attrs).map(|at| operands.value(at));
        match (operand, update) {
            (X, _) => {
                let active = operands.ignores_adjoint_of_zeros(X).then_some(x);
                linear::backward_input(write, dx, dout, w, shape, affine, active);
            }
            (W, None) => linear::backward_weight(write, dx, dout, x, shape, affine),
            (W, Some(s)) => {
                linear::backward_weight_update_weighted(write, dx, dout, x, s, shape, affine)
            }
            (_, None) => linear::backward_bias(write, dx, dout, shape),
            (_, Some(s)) => linear::backward_bias_update_weighted(write, dx, dout, s, shape),
        }
    }

    fn has_surrogate(&self, attrs: &Attrs) -> bool {
        has_update_weights(attrs)
    }

    /// With update weights, sample `i` sees the parameters `s_i * W + (1 - s_i) * W0`.
    fn surrogate(
        &self,
        operands: Operands<'_, T>,
        recorded: &[Vec<T>],
        attrs: &Attrs,
        out: &mut [T],
    ) {
        let at =
            update_weights_position(attrs).expect("only with update weights is there a surrogate");
        let LinearShape { i, o, .. } = extents(operands);
        let blend = |s: T, now: &[T], then: &[T]| -> Vec<T> {
            now.iter().zip(then).map(|(&now, &then)| then + s * (now - then)).collect()
        };
        let update = operands.value(at);
        for n in 0..extents(operands).n {
            let s = update[n * update.len() / extents(operands).n];
            let w = blend(s, operands.value(W), &recorded[W]);
            let b = bias(operands, attrs).map(|b| blend(s, b, &recorded[2]));
            linear::forward(
                &mut out[n * o..][..o],
                &operands.value(X)[n * i..][..i],
                &w,
                b.as_deref(),
                LinearShape { n: 1, i, o },
                affine(attrs),
                has_relu(attrs),
            );
        }
    }

    fn kink_distance(&self, operands: Operands<'_, T>, attrs: &Attrs, _: &[T]) -> Option<f64> {
        // What the ReLU clipped is gone from the output, so the product is computed once more.
        let plain = Attrs { reals: attrs.reals, ..Attrs::of(&attrs.ints[..2]) };
        let mut product = vec![T::ZERO; extents(operands).n * extents(operands).o];
        self.forward(operands, &plain, &mut product);
        has_relu(attrs)
            .then(|| product.iter().map(|v| v.abs().to_f64()).fold(f64::INFINITY, f64::min))
    }

    fn ignores_adjoint_of_zeros(&self, attrs: &Attrs) -> bool {
        has_relu(attrs)
    }

    fn routes(&self, attrs: &Attrs) -> bool {
        has_update_weights(attrs)
    }

    fn describe(&self, attrs: &Attrs) -> String {
        let mut words = Vec::new();
        if attrs.reals != [1.0, 0.0] {
            words.push(format!("input {} * x + {}", attrs.reals[0], attrs.reals[1]));
        }
        if has_relu(attrs) {
            words.push("relu".to_owned());
        }
        if has_update_weights(attrs) {
            words.push("weighted update".to_owned());
        }
        words.join(", ")
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

    /// A linear layer with an activation, a way to read its input, and update weights: weights per
    /// sample, or per row, on the gradient of its parameters.
    ///
    /// Update weights say which samples may teach *this* weight and bias, and how strongly,
    /// separately from the gradient that flows on to `x`, which they don't touch. A sample of
    /// weight 0 is skipped, even if its row holds NaN.
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
        let ints = [bias.is_some() as usize, options.update.is_some() as usize, relu as usize];
        let mut operands = [x; 4];
        operands[W] = weight;
        let mut count = 2;
        for extra in [bias, options.update].into_iter().flatten() {
            operands[count] = extra;
            count += 1;
        }
        self.apply(&Linear, &operands[..count], Attrs { reals, ..Attrs::of(&ints) })
    }
}
