//! How fast this processor multiplies and adds at best, as the yardstick for products.

use std::time::Instant;

use crate::Isa;
use crate::isa::Kernel;
use crate::tasks;
use crate::vector::Vector;

/// Independent chains, enough to hide the latency of a fused multiply-add on two ports.
const CHAINS: usize = 12;
/// Fused multiply-adds of each chain between two looks at the clock.
const ROUNDS: usize = 1 << 15;

/// The rate, in GFLOP/s over all threads of the current pool, of fused multiply-adds that touch
/// no memory, on the current instruction set: the best of `tries` measurements of a few
/// milliseconds each. A fused multiply-add counts as two operations.
pub fn fma_gflops(tries: usize) -> f64 {
    let isa = Isa::current();
    let threads = rayon::current_num_threads();
    let mut best = 0.0f64;
    for _ in 0..tries {
        let began = Instant::now();
        tasks::for_each(threads, |_| {
            (0..32).for_each(|_| {
                std::hint::black_box(isa.dispatch(Chains));
            });
        });
        let seconds = began.elapsed().as_secs_f64();
        let lanes = isa.dispatch(Lanes);
        let operations = (2 * threads * 32 * ROUNDS * CHAINS * lanes) as f64;
        best = best.max(operations / seconds / 1e9);
    }
    best
}

struct Lanes;

impl Kernel for Lanes {
    type Output = usize;

    #[inline(always)]
    fn call<V: Vector>(self) -> usize {
        V::LANES
    }
}

struct Chains;

impl Kernel for Chains {
    type Output = f32;

    #[inline(always)]
    fn call<V: Vector>(self) -> f32 {
        let mut out = [0.0f32; 64];
        // SAFETY: `dispatch` calls this with a type whose instruction set the processor has, and
        // `out` holds more floats than a register of any of them.
        unsafe {
            let factor = V::splat(std::hint::black_box(0.5));
            let mut chains = [V::splat(1.0); CHAINS];
            for _ in 0..ROUNDS {
                for chain in &mut chains {
                    *chain = chain.mul_add(factor, factor);
                }
            }
            for chain in chains {
                chain.store(out.as_mut_ptr());
                out[0] = std::hint::black_box(out[0]);
            }
        }
        out[0]
    }
}
