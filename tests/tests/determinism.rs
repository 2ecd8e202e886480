//! The same seed gives the same weights to the bit, whatever the threads and the instruction set.

use gradroute::autoencoder::Autoencoder;
use gradroute::vae::Vae;
use gradroute_kernels::{Isa, tasks};
use gradroute_runs::config::Request;
use gradroute_runs::{Driver, Experiment, Learner};
use sha2::{Digest, Sha256};

/// SHA-256 of all weights of the autoencoder after `steps` steps, and how many parallel tasks were
/// handed out.
fn train(preset: &str, set: &[&str], steps: usize, threads: usize, isa: Isa) -> (String, u64) {
    train_experiment::<Autoencoder>(Autoencoder::learner, preset, set, steps, (threads, isa))
}

/// The same of any experiment.
fn train_experiment<E: Experiment>(
    learner: fn(&E) -> &Learner,
    preset: &str,
    set: &[&str],
    steps: usize,
    (threads, isa): (usize, Isa),
) -> (String, u64)
where
    E::Config: Sync,
    E::Data: Sync,
{
    let resolved = E::resolve(&Request::preset(preset, set));
    let config = resolved.expect("the settings are sound").config;
    let (data, _) = E::load(&config, None).expect("data/mnist is committed");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        isa.run(|| {
            let before = tasks::count();
            let mut driver = Driver::<E>::new(&config, &data).unwrap();
            for _ in 0..steps {
                driver.step().unwrap();
            }
            let mut hash = Sha256::new();
            learner(driver.experiment())
                .params
                .flat()
                .iter()
                .for_each(|w| hash.update(w.to_le_bytes()));
            let hash = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
            (hash, tasks::count() - before)
        })
    })
}

#[test]
fn three_steps_of_the_seeds_full_shapes_give_the_same_bits_at_1_2_3_4_and_8_threads() {
    let set = ["data.limit=6144"];
    let (expected, tasks) = train("seed", &set, 3, 1, Isa::detect());
    assert!(tasks > 3 * 4 * 20, "the work of 3 steps was split into {tasks} tasks only");
    for threads in [2, 3, 4, 8] {
        let (found, _) = train("seed", &set, 3, threads, Isa::detect());
        assert_eq!(found, expected, "{threads} threads");
    }
}

/// A small configuration, short last batches included.
const SMALL: [&str; 4] =
    ["model.hidden=[96,40]", "model.encoding=16", "train.batch=128", "data.limit=1100"];

/// The weights after 40 steps of [`SMALL`]: what every platform must arrive at.
const SMALL_SHA256: &str = "01e3b41c5e947fa8fa0c5c0a69d533dcff2c8f30d1a064f340c1d3bec4621a57";

#[test]
fn forty_steps_of_a_small_model_give_the_committed_bits_on_every_instruction_set() {
    for isa in Isa::available().iter().copied() {
        for threads in [1, 2, 3, 8] {
            let (found, _) = train("seed", &SMALL, 40, threads, isa);
            assert_eq!(found, SMALL_SHA256, "{threads} threads, {isa}");
        }
    }
}

#[test]
fn the_papers_objective_gives_the_same_bits_at_every_thread_count_and_instruction_set() {
    let partial = ["routing.fraction=0.5", "model.separate_decoders=true"];
    for more in [&[][..], &partial] {
        let set = [&SMALL[..], more].concat();
        let (expected, _) = train("paper", &set, 12, 1, Isa::detect());
        for isa in Isa::available().iter().copied() {
            for threads in [1, 3] {
                let (found, _) = train("paper", &set, 12, threads, isa);
                assert_eq!(found, expected, "{threads} threads, {isa}");
            }
        }
    }
}

#[test]
fn the_vae_gives_the_committed_bits_at_every_thread_count_and_instruction_set() {
    let set = ["model.hidden=[96,40]", "data.limit=1100"];
    for isa in Isa::available().iter().copied() {
        for threads in [1, 2, 3, 8] {
            let (found, _) = train_experiment::<Vae>(Vae::learner, "vae", &set, 40, (threads, isa));
            assert_eq!(found, VAE_SHA256, "{threads} threads, {isa}");
        }
    }
}

/// The weights after these 40 steps.
const VAE_SHA256: &str = "faf837e1c588c850b012f64df7ec42d6e7c83ae92bacde303ee6dd820dbbdb32";
