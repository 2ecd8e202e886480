//! The two number types, and what the kernels ask of them.

use std::fmt::{Debug, Display};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::backend::Backend;
use crate::math;

/// `f32`, for training, or `f64`, for checking; nothing else implements it.
///
/// The functions here give the same bits on every platform, which std's `exp`, `ln` and `tanh`
/// do not promise. Mind that on a *concrete* `f32` or `f64`, `x.exp()` is std's method; write
/// `Real::exp(x)` there.
pub trait Real:
    Copy
    + Send
    + Sync
    + 'static
    + PartialOrd
    + Default
    + Debug
    + Display
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Backend
{
    /// +0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The type's name, "f32" or "f64".
    const NAME: &'static str;
    /// The distance from 1 to the next larger number.
    const EPSILON: Self;
    /// The smallest positive number that is not subnormal.
    const MIN_POSITIVE: Self;

    /// The nearest value of this type.
    fn from_f64(value: f64) -> Self;
    /// The value itself, exact.
    fn to_f64(self) -> f64;
    /// The nearest value of this type.
    fn from_usize(value: usize) -> Self;
    /// `self * a + b`, rounded once.
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// The absolute value.
    fn abs(self) -> Self;
    /// The square root, correctly rounded; NaN below 0.
    fn sqrt(self) -> Self;
    /// Whether this is neither NaN nor infinite.
    fn is_finite(self) -> bool;
    /// e to the power of `self`, within 1 ulp.
    fn exp(self) -> Self;
    /// The natural logarithm, within 1 ulp; -inf at 0, NaN below.
    fn ln(self) -> Self;
    /// The natural logarithm of 1 + `self`, within 2 ulp even near 0; -inf at -1, NaN below.
    fn ln_1p(self) -> Self;
    /// The hyperbolic tangent, within 2 ulp.
    fn tanh(self) -> Self;
    /// 1 / (1 + e^-x), within 2 ulp.
    fn sigmoid(self) -> Self;
    /// -1, 0 or 1 by the sign, with +0 for both zeros; NaN for NaN. It is the derivative of
    /// `abs` with the convention 0 at 0.
    fn signum0(self) -> Self;
    /// `self <= 0 ? +0 : self`: so -0 becomes +0, and NaN passes.
    fn relu(self) -> Self;
}

macro_rules! impl_real {
    ($type:ident) => {
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const NAME: &'static str = stringify!($type);
            const EPSILON: Self = $type::EPSILON;
            const MIN_POSITIVE: Self = $type::MIN_POSITIVE;

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $type
            }

            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }

            #[inline(always)]
            fn from_usize(value: usize) -> Self {
                value as $type
            }

            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                $type::mul_add(self, a, b)
            }

            #[inline(always)]
            fn abs(self) -> Self {
                $type::abs(self)
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                $type::sqrt(self)
            }

            #[inline(always)]
            fn is_finite(self) -> bool {
                $type::is_finite(self)
            }

            #[inline(always)]
            fn exp(self) -> Self {
                math::exp(f64::from(self)) as $type
            }

            #[inline(always)]
            fn ln(self) -> Self {
                math::ln(f64::from(self)) as $type
            }

            #[inline(always)]
            fn ln_1p(self) -> Self {
                math::ln_1p(f64::from(self)) as $type
            }

            #[inline(always)]
            fn tanh(self) -> Self {
                math::tanh(f64::from(self)) as $type
            }

            #[inline(always)]
            fn sigmoid(self) -> Self {
                math::sigmoid(f64::from(self)) as $type
            }

            #[inline(always)]
            fn signum0(self) -> Self {
                // One choice after the other, so that loops over it can be vectorised.
                let sign = if self == 0.0 { 0.0 } else { self };
                let sign = if self > 0.0 { 1.0 } else { sign };
                if self < 0.0 { -1.0 } else { sign }
            }

            #[inline(always)]
            fn relu(self) -> Self {
                if self <= 0.0 { 0.0 } else { self }
            }
        }
    };
}

impl_real!(f32);
impl_real!(f64);
