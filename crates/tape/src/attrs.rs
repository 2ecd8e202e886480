//! The constants of an op.

/// The small constants of one application of an op; anything larger is an operand.
///
/// Which op reads which entry is said beside the op.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Attrs {
    /// Whole numbers: axes, offsets, extents, switches.
    pub ints: [usize; 8],
    /// Real numbers: factors and shifts. Kept in f64 whatever the tape's precision.
    pub reals: [f64; 2],
}

impl Attrs {
    /// These whole numbers, and 0 for all others.
    ///
    /// # Panics
    /// With more than eight.
    pub fn of(ints: &[usize]) -> Self {
        let mut attrs = Self::default();
        attrs.ints[..ints.len()].copy_from_slice(ints);
        attrs
    }
}
