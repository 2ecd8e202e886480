//! What happens to the elements of a product on their way out.

use crate::{Real, Write};

/// Added to each element of the product.
#[derive(Clone, Copy)]
pub(crate) enum Offset<'a, T> {
    None,
    /// One value for each row of C.
    Rows(&'a [T]),
    /// One value for each column of C.
    Columns(&'a [T]),
}

/// `v = act(fma(scale, chain, offset + 0.0))`, written by `write`; `v` is +0 where `active` is 0
/// or less (NaN is active).
///
/// Adding +0.0 to the offset makes an offset of -0 into +0; then the result does not depend on
/// the sign of a chain that is zero, which skipping zero factors may change.
#[derive(Clone, Copy)]
pub(crate) struct Epilogue<'a, T> {
    pub write: Write,
    pub scale: T,
    pub offset: Offset<'a, T>,
    pub relu: bool,
    /// Of C's shape.
    pub active: Option<&'a [T]>,
}

impl<'a, T: Real> Epilogue<'a, T> {
    pub fn new(write: Write) -> Self {
        Epilogue { write, scale: T::ONE, offset: Offset::None, relu: false, active: None }
    }

    /// Turns `chain`, the elements of C's row `row` from column `col` on, into values and writes
    /// them to `out`, the same elements of C. `cols` is C's width.
    #[inline(always)]
    pub fn finish(&self, chain: &mut [T], out: &mut [T], row: usize, col: usize, cols: usize) {
        match self.offset {
            Offset::None => self.add_offset(chain, T::ZERO),
            Offset::Rows(offsets) => self.add_offset(chain, offsets[row] + T::ZERO),
            Offset::Columns(offsets) => {
                for (value, &offset) in chain.iter_mut().zip(&offsets[col..]) {
                    *value = self.scale.mul_add(*value, offset + T::ZERO);
                }
            }
        }
        if self.relu {
            for value in chain.iter_mut() {
                *value = value.relu();
            }
        }
        if let Some(active) = self.active {
            for (value, &active) in chain.iter_mut().zip(&active[row * cols + col..]) {
                *value = if active <= T::ZERO { T::ZERO } else { *value };
            }
        }
        match self.write {
            Write::Store => out.copy_from_slice(chain),
            Write::Add => {
                for (out, &value) in out.iter_mut().zip(&*chain) {
                    *out += value;
                }
            }
        }
    }

    #[inline(always)]
    fn add_offset(&self, chain: &mut [T], offset: T) {
        for value in chain {
            *value = self.scale.mul_add(*value, offset);
        }
    }
}
