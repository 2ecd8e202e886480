//! Sixteen lanes, AVX-512.

use std::arch::x86_64::*;

use super::{Vector, load_rows, store_rows};

impl Vector for __m512 {
    const LANES: usize = 16;
    const ROW_REGISTERS: usize = 8;
    const TILE_ROWS: usize = 14;
    const TILE_REGISTERS: usize = 2;

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

    /// Indices that ascend lie close together: those within 32 floats are found by one permutation
    /// of two registers, far faster than by the processor's own gather.
    #[inline(always)]
    unsafe fn gather(line: &[f32], indices: *const u32, to: *mut f32) {
        // SAFETY: see `zero`; the caller vouches for the indices and for `to`; what lies beyond
        // `line` is masked.
        unsafe {
            let wanted = _mm512_loadu_si512(indices.cast());
            let mut gathered = _mm512_setzero_ps();
            let mut left: __mmask16 = !0;
            while left != 0 {
                let first = *indices.add(left.trailing_zeros() as usize);
                let from = line.as_ptr().add(first as usize);
                let readable = line.len() - first as usize;
                let (low, high) = if readable >= 32 {
                    (_mm512_loadu_ps(from), _mm512_loadu_ps(from.add(16)))
                } else {
                    let mask = (1u32 << readable) - 1;
                    let high = from.wrapping_add(16);
                    (
                        _mm512_maskz_loadu_ps(mask as __mmask16, from),
                        _mm512_maskz_loadu_ps((mask >> 16) as __mmask16, high),
                    )
                };
                let places = _mm512_sub_epi32(wanted, _mm512_set1_epi32(first as i32));
                let near = _mm512_mask_cmplt_epu32_mask(left, places, _mm512_set1_epi32(32));
                let found = _mm512_permutex2var_ps(low, places, high);
                gathered = _mm512_mask_mov_ps(gathered, near, found);
                left &= !near;
            }
            _mm512_storeu_ps(to, gathered);
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
            let rows: [Self; 16] = load_rows(from, from_stride, rows);
            let mut out = [Self::zero(); 16];
            for quarter in 0..4 {
                // Four rows: within each 128-bit lane, columns become rows.
                let [a, b, c, d] = [0, 1, 2, 3].map(|row| rows[4 * quarter + row]);
                let (ab_low, ab_high) = (_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
                let (cd_low, cd_high) = (_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
                out[4 * quarter] = _mm512_shuffle_ps::<0x44>(ab_low, cd_low);
                out[4 * quarter + 1] = _mm512_shuffle_ps::<0xee>(ab_low, cd_low);
                out[4 * quarter + 2] = _mm512_shuffle_ps::<0x44>(ab_high, cd_high);
                out[4 * quarter + 3] = _mm512_shuffle_ps::<0xee>(ab_high, cd_high);
            }
            for col in 0..4 {
                // Then the 128-bit lanes themselves are a 4 by 4 square to transpose.
                let [a, b, c, d] = [0, 4, 8, 12].map(|quarter| out[quarter + col]);
                let ab_even = _mm512_shuffle_f32x4::<0x88>(a, b);
                let cd_even = _mm512_shuffle_f32x4::<0x88>(c, d);
                let ab_odd = _mm512_shuffle_f32x4::<0xdd>(a, b);
                let cd_odd = _mm512_shuffle_f32x4::<0xdd>(c, d);
                out[col] = _mm512_shuffle_f32x4::<0x88>(ab_even, cd_even);
                out[4 + col] = _mm512_shuffle_f32x4::<0x88>(ab_odd, cd_odd);
                out[8 + col] = _mm512_shuffle_f32x4::<0xdd>(ab_even, cd_even);
                out[12 + col] = _mm512_shuffle_f32x4::<0xdd>(ab_odd, cd_odd);
            }
            store_rows(out, to, to_stride);
        }
    }
}
