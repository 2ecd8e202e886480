//! An experiment as a value, for what asks of it without its types.

use std::marker::PhantomData;

/// The experiment `E`.
pub(super) struct Of<E>(PhantomData<fn() -> E>);

impl<E> Of<E> {
    /// The only value.
    pub const NEW: Self = Self(PhantomData);
}
