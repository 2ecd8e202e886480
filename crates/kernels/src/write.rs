//! Whether a kernel's result replaces what is there or is added to it.

use std::ops::AddAssign;

/// How a kernel writes a value `v`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// `out = v`; what `out` held before is never read.
    Store,
    /// `out = out + v`, where `v` is rounded as if it had been stored.
    Add,
}

impl Write {
    /// Writes one value.
    #[inline(always)]
    pub fn to<T: AddAssign>(self, out: &mut T, value: T) {
        match self {
            Write::Store => *out = value,
            Write::Add => *out += value,
        }
    }
}
