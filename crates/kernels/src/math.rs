//! `exp`, `ln`, `tanh` and `sigmoid` in `f64`, from additions, multiplications, divisions and
//! fused multiply-adds only, so that they give the same bits everywhere. They are free of
//! branches, so that the compiler can vectorise a loop around them.
//!
//! `f32` goes through these and rounds once more.

use std::f64::consts::{LN_2, LOG2_E};

/// ln 2 minus its nearest `f64`.
const LN_2_LOW: f64 = 2.3190468138462996e-17;

/// The first 41 bits of ln 2, so that its product with an exponent is exact, and the rest.
const LN_2_HIGH: f64 = 0.693147180559663;
const LN_2_REST: f64 = 2.8235290563031577e-13;

/// Adding this number rounds to an integer, which then stands in the lowest bits.
const ROUNDER: f64 = 6755399441055744.0; // 1.5 * 2^52

/// 2^k for -1022 <= k <= 1023.
#[inline(always)]
fn power_of_two(k: i64) -> f64 {
    f64::from_bits((k.wrapping_add(1023) << 52) as u64)
}

/// x = k ln 2 + r with |r| <= ln 2 / 2; gives k, r and e^r - 1 - r. Meant for |x| < 1000.
#[inline(always)]
fn reduced(x: f64) -> (i64, f64, f64) {
    let shifted = x.mul_add(LOG2_E, ROUNDER);
    let k = shifted - ROUNDER;
    let exact = k.mul_add(-LN_2_HIGH, x);
    let r = k.mul_add(-LN_2_REST, exact);
    let rounded_off = k.mul_add(-LN_2_REST, exact - r);
    // The Taylor series to r^13 / 13!: what is left out is below 1e-17 of the sum.
    let mut sum = 1.0 / 6227020800.0;
    for reciprocal in [
        1.0 / 479001600.0,
        1.0 / 39916800.0,
        1.0 / 3628800.0,
        1.0 / 362880.0,
        1.0 / 40320.0,
        1.0 / 5040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
    ] {
        sum = r.mul_add(sum, reciprocal);
    }
    let k = (shifted.to_bits() as i64).wrapping_sub(ROUNDER.to_bits() as i64);
    (k, r, (r * r).mul_add(sum, rounded_off))
}

/// e^x.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    // Beyond these the result is 0 or infinite anyway; comparisons that are false for NaN let
    // it pass.
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    let (k, r, rest) = reduced(x);
    let sum = 1.0 + r;
    let power = sum + ((1.0 - sum) + r + rest);
    // Two factors, because 2^k itself may be out of range; only the second one can round.
    let half = k >> 1;
    power * power_of_two(half) * power_of_two(k.wrapping_sub(half))
}

/// ln x.
#[inline(always)]
pub(crate) fn ln(x: f64) -> f64 {
    let subnormal = x < f64::MIN_POSITIVE;
    let scaled = if subnormal { x * 18014398509481984.0 } else { x }; // 2^54
    // x = 2^e m with m from sqrt(1/2) to sqrt(2).
    let bits = scaled.to_bits();
    let e = (bits.wrapping_sub(std::f64::consts::FRAC_1_SQRT_2.to_bits()) as i64) >> 52;
    let m = f64::from_bits(bits.wrapping_sub((e << 52) as u64));
    let e = e as f64 - if subnormal { 54.0 } else { 0.0 };
    // ln(1 + f) = 2 atanh(s) with s = f / (2 + f), so 2s + s R(s^2); and 2s = f - s f.
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let mut r = 2.0 / 25.0;
    for coefficient in [
        2.0 / 23.0,
        2.0 / 21.0,
        2.0 / 19.0,
        2.0 / 17.0,
        2.0 / 15.0,
        2.0 / 13.0,
        2.0 / 11.0,
        2.0 / 9.0,
        2.0 / 7.0,
        2.0 / 5.0,
        2.0 / 3.0,
    ] {
        r = z.mul_add(r, coefficient);
    }
    let r = z * r;
    let low = e.mul_add(LN_2_LOW, -(s * (f - r)));
    let value = e.mul_add(LN_2, f + low);
    if x > 0.0 && x < f64::INFINITY {
        value
    } else if x == 0.0 {
        f64::NEG_INFINITY
    } else if x > 0.0 {
        x
    } else {
        f64::NAN
    }
}

/// tanh x = t / (t + 2) with t = e^2|x| - 1, and the sign of x.
#[inline(always)]
pub(crate) fn tanh(x: f64) -> f64 {
    let magnitude = x.abs();
    let magnitude = if magnitude > 20.0 { 20.0 } else { magnitude };
    let (k, r, rest) = reduced(2.0 * magnitude);
    let scale = power_of_two(k);
    // t = 2^k (1 + r + rest) - 1 and t + 2, each with what its rounding drops.
    let sum = scale.mul_add(r, scale - 1.0);
    let sum_rest = scale.mul_add(rest, scale.mul_add(r, (scale - 1.0) - sum));
    let t = sum + sum_rest;
    let t_rest = (sum - t) + sum_rest;
    let divisor = t + 2.0;
    let part = divisor - t;
    let divisor_rest = (t - (divisor - part)) + (2.0 - part) + t_rest;
    let quotient = t / divisor;
    let remainder = quotient.mul_add(-divisor, t) + quotient.mul_add(-divisor_rest, t_rest);
    (quotient + remainder / divisor).copysign(x)
}

/// ln(1 + x) for x of -1 or more: the rounding of 1 + x is taken back out (Kahan).
#[inline(always)]
pub(crate) fn ln_1p(x: f64) -> f64 {
    let sum = 1.0 + x;
    let value = ln(sum) * (x / (sum - 1.0));
    // Where the sum is infinite, so is its logarithm, and the quotient NaN.
    let value = if x < f64::INFINITY { value } else { x };
    if sum == 1.0 { x } else { value }
}

/// (1 + cos(pi t)) / 2 for t from 0 to 1, by the Taylor series of the cosine to the power 22 on its
/// first quarter.
pub(crate) fn half_cosine(t: f64) -> f64 {
    let angle = std::f64::consts::PI * if t > 0.5 { 1.0 - t } else { t };
    let square = angle * angle;
    let mut cosine = 1.0;
    for power in (1..=11).rev() {
        let steps = f64::from(2 * power * (2 * power - 1));
        cosine = (-square / steps).mul_add(cosine, 1.0);
    }
    0.5 + if t > 0.5 { -0.5 * cosine } else { 0.5 * cosine }
}

/// 1 / (1 + e^-x), written for x < 0 as e^x / (1 + e^x) to keep its accuracy.
#[inline(always)]
pub(crate) fn sigmoid(x: f64) -> f64 {
    let e = exp(-x.abs());
    let numerator = if x < 0.0 { e } else { 1.0 };
    numerator / (1.0 + e)
}
