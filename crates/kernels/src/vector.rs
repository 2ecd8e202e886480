//! Vectors of `f32` lanes, one type for each instruction set.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// A register of `LANES` floats with exactly the operations the products need. Everything is
/// `#[inline(always)]`: the instructions are only valid inside a function that enables them.
pub(crate) trait Vector: Copy + 'static {
    /// Lanes in one register.
    const LANES: usize;
    /// Registers of accumulators that a zero-skipping row may use.
    const ROW_REGISTERS: usize;

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
}

/// Eight lanes in portable code, which the compiler turns into whatever the target has.
#[derive(Clone, Copy)]
pub(crate) struct Portable([f32; 8]);

impl Vector for Portable {
    const LANES: usize = 8;
    const ROW_REGISTERS: usize = 8;

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
}

#[cfg(target_arch = "x86_64")]
impl Vector for __m256 {
    const LANES: usize = 8;
    const ROW_REGISTERS: usize = 12;

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA (so for all blocks of this impl).
        unsafe { _mm256_setzero_ps() }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: see `zero`.
        unsafe { _mm256_set1_ps(value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: see `zero`; the caller vouches for 8 readable floats.
        unsafe { _mm256_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: see `zero`; the caller vouches for 8 writable floats.
        unsafe { _mm256_storeu_ps(to, self) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        // SAFETY: see `zero`.
        unsafe { _mm256_fmadd_ps(self, b, c) }
    }

    #[inline(always)]
    unsafe fn nonzero(self) -> u64 {
        // SAFETY: see `zero`.
        unsafe {
            let differs = _mm256_cmp_ps::<_CMP_NEQ_UQ>(self, _mm256_setzero_ps());
            u64::from(_mm256_movemask_ps(differs) as u32)
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl Vector for __m512 {
    const LANES: usize = 16;
    const ROW_REGISTERS: usize = 10;

    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: the caller vouches for AVX-512F (so for all blocks of this impl).
        unsafe { _mm512_setzero_ps() }
    }

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: see `zero`.
        unsafe { _mm512_set1_ps(value) }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: see `zero`; the caller vouches for 16 readable floats.
        unsafe { _mm512_loadu_ps(from) }
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: see `zero`; the caller vouches for 16 writable floats.
        unsafe { _mm512_storeu_ps(to, self) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        // SAFETY: see `zero`.
        unsafe { _mm512_fmadd_ps(self, b, c) }
    }

    #[inline(always)]
    unsafe fn nonzero(self) -> u64 {
        // SAFETY: see `zero`.
        unsafe { u64::from(_mm512_cmp_ps_mask::<_CMP_NEQ_UQ>(self, _mm512_setzero_ps())) }
    }
}
