//! What must hold of the starter. The first two tests serve any experiment; the thresholds of the
//! third are those of these blocks and this loss, so change them with these.

use std::path::PathBuf;
use std::process::Command;

use gradroute_runs::config::Request;
use gradroute_runs::images::mnist;
use gradroute_runs::{Driver, Experiment, assert_resumes};
use starter::{BLOCKS, Config, Results, Starter, leads};

/// The settings of a preset, made small.
fn small(preset: &str, epochs: &str) -> Config {
    let set = ["data.limit=6000", "train.batch=100", epochs];
    Starter::resolve(&Request::preset(preset, &set)).unwrap().config
}

#[test]
fn a_run_that_is_interrupted_anywhere_goes_on_with_the_same_bits() {
    let config = Config { routed: true, ..small("routed", "train.steps=6") };
    let data = mnist::load(None, config.data.limit).unwrap();
    assert_resumes::<Starter>(&config, &data);
}

#[test]
fn every_preset_is_sound_and_the_default_is_routed() {
    for preset in Starter::PRESETS {
        let config = Starter::resolve(&Request::preset(preset.name, &[])).unwrap().config;
        assert_eq!(config.routed, preset.name != "unrouted");
        assert_eq!(config.random, preset.name == "random");
    }
    assert!(Starter::resolve(&Request::default()).unwrap().config.routed);
    let nonsense = Starter::resolve(&Request::preset("routed", &["l1=-1"])).unwrap_err();
    assert!(nonsense.to_string().contains("`l1` is -1"), "{nonsense}");
}

#[test]
fn groups_and_terms_add_up_to_the_gradient_and_the_penalty_is_the_only_leak() {
    let config = small("routed", "train.epochs=1");
    let data = mnist::load(None, config.data.limit).unwrap();
    let mut driver = Driver::<Starter>::new(&config, &data).unwrap();
    let found = driver.audit(&Starter::groups(&config), 2).unwrap();
    assert!(found.off_by <= 2e-5, "{}", found.off_by);
    assert!(found.movement.values().all(|moved| moved.rest <= 1e-4 * moved.whole));
    assert!(found.leaks.len() == 6 && found.leaks.iter().all(|leak| leak.term == "l1"));
}

/// By how much each certificate is ahead of each other one on its own digits, after short training.
fn leads_of(preset: &str) -> Vec<f64> {
    let config = small(preset, "train.epochs=6");
    let data = mnist::load(None, config.data.limit).unwrap();
    let mut driver = Driver::<Starter>::new(&config, &data).unwrap();
    while !driver.is_done() {
        driver.step().unwrap();
    }
    let results = driver.experiment_mut().evaluate(&data);
    leads(&results).iter().map(|lead| lead.value).collect()
}

#[test]
fn each_block_knows_its_own_digits_best_if_gradients_are_routed_and_only_then() {
    let mut digits = BLOCKS.concat();
    digits.sort_unstable();
    assert_eq!(digits, (0..10).collect::<Vec<u8>>(), "every digit has one block");
    let (routed, unrouted) = (leads_of("routed"), leads_of("unrouted"));
    assert!(routed.iter().all(|&lead| lead > 0.1), "{routed:?}");
    assert!(unrouted.iter().any(|&lead| lead < 0.0), "{unrouted:?}");
}

#[test]
fn a_lead_is_the_mean_over_a_blocks_digits_and_is_no_number_where_one_was_not_judged() {
    let mut errors = [[0.4; 10]; BLOCKS.len() + 1];
    for (block, digits) in BLOCKS.iter().enumerate() {
        digits.iter().for_each(|&digit| errors[block][usize::from(digit)] = 0.1);
    }
    errors[0][1] = 0.3;
    let values = |errors| leads(&Results { errors }).iter().map(|l| l.value).collect::<Vec<_>>();
    let found = values(errors);
    assert!((found[0] - (0.75 + 0.25 + 0.75) / 3.0).abs() < 1e-12, "{found:?}");
    assert!(found[2..].iter().all(|lead| (lead - 0.75).abs() < 1e-12), "{found:?}");
    errors[1][5] = f64::NAN;
    assert!(values(errors)[2].is_nan());
}

#[test]
fn the_program_trains_and_leaves_a_run_that_verifies() {
    let run = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("run");
    std::fs::remove_dir_all(&run).ok();
    let starter = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_starter")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let path = run.to_str().unwrap();
    let table = starter(&["train", "--set", "data.limit=500", "--epochs", "1", "--out", path]);
    assert!(table.contains("third_ahead_of_second"), "{table}");
    for file in ["report.html", "figures/errors.png", "figures/errors.svg", "figures/drawings.svg"]
    {
        assert!(run.join(file).is_file(), "{file}");
    }
    assert!(starter(&["verify", path]).contains("whole"));
    let audit = starter(&["audit", path, "--set", "l1=0", "--assert-no-leak"]);
    assert!(audit.contains("third block") && audit.contains("No leak"), "{audit}");
    assert!(starter(&["audit"]).contains("l1 of samples of `first` reaches `second block`"));
    assert!(starter(&["compare", path]).contains("first_ahead_of_third"));
}
