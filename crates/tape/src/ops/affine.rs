//! A factor and a shift, the same for every element.

use gradroute_kernels::Real;

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Rule};
use crate::ops::map::{Elementwise, Map};

/// `reals`: the factor, the shift.
struct Affine;

impl<T: Real> Elementwise<T> for Affine {
    const NAME: &'static str = "affine";
    const RULE: Rule = Rule {
        forward: "y = factor * x + shift",
        backward: "dx = factor * dy",
        words: "The gradient is multiplied by the same factor. The shift has no effect on it.",
    };

    fn value(x: T, attrs: &Attrs) -> T {
        // Two roundings, not one: pixel values must equal other frameworks' to the bit.
        x * T::from_f64(attrs.reals[0]) + T::from_f64(attrs.reals[1])
    }

    fn gradient(_: T, _: T, dy: T, attrs: &Attrs) -> T {
        dy * T::from_f64(attrs.reals[0])
    }

    fn describe(attrs: &Attrs) -> String {
        match attrs.reals {
            [factor, 0.0] => format!("factor {factor}"),
            [factor, shift] => format!("factor {factor}, shift {shift}"),
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// `factor * x + shift` for each element, rounded after each of the two operations.
    #[track_caller]
    pub fn affine(&self, x: Var, factor: f64, shift: f64) -> Var {
        let attrs = Attrs { reals: [factor, shift], ..Attrs::default() };
        self.apply(&Map(Affine), &[x], attrs)
    }

    /// `factor * x` for each element.
    #[track_caller]
    pub fn scale(&self, x: Var, factor: f64) -> Var {
        // Adding -0 changes no number, not even -0.
        self.affine(x, factor, -0.0)
    }
}
