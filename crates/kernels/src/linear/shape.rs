//! The sizes of a linear layer, and how it reads its input.

use crate::Real;

/// The sizes of a linear layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinearShape {
    /// Samples.
    pub n: usize,
    /// Inputs.
    pub i: usize,
    /// Outputs.
    pub o: usize,
}

/// The layer's input is `factor * x + shift`, applied inside the product, so that an input whose
/// background is not 0 can still be stored with zeros (an image in [-1, 1] as pixels in [0, 1]).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine<T> {
    /// What each element is multiplied with.
    pub factor: T,
    /// What is then added.
    pub shift: T,
}

impl<T: Real> Affine<T> {
    /// The input as it is.
    pub const IDENTITY: Self = Affine { factor: T::ONE, shift: T::ZERO };
}

#[track_caller]
pub(super) fn check(name: &str, shape: LinearShape, lengths: &[(&str, usize, usize)]) {
    for (operand, found, expected) in lengths {
        assert!(
            found == expected,
            "linear::{name}: for {shape:?}, {operand} should have {expected} elements, has {found}"
        );
    }
}
