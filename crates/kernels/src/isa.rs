//! The instruction sets the kernels are compiled for, and the choice between them.

use std::cell::Cell;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use crate::vector::{Portable, Vector};

/// An instruction set that the kernels can run on.
///
/// The choice changes speed only: every kernel gives the same bits on each of them (see the
/// crate's page).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Isa {
    /// Portable code on `mul_add`, the oracle that the others must agree with. It runs anywhere;
    /// where the processor has a fused multiply-add, it is compiled to use it.
    Scalar,
    /// AVX2 and FMA, 8 lanes of `f32`.
    Avx2,
    /// AVX-512 (F, VL, BW, DQ), 16 lanes of `f32`.
    Avx512,
}

thread_local! {
    static OVERRIDE: Cell<Option<Isa>> = const { Cell::new(None) };
}

impl Isa {
    /// The best instruction set of this processor.
    pub fn detect() -> Isa {
        *Isa::available().last().expect("scalar code runs everywhere")
    }

    /// All instruction sets this processor can run, slowest first.
    pub fn available() -> &'static [Isa] {
        static AVAILABLE: OnceLock<Vec<Isa>> = OnceLock::new();
        AVAILABLE.get_or_init(|| {
            [Isa::Scalar, Isa::Avx2, Isa::Avx512]
                .into_iter()
                .filter(|isa| isa.supported())
                .collect()
        })
    }

    /// The instruction set that a kernel called on this thread uses now: the one set by
    /// [`Isa::run`], else [`Isa::detect`].
    pub fn current() -> Isa {
        OVERRIDE.get().unwrap_or_else(Isa::detect)
    }

    /// Runs `f` with all kernels that it calls *on this thread* pinned to `self`, whatever pool
    /// threads they then use. Inside a thread pool, pin inside its `install`, not around it.
    ///
    /// # Panics
    /// If this processor lacks the instruction set.
    pub fn run<R>(self, f: impl FnOnce() -> R) -> R {
        struct Restore(Option<Isa>);
        impl Drop for Restore {
            fn drop(&mut self) {
                OVERRIDE.set(self.0);
            }
        }
        assert!(
            Isa::available().contains(&self),
            "this processor lacks the instruction set {self}; it has {}",
            names(Isa::available())
        );
        let _restore = Restore(OVERRIDE.replace(Some(self)));
        f()
    }

    #[cfg(target_arch = "x86_64")]
    fn supported(self) -> bool {
        match self {
            Isa::Scalar => true,
            Isa::Avx2 => {
                is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("fma")
                    && is_x86_feature_detected!("bmi1")
                    && is_x86_feature_detected!("bmi2")
                    && is_x86_feature_detected!("popcnt")
            }
            Isa::Avx512 => {
                Isa::Avx2.supported()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
            }
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn supported(self) -> bool {
        self == Isa::Scalar
    }

    /// Runs a kernel compiled for this instruction set.
    pub(crate) fn dispatch<K: Kernel>(self, kernel: K) -> K::Output {
        debug_assert!(self.supported());
        #[cfg(target_arch = "x86_64")]
        match self {
            // SAFETY: a value other than Scalar reaches this point only through `detect` or
            // `run`, which both check `supported`, so the processor has these features.
            Isa::Avx512 => unsafe { x86::avx512(kernel) },
            // SAFETY: as above.
            Isa::Avx2 => unsafe { x86::avx2(kernel) },
            // SAFETY: the features of `scalar_fma` are checked right here.
            Isa::Scalar if x86::has_fma() => unsafe { x86::scalar_fma(kernel) },
            Isa::Scalar => kernel.call::<Portable>(),
        }
        #[cfg(not(target_arch = "x86_64"))]
        kernel.call::<Portable>()
    }
}

/// A kernel that is compiled once for each instruction set. `call` must be `#[inline(always)]`,
/// so that it takes on the features of the function it is inlined into.
pub(crate) trait Kernel {
    type Output;
    fn call<V: Vector>(self) -> Self::Output;
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Kernel, Portable};
    use std::arch::x86_64::{__m256, __m512};

    pub fn has_fma() -> bool {
        is_x86_feature_detected!("avx") && is_x86_feature_detected!("fma")
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,bmi1,bmi2,popcnt")]
    pub fn avx512<K: Kernel>(kernel: K) -> K::Output {
        kernel.call::<__m512>()
    }

    #[target_feature(enable = "avx2,fma,bmi1,bmi2,popcnt")]
    pub fn avx2<K: Kernel>(kernel: K) -> K::Output {
        kernel.call::<__m256>()
    }

    #[target_feature(enable = "avx,fma")]
    pub fn scalar_fma<K: Kernel>(kernel: K) -> K::Output {
        kernel.call::<Portable>()
    }
}

fn names(isas: &[Isa]) -> String {
    isas.iter().map(|isa| isa.to_string()).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Isa::Scalar => "scalar",
            Isa::Avx2 => "avx2",
            Isa::Avx512 => "avx512",
        })
    }
}

/// The error of parsing an [`Isa`]: a name that is none of "scalar", "avx2", "avx512".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownIsa(String);

impl fmt::Display for UnknownIsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "unknown instruction set {:?}: expected scalar, avx2 or avx512 (this processor has {})",
            self.0,
            names(Isa::available())
        )
    }
}

impl std::error::Error for UnknownIsa {}

impl FromStr for Isa {
    type Err = UnknownIsa;

    fn from_str(name: &str) -> Result<Isa, UnknownIsa> {
        match name {
            "scalar" => Ok(Isa::Scalar),
            "avx2" => Ok(Isa::Avx2),
            "avx512" => Ok(Isa::Avx512),
            _ => Err(UnknownIsa(name.to_owned())),
        }
    }
}
