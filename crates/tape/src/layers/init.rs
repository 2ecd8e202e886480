//! What layers' parameters begin with.

use gradroute_kernels::{Real, random::Stream};

use crate::params::{ParamId, Params};

/// Adds a parameter, uniform between plus and minus `bound`. It draws from a random stream of its own,
/// told apart by `seed` and `name`, so that adding a layer changes no other.
#[track_caller]
pub(super) fn uniform<T: Real>(
    params: &mut Params<T>,
    name: &str,
    dims: &[usize],
    bound: f64,
    seed: u64,
) -> ParamId {
    let mut stream = Stream::new(seed, &format!("init {name}"), 0);
    params.add(name, dims, || T::from_f64((2.0 * stream.uniform() - 1.0) * bound))
}

/// Adds a parameter, normal with mean 0 and standard deviation `deviation`, as [`uniform`] does.
#[track_caller]
pub(super) fn normal<T: Real>(
    params: &mut Params<T>,
    name: &str,
    dims: &[usize],
    deviation: f64,
    seed: u64,
) -> ParamId {
    let mut stream = Stream::new(seed, &format!("init {name}"), 0);
    params.add(name, dims, || T::from_f64(stream.normal() * deviation))
}
