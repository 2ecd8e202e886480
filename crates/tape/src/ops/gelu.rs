//! The Gaussian error linear unit.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::map::{Elementwise, Map};

/// In the form with tanh (Hendrycks and Gimpel 2016, arXiv 1606.08415), as in GPT-2.
struct Gelu;

/// sqrt(2 / pi)
const SCALE: f64 = 0.7978845608028654;
const CUBIC: f64 = 0.044715;

/// `(1 + tanh(u)) / 2 = 1 / (1 + e^(-2u))` with `u = SCALE * (x + CUBIC * x^3)`. The second form keeps
/// its digits where the tanh is nearly -1.
#[inline(always)]
fn gate<T: Real>(x: T) -> T {
    let (scale, cubic) = (T::from_f64(2.0 * SCALE), T::from_f64(CUBIC));
    (scale * (x + cubic * x * x * x)).sigmoid()
}

impl<T: Real> Elementwise<T> for Gelu {
    const NAME: &'static str = "gelu";
    const RULE: Rule = Rule {
        forward: "y = x * s, s = sigmoid(1.596 * (x + 0.0447 * x^3))",
        backward: "dx = dy * (s + x * s * (1 - s) * (1.596 + 0.214 * x^2))",
        words: "Nearly all of the gradient passes where x is large, nearly none where x is far \
                below 0. In between, x has an effect as a factor and within s, and both \
                derivatives are added.",
    };

    fn value(x: T, _: &Attrs) -> T {
        x * gate(x)
    }

    fn gradient(x: T, _: T, dy: T, _: &Attrs) -> T {
        let gate = gate(x);
        let inner = T::from_f64(2.0 * SCALE) * (T::ONE + T::from_f64(3.0 * CUBIC) * x * x);
        let slope = gate * (T::ONE - gate);
        // Far out, the gate has no slope, and the other factors may be infinite.
        let through_gate = if slope == T::ZERO { T::ZERO } else { x * slope * inner };
        dy * (gate + through_gate)
    }
}

impl<T: Real> Graph<'_, T> {
    /// `x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))` for each element: PyTorch's
    /// `gelu(x, approximate="tanh")`.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::new(&[3]), &[-20.0, 0.0, 20.0]);
    /// assert_eq!(*g.value(g.gelu(x)), [0.0, 0.0, 20.0]);
    /// ```
    #[track_caller]
    pub fn gelu(&self, x: Var) -> Var {
        self.apply(&Map(Gelu), &[x], Attrs::default())
    }
}
