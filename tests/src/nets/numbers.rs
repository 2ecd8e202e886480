//! Numbers that another program computes just so: an integer hash of a position.

use gradroute_tape::{ParamId, Params, Real};

/// The finalizer of MurmurHash3 (Appleby 2011): every bit of the result depends on every bit of
/// `x`.
fn mixed(x: u32) -> u32 {
    let x = (x ^ (x >> 16)).wrapping_mul(0x85eb_ca6b);
    let x = (x ^ (x >> 13)).wrapping_mul(0xc2b2_ae35);
    x ^ (x >> 16)
}

/// A number by its purpose and its position.
pub fn hash(purpose: u32, position: u32) -> u32 {
    mixed(position.wrapping_add(mixed(purpose.wrapping_add(0x9e37_79b9))))
}

/// The same as a number in [-1, 1).
pub fn signed(purpose: u32, position: u32) -> f64 {
    f64::from(hash(purpose, position)) / f64::from(1u32 << 31) - 1.0
}

/// Sets a parameter to what it begins with: matrices within ±1/sqrt(inputs), weights of norms around
/// 1, the rest around 0.
pub fn begin<T: Real>(params: &mut Params<T>, id: ParamId, number: u32) {
    let shape = params.shape(id);
    let inputs: usize = shape.dims()[1..].iter().product();
    let is_norm = params.name(id).contains("norm") && params.name(id).ends_with("weight");
    let (middle, bound) = match (shape.rank(), is_norm) {
        (1, true) => (1.0, 0.1),
        (1, false) => (0.0, 0.1),
        _ => (0.0, 1.0 / (inputs as f64).sqrt()),
    };
    for (position, slot) in (0u32..).zip(params.get_mut(id)) {
        *slot = T::from_f64(middle + bound * signed(number, position));
    }
}
