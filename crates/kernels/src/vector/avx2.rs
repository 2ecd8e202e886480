//! Eight lanes, AVX2 and FMA.

use std::arch::x86_64::*;

use super::{Vector, load_rows, store_rows};

impl Vector for __m256 {
    const LANES: usize = 8;
    const ROW_REGISTERS: usize = 12;
    const TILE_ROWS: usize = 6;
    const TILE_REGISTERS: usize = 2;

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

    #[inline(always)]
    fn prefetch(address: *const f32) {
        // SAFETY: a prefetch is a hint that never faults, and SSE is part of x86-64.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
    }

    #[inline(always)]
    unsafe fn transpose(
        from: *const f32,
        from_stride: usize,
        rows: usize,
        to: *mut f32,
        to_stride: usize,
    ) {
        // SAFETY: see `zero`; the caller vouches for the rows.
        unsafe {
            let rows: [Self; 8] = load_rows(from, from_stride, rows);
            let mut out = [Self::zero(); 8];
            for half in 0..2 {
                // Four rows: within each 128-bit lane, columns become rows.
                let [a, b, c, d] = [0, 1, 2, 3].map(|row| rows[4 * half + row]);
                let (ab_low, ab_high) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
                let (cd_low, cd_high) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
                out[4 * half] = _mm256_shuffle_ps::<0x44>(ab_low, cd_low);
                out[4 * half + 1] = _mm256_shuffle_ps::<0xee>(ab_low, cd_low);
                out[4 * half + 2] = _mm256_shuffle_ps::<0x44>(ab_high, cd_high);
                out[4 * half + 3] = _mm256_shuffle_ps::<0xee>(ab_high, cd_high);
            }
            for col in 0..4 {
                let (top, bottom) = (out[col], out[4 + col]);
                out[col] = _mm256_permute2f128_ps::<0x20>(top, bottom);
                out[4 + col] = _mm256_permute2f128_ps::<0x31>(top, bottom);
            }
            store_rows(out, to, to_stride);
        }
    }
}
