//! Binary cross-entropy with logits.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::softplus::softplus;
use crate::ops::zip::{Elementwise2, Zip};

/// Operands: the logits, the targets.
struct BinaryCrossEntropy;

impl<T: Real> Elementwise2<T> for BinaryCrossEntropy {
    const NAME: &'static str = "binary_cross_entropy";
    const DIFFERENTIABLE: [bool; 2] = [true, false];
    const RULE: Rule = Rule {
        forward: "y = -(t * ln(p) + (1 - t) * ln(1 - p)), p = sigmoid(x)",
        backward: "dx = dy * (p - t)",
        words: "The gradient is multiplied by the probability p less the target t, which gets no \
                gradient. An x that was repeated gets the sum over its copies.",
    };

    fn value(logit: T, target: T) -> T {
        // A target of 0 or 1 leaves one softplus, which keeps all its digits.
        match target {
            t if t == T::ONE => softplus(-logit),
            t if t == T::ZERO => softplus(logit),
            t => softplus(logit) - t * logit,
        }
    }

    fn gradient_a(logit: T, target: T, dy: T) -> T {
        match target {
            t if t == T::ONE => -(dy * (-logit).sigmoid()),
            t => dy * (logit.sigmoid() - t),
        }
    }

    fn gradient_b(_: T, _: T, _: T) -> T {
        unreachable!("the targets of a binary cross-entropy are constants")
    }
}

impl<T: Real> Graph<'_, T> {
    /// `-(t ln(p) + (1 - t) ln(1 - p))` with `p = 1 / (1 + e^-x)` for each logit x and target t,
    /// broadcast: PyTorch's `binary_cross_entropy_with_logits`. Targets are constants.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let logits = g.literal(Shape::of_samples(&[2]), &[200.0, 200.0]);
    /// let targets = g.literal(Shape::of_samples(&[2]), &[1.0, 0.0]);
    /// assert_eq!(*g.value(g.binary_cross_entropy_with_logits(logits, targets)), [0.0, 200.0]);
    /// ```
    ///
    /// # Panics
    /// If the shapes don't broadcast.
    #[track_caller]
    pub fn binary_cross_entropy_with_logits(&self, logits: Var, targets: Var) -> Var {
        self.apply(&Zip(BinaryCrossEntropy), &[logits, targets], Attrs::default())
    }
}
