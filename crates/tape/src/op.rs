//! What an operation is: a stateless struct that knows its shape rule, its forward and its
//! backward.

use gradroute_kernels::{Real, Write};
use serde::Serialize;

pub use crate::attrs::Attrs;
use crate::operands::Operands;
use crate::routing::permission::{Lines, Permit};
use crate::shape::Shape;

/// One node at the time of its backward.
#[derive(Clone, Copy)]
pub struct Backward<'s, T: Real> {
    /// The values that the forward read.
    pub operands: Operands<'s, T>,
    /// The constants of this application.
    pub attrs: &'s Attrs,
    /// What the forward wrote.
    pub out: &'s [T],
    /// Shape of `out` and `dout`.
    pub shape: Shape,
    /// The adjoint of `out`: the gradient of the loss with respect to it, as far as routes let
    /// it through.
    pub dout: &'s [T],
}

/// What an op does, to be read by someone who looks at a graph: see [`Op::rule`].
///
/// In formulas `y` is the value, `x`, `a`, `b`, `w` are operands, `m` is a mask; `dy`, `dx`, .. are
/// their gradients. `*` goes by element, `@` is the product of matrices, `^T` swaps rows and
/// columns, and `+=` adds up over all that the line names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The value as a formula, such as `y = a * b`.
    pub forward: &'static str,
    /// What each operand's gradient is, as a formula, such as `da = dy * b, db = dy * a`.
    pub backward: &'static str,
    /// The backward in words: one short sentence, two at most.
    pub words: &'static str,
}

impl Rule {
    /// Nothing to read.
    pub const NONE: Self = Rule { forward: "", backward: "", words: "" };
}

/// An operation of the tape.
///
/// Ops are unit structs, handed to [`Graph::apply`](crate::Graph::apply) as `&'static dyn Op`, so
/// any crate can bring its own: implement `name`, `shape`, `forward` and `backward`, then check
/// it with [`check`](crate::check).
pub trait Op<T: Real>: Sync {
    /// The name that errors and pictures of the graph show.
    fn name(&self) -> &'static str;

    /// The shape of the output.
    ///
    /// # Errors
    /// The rule that the operands break, in words; `apply` panics with it, the operands' labels
    /// and shapes, and the caller's file and line.
    fn shape(&self, operands: Operands<'_, T>, attrs: &Attrs) -> Result<Shape, String>;

    /// Writes every element of `out`.
    fn forward(&self, operands: Operands<'_, T>, attrs: &Attrs, out: &mut [T]);

    /// The operand that `out` equals bit for bit, if the forward does nothing: the tape then
    /// shares the memory and doesn't call `forward`.
    fn alias(&self) -> Option<usize> {
        None
    }

    /// Whether a gradient flows to this operand. Masks, labels and other constants say no.
    fn differentiable(&self, _operand: usize, _attrs: &Attrs) -> bool {
        true
    }

    /// Called once before the operands' backwards. As the last reader of `dout`, an op may edit
    /// it in place: a fused activation masks it here and needs no scratch.
    fn prepare_backward(
        &self,
        _operands: Operands<'_, T>,
        _attrs: &Attrs,
        _out: &[T],
        _dout: &mut [T],
    ) {
    }

    /// Writes (or adds) this op's share of the gradient of operand number `operand` to every
    /// element of `dx`. The first writer of an adjoint is told to [`Write::Store`], later ones to
    /// [`Write::Add`]; an operand used twice sees both.
    fn backward(&self, node: Backward<'_, T>, operand: usize, write: Write, dx: &mut [T]);

    /// Whether a sample's row of the output depends, of the operands that count samples, on their rows
    /// of this sample alone, and any number of samples is worked in the same way. What single samples or
    /// groups of them teach is then taken from smaller batches, else from adjoints with zeros in them.
    fn works_by_sample(&self, _operands: Operands<'_, T>) -> bool {
        false
    }

    /// Whether operands are added up, with no factor that depends on their values: what such an op hands on
    /// to a term that depends on no sample has no sample's part in it.
    fn adds(&self) -> bool {
        false
    }

    /// Adds to `squares`, one a sample, the square of the norm of what each teaches operand number
    /// `operand`, which does not count samples. Returns false, and adds nothing, if this op has no
    /// better way than [`backward`](Op::backward) once a sample.
    fn sample_squares(
        &self,
        _node: Backward<'_, T>,
        _operand: usize,
        _squares: &mut [f64],
    ) -> bool {
        false
    }

    /// Whether the backward is deliberately not the derivative of the forward, so that
    /// [`surrogate`](Op::surrogate) must stand in when gradients are checked.
    fn has_surrogate(&self, _attrs: &Attrs) -> bool {
        false
    }

    /// A function with the same value as the forward where `operands` equal `recorded`, and whose
    /// true derivative with respect to `operands`, with `recorded` held fixed, is what `backward`
    /// computes. For a route: `m * x + (1 - m) * x0`. Finite differences check this instead.
    fn surrogate(
        &self,
        _operands: Operands<'_, T>,
        _recorded: &[Vec<T>],
        _attrs: &Attrs,
        _out: &mut [T],
    ) {
        unreachable!("{} has no surrogate", self.name())
    }

    /// How far the operands are from the nearest point without a derivative, one where it jumps or
    /// a pole; `None` if there is none. Checks keep away from such points.
    fn kink_distance(&self, _operands: Operands<'_, T>, _attrs: &Attrs, _out: &[T]) -> Option<f64> {
        None
    }

    /// Whether this op ignores the adjoint of every output element that is 0, as ReLU does. A
    /// consumer may then leave out (write as +0) what it would compute for those elements.
    fn ignores_adjoint_of_zeros(&self, _attrs: &Attrs) -> bool {
        false
    }

    /// The operand that is multiplied with a weight, where this op is linear in both: update weights on
    /// [columns](crate::Graph::update_weighted_columns) go on it.
    fn operand_with_columns(&self, _attrs: &Attrs) -> Option<usize> {
        None
    }

    /// Takes into `allowed` the rows and columns of operand number `operand`, a parameter, that some
    /// update weight lets be taught. By default all of them, if any weight is not 0.
    fn permit(&self, weights: &Permit<'_, T>, _operand: usize, allowed: &mut Lines) {
        if weights.any() {
            allowed.add_all();
        }
    }

    /// Whether this op decides which gradients pass (a route, a detach):
    /// pictures of the graph mark its edges.
    fn routes(&self, _attrs: &Attrs) -> bool {
        false
    }

    /// The attributes in words, for pictures of the graph; empty if there are none to show.
    fn describe(&self, _attrs: &Attrs) -> String {
        String::new()
    }

    /// Value and gradients as formulas, and the backward in words, for pages that step through a
    /// graph; empty by default, for an op of one's own.
    fn rule(&self, _attrs: &Attrs) -> Rule {
        Rule::default()
    }
}
