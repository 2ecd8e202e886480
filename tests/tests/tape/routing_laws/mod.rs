//! Laws that routing obeys for all shapes and values, in f32 and in f64.
//!
//! Each law is a function over both precisions; `in_both_precisions!` makes the two tests.

mod ablation;
mod masks;
mod network;
mod samples;
mod update_weights;

/// Makes `mod NAME { fn f32(); fn f64() }`, each running `law::<T>(seed, n)` on random seeds and
/// batch sizes.
macro_rules! in_both_precisions {
    ($($law:ident),* $(,)?) => {$(
        mod $law {
            proptest::proptest! {
                #[test]
                fn f32(seed: u64, n in 1usize..=9) {
                    super::check::$law::<f32>(seed, n);
                }

                #[test]
                fn f64(seed: u64, n in 1usize..=9) {
                    super::check::$law::<f64>(seed, n);
                }
            }
        }
    )*};
}
pub(crate) use in_both_precisions;
