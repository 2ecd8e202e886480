//! Flags about the machine. They change speed, never results.

use std::thread;

use anyhow::Context;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use gradroute_kernels::Isa;

use super::failure::Failure;
use crate::console::say;

/// The most threads that are taken for meant.
const MAX_THREADS: u16 = 1024;

/// Flags about the machine.
#[derive(Args, Debug)]
#[command(next_help_heading = "Machine (speed only, the results are the same)")]
pub(super) struct Machine {
    /// Threads to use, else one for each processor
    #[arg(long, value_name = "N", value_parser = number_of_threads, value_hint = ValueHint::Other)]
    threads: Option<u16>,

    /// Instruction set of the kernels, else the best that this processor has
    #[arg(long, value_name = "SET", value_parser = sets().try_map(|name| available(&name)))]
    isa: Option<Isa>,
}

impl Machine {
    /// The same as they are written.
    pub fn flags(&self) -> Vec<String> {
        let threads = self.threads.map(|n| ["--threads".to_owned(), n.to_string()]);
        let isa = self.isa.map(|isa| ["--isa".to_owned(), isa.to_string()]);
        threads.into_iter().chain(isa).flatten().collect()
    }

    /// Starts the threads and runs `work` on the chosen instruction set.
    pub fn run<R>(&self, work: impl FnOnce() -> Result<R, Failure>) -> Result<R, Failure> {
        if cfg!(debug_assertions) {
            say!(
                "warning: this program was built without optimisation and will be many times \
                 slower than it could be; use `cargo run --release`"
            );
        }
        let mut pool = rayon::ThreadPoolBuilder::new();
        if let Some(threads) = self.threads.map(usize::from) {
            // More would only take each other's turns: a run then takes many times as long, and
            // does not end for a long while when it is told to.
            let processors = thread::available_parallelism().map_or(threads, usize::from);
            if threads > processors {
                say!(
                    "note: --threads {threads} is more than this machine's {processors} \
                     processors; {processors} are used, the results are the same"
                );
            }
            pool = pool.num_threads(threads.min(processors));
        }
        pool.build_global().context("cannot start the threads")?;
        match self.isa {
            Some(isa) => isa.run(work),
            None => work(),
        }
    }
}

fn number_of_threads(text: &str) -> Result<u16, String> {
    let number = text.parse().ok().filter(|number| (1..=MAX_THREADS).contains(number));
    number.ok_or_else(|| format!("expected a whole number from 1 to {MAX_THREADS}"))
}

/// The names of all instruction sets, for completions and for the refusal of another name.
fn sets() -> PossibleValuesParser {
    PossibleValuesParser::new(["scalar", "avx2", "avx512"])
}

fn available(name: &str) -> Result<Isa, String> {
    let isa: Isa = name.parse().map_err(|error| format!("{error}"))?;
    let available = Isa::available();
    if available.contains(&isa) {
        return Ok(isa);
    }
    let names: Vec<String> = available.iter().map(Isa::to_string).collect();
    Err(format!("this processor has no {isa}; it has {}", names.join(" and ")))
}
