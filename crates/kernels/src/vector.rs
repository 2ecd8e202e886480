//! Vectors of `f32` lanes, one type for each instruction set.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

/// A register of `LANES` floats with exactly the operations the products need. Everything is
/// `#[inline(always)]`: the instructions are only valid inside a function that enables them.
pub(crate) trait Vector: Copy + 'static {
    /// Lanes in one register.
    const LANES: usize;
    /// Registers of accumulators that a zero-skipping row may use.
    const ROW_REGISTERS: usize;
    /// Rows of the dense product's tile of accumulators.
    const TILE_ROWS: usize;
    /// Registers in a row of that tile.
    const TILE_REGISTERS: usize;

    /// All lanes +0.
    ///
    /// # Safety
    /// The processor has the instruction set of this type (so for all functions of the trait).
    unsafe fn zero() -> Self;

    /// All lanes the same value.
    ///
    /// # Safety
    /// See [`Vector::zero`].
    unsafe fn splat(value: f32) -> Self;

    /// Reads `LANES` floats.
    ///
    /// # Safety
    /// See [`Vector::zero`]; `from` is valid for reading `LANES` floats, aligned as a float.
    unsafe fn load(from: *const f32) -> Self;

    /// Writes `LANES` floats.
    ///
    /// # Safety
    /// See [`Vector::zero`]; `to` is valid for writing `LANES` floats, aligned as a float.
    unsafe fn store(self, to: *mut f32);

    /// `self * b + c`, rounded once.
    ///
    /// # Safety
    /// See [`Vector::zero`].
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;

    /// Bit `j` says whether lane `j` is not zero. NaN is not zero, -0 is.
    ///
    /// # Safety
    /// See [`Vector::zero`].
    unsafe fn nonzero(self) -> u64;

    /// Writes to `to` the floats of `line` at the `LANES` indices that start at `indices`.
    ///
    /// # Safety
    /// See [`Vector::zero`]; `indices` is valid for reading `LANES` indices, which ascend and lie
    /// inside `line`, and `to` for writing `LANES` floats.
    #[inline(always)]
    unsafe fn gather(line: &[f32], indices: *const u32, to: *mut f32) {
        for lane in 0..Self::LANES {
            // SAFETY: as the caller vouches.
            unsafe { *to.add(lane) = *line.get_unchecked(*indices.add(lane) as usize) };
        }
    }

    /// Asks for the cache line at `address`, which need not be valid, in the nearest cache.
    #[inline(always)]
    fn prefetch(_address: *const f32) {}

    /// Asks for the cache lines of `len` floats at `start`, which need not be valid. Rows of a
    /// matrix lie too far apart for the processor to guess the next one, so loops over rows ask
    /// for it a few rows ahead.
    #[inline(always)]
    fn prefetch_row(start: *const f32, len: usize) {
        for line in (0..len).step_by(16) {
            Self::prefetch(start.wrapping_add(line));
        }
    }

    /// Transposes a square of `LANES` by `LANES` floats, of which only the first `rows` rows are
    /// read and the others taken as zero. Rows start `from_stride` and `to_stride` floats apart;
    /// those of the result are written in ascending order, so they may overlap.
    ///
    /// # Safety
    /// See [`Vector::zero`]; the first `rows` rows are valid for reading, all `LANES` rows of the
    /// result for writing, `LANES` floats each.
    unsafe fn transpose(
        from: *const f32,
        from_stride: usize,
        rows: usize,
        to: *mut f32,
        to_stride: usize,
    );
}

/// The first `rows` of `N` registers read from rows `stride` floats apart, the others zero.
///
/// # Safety
/// As for [`Vector::transpose`].
#[inline(always)]
unsafe fn load_rows<V: Vector, const N: usize>(
    from: *const f32,
    stride: usize,
    rows: usize,
) -> [V; N] {
    // SAFETY: the caller vouches for the instruction set and for reading the first `rows` rows.
    unsafe {
        let mut loaded = [V::zero(); N];
        for (row, register) in loaded.iter_mut().enumerate() {
            if row < rows {
                *register = V::load(from.add(row * stride));
            }
        }
        loaded
    }
}

/// Writes registers to rows `stride` floats apart, in ascending order.
///
/// # Safety
/// As for [`Vector::transpose`].
#[inline(always)]
unsafe fn store_rows<V: Vector, const N: usize>(rows: [V; N], to: *mut f32, stride: usize) {
    for (row, register) in rows.into_iter().enumerate() {
        // SAFETY: the caller vouches for the instruction set and for writing all rows.
        unsafe { register.store(to.add(row * stride)) };
    }
}

/// Eight lanes in portable code, which the compiler turns into whatever the target has.
#[derive(Clone, Copy)]
pub(crate) struct Portable([f32; 8]);

impl Vector for Portable {
    const LANES: usize = 8;
    const ROW_REGISTERS: usize = 8;
    const TILE_ROWS: usize = 6;
    const TILE_REGISTERS: usize = 2;

    #[inline(always)]
    unsafe fn zero() -> Self {
        Portable([0.0; 8])
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Portable([value; 8])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller vouches for 8 floats; an array of floats is aligned as a float.
        Portable(unsafe { from.cast::<[f32; 8]>().read() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: as in `load`.
        unsafe { to.cast::<[f32; 8]>().write(self.0) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        let mut out = [0.0; 8];
        for (lane, out) in out.iter_mut().enumerate() {
            *out = self.0[lane].mul_add(b.0[lane], c.0[lane]);
        }
        Portable(out)
    }

    #[inline(always)]
    unsafe fn nonzero(self) -> u64 {
        let mut bits = 0;
        for (lane, value) in self.0.into_iter().enumerate() {
            bits |= u64::from(value != 0.0) << lane;
        }
        bits
    }

    #[inline(always)]
    unsafe fn transpose(
        from: *const f32,
        from_stride: usize,
        rows: usize,
        to: *mut f32,
        to_stride: usize,
    ) {
        // SAFETY: as the caller vouches.
        unsafe {
            let from: [Self; 8] = load_rows(from, from_stride, rows);
            let mut out = [Self::zero(); 8];
            for (col, out) in out.iter_mut().enumerate() {
                for (row, from) in from.iter().enumerate() {
                    out.0[row] = from.0[col];
                }
            }
            store_rows(out, to, to_stride);
        }
    }
}
