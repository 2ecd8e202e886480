//! The sigmoid linear unit.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::map::{Elementwise, Map};

/// Elfwing, Uchibe and Doya 2017, arXiv 1702.03118; also called swish.
struct Silu;

impl<T: Real> Elementwise<T> for Silu {
    const NAME: &'static str = "silu";
    const RULE: Rule = Rule {
        forward: "y = x * s, s = sigmoid(x)",
        backward: "dx = dy * (s + x * s * (1 - s))",
        words: "x has an effect as a factor and within s: both derivatives are added.",
    };

    fn value(x: T, _: &Attrs) -> T {
        x * x.sigmoid()
    }

    fn gradient(x: T, _: T, dy: T, _: &Attrs) -> T {
        let s = x.sigmoid();
        let slope = s * (T::ONE - s);
        // Far out, the gate has no slope, and x may be infinite.
        dy * (s + if slope == T::ZERO { T::ZERO } else { x * slope })
    }
}

impl<T: Real> Graph<'_, T> {
    /// `x / (1 + e^-x)` for each element.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::new(&[2]), &[0.0, 40.0]);
    /// assert_eq!(*g.value(g.silu(x)), [0.0, 40.0]);
    /// ```
    #[track_caller]
    pub fn silu(&self, x: Var) -> Var {
        self.apply(&Map(Silu), &[x], Attrs::default())
    }
}
