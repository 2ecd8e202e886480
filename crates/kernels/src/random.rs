//! Random numbers that are the same everywhere: ChaCha8 keyed by purpose.

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use crate::math;

/// One stream of random numbers for one purpose.
///
/// It is ChaCha8 keyed by SHA-256 of the seed, the purpose and the index, so streams of different
/// purposes are independent, and drawing more from one leaves the others alone.
#[derive(Debug)]
pub struct Stream {
    rng: ChaCha8Rng,
    spare_normal: Option<f64>,
}

impl Stream {
    /// The stream of `purpose` (say "shuffle", or a parameter's name) and `index` (say the
    /// epoch) under `seed`.
    pub fn new(seed: u64, purpose: &str, index: u64) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"gradroute random stream\0");
        hash.update(seed.to_le_bytes());
        hash.update(index.to_le_bytes());
        hash.update(purpose.as_bytes());
        Stream { rng: ChaCha8Rng::from_seed(hash.finalize().into()), spare_normal: None }
    }

    /// 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        self.rng.next_u32()
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.rng.next_u64()
    }

    /// Uniform in [0, 1): a multiple of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / 9007199254740992.0)
    }

    /// Uniform among 0 to n - 1, unbiased (Lemire 2019, "Fast random integer generation in an
    /// interval").
    ///
    /// # Panics
    /// If `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "Stream::below: there is no number below 0");
        let rejected = n.wrapping_neg() % n; // 2^64 mod n
        loop {
            let product = u128::from(self.next_u64()) * u128::from(n);
            if product as u64 >= rejected {
                return (product >> 64) as u64;
            }
        }
    }

    /// Normal with mean 0 and variance 1, by Marsaglia's polar method (1964) on our own `ln`.
    pub fn normal(&mut self) -> f64 {
        if let Some(normal) = self.spare_normal.take() {
            return normal;
        }
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square < 1.0 && square > 0.0 {
                let factor = (-2.0 * math::ln(square) / square).sqrt();
                self.spare_normal = Some(y * factor);
                return x * factor;
            }
        }
    }

    /// Shuffles uniformly (Fisher and Yates, in Durstenfeld's order, from the end).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u64 + 1) as usize;
            items.swap(last, other);
        }
    }
}
