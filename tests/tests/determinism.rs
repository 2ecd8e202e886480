//! The same seed gives the same weights to the bit, whatever the threads and the instruction set.

use gradroute::autoencoder::Autoencoder;
use gradroute_kernels::{Isa, tasks};
use gradroute_runs::config::Request;
use gradroute_runs::{Driver, Experiment};
use sha2::{Digest, Sha256};

/// SHA-256 of all weights after `steps` steps, and how many parallel tasks were handed out.
fn train(preset: &str, set: &[&str], steps: usize, threads: usize, isa: Isa) -> (String, u64) {
    let resolved = Autoencoder::<f32>::resolve(&Request::preset(preset, set));
    let config = resolved.expect("the settings are sound").config;
    let (data, _) =
        <Autoencoder as Experiment>::load(&config, None).expect("data/mnist is committed");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        isa.run(|| {
            let before = tasks::count();
            let mut driver = Driver::<Autoencoder>::new(&config, &data).unwrap();
            for _ in 0..steps {
                driver.step().unwrap();
            }
            let mut hash = Sha256::new();
            let params = &driver.experiment().learner().params;
            params.flat().iter().for_each(|w| hash.update(w.to_le_bytes()));
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
