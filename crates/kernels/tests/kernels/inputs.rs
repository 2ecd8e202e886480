//! Inputs for the kernels, and what it means for results to agree.

use gradroute_kernels::Isa;
use gradroute_kernels::random::Stream;
use proptest::prelude::ProptestConfig;

/// Normal values, of which a share of about `density` is not zero; some zeros are -0.
pub fn values(stream: &mut Stream, len: usize, density: f64) -> Vec<f32> {
    (0..len)
        .map(|_| {
            let value = stream.normal() as f32;
            if stream.uniform() < density { value } else { 0f32.copysign(value) }
        })
        .collect()
}

/// One element of a product by definition: an ascending chain of fused multiply-adds from +0.
pub fn chain(terms: usize, factors: impl Fn(usize) -> (f32, f32)) -> f32 {
    (0..terms).fold(0.0, |sum, k| {
        let (a, b) = factors(k);
        a.mul_add(b, sum)
    })
}

/// The same without the terms whose first factor, an adjoint, is 0.
pub fn chain_of_adjoint(terms: usize, factors: impl Fn(usize) -> (f32, f32)) -> f32 {
    (0..terms).fold(0.0, |sum, k| match factors(k) {
        (0.0, _) => sum,
        (a, b) => a.mul_add(b, sum),
    })
}

/// Asserts equal bits, any NaN being equal to any other.
#[track_caller]
pub fn assert_same_bits(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (index, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan()),
            "{what}: element {index} is {found:e}, expected {expected:e}"
        );
    }
}

/// Runs `check` once on each instruction set of this processor.
pub fn on_each_isa(mut check: impl FnMut(Isa)) {
    for &isa in Isa::available() {
        isa.run(|| check(isa));
    }
}

/// So many random cases; failures are reproduced by what the failing test prints.
pub fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}
