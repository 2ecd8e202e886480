//! Numbers as the bytes of a safetensors file, little-endian, every bit as it is.
//!
//! `Real` converts over f64, which may set a bit of a signalling NaN. So the conversions ask for
//! the type itself; the compiler knows the answer and leaves the question out.

use std::any::{Any, TypeId};

use gradroute_kernels::Real;
use safetensors::Dtype;

/// The type in the file that numbers of type `T` are written as.
pub(super) fn dtype<T: Real>() -> Dtype {
    if TypeId::of::<T>() == TypeId::of::<f32>() { Dtype::F32 } else { Dtype::F64 }
}

/// The bytes of `values`.
pub(super) fn encode<T: Real>(values: &[T]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(size_of_val(values));
    for value in values {
        let value: &dyn Any = value;
        match (value.downcast_ref::<f32>(), value.downcast_ref::<f64>()) {
            (Some(value), _) => bytes.extend(value.to_le_bytes()),
            (_, Some(value)) => bytes.extend(value.to_le_bytes()),
            (None, None) => unreachable!("a Real is f32 or f64"),
        }
    }
    bytes
}

/// Reads as many f32 as `values` has room for. In f64 they are the same numbers.
pub(super) fn decode_f32<T: Real>(bytes: &[u8], values: &mut [T]) {
    for (slot, bytes) in values.iter_mut().zip(bytes.as_chunks().0) {
        let found = f32::from_le_bytes(*bytes);
        match (&mut *slot as &mut dyn Any).downcast_mut() {
            Some(same) => *same = found,
            None => *slot = T::from_f64(found.into()),
        }
    }
}

/// Reads as many f64 as `values` has room for. In f32 they would be rounded.
pub(super) fn decode_f64<T: Real>(bytes: &[u8], values: &mut [T]) {
    for (slot, bytes) in values.iter_mut().zip(bytes.as_chunks().0) {
        let found = f64::from_le_bytes(*bytes);
        match (&mut *slot as &mut dyn Any).downcast_mut() {
            Some(same) => *same = found,
            None => *slot = T::from_f64(found),
        }
    }
}
