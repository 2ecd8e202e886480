mod presets;

use std::io::Write as _;
use std::path::PathBuf;

use proptest::prelude::*;

use gradroute_runs::Experiment;
use gradroute_runs::config::{
    Optimizer, Override, Request, Resolved, Schedule, Train, config_of, read,
};

use super::*;
use crate::autoencoder::Autoencoder;

const PRESETS: &[gradroute_runs::config::Preset] = <Autoencoder as Experiment>::PRESETS;

fn resolve(request: &Request) -> Result<Resolved<Config>, gradroute_runs::config::ConfigError> {
    <Autoencoder as Experiment>::resolve(request)
}

fn set(changes: &[&str]) -> Result<Config, String> {
    let set = changes.iter().map(|&text| text.to_owned()).collect();
    resolve(&Request { set, ..Request::default() })
        .map(|resolved| resolved.config)
        .map_err(|error| error.to_string())
}

fn preset_of(name: &str) -> Config {
    config_of(PRESETS, name).unwrap()
}

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
    (folder, path)
}

fn with_file(text: &str) -> Result<Resolved<Config>, String> {
    let (_folder, path) = file(text);
    resolve(&Request { file: Some(path), ..Request::default() }).map_err(|e| e.to_string())
}

#[test]
fn overrides_change_exactly_their_key() {
    let base = set(&[]).unwrap();
    let changed = set(&[
        "model.hidden=[64, 32]",
        "train.batch = 100",
        "optimizer.lr=1",
        "optimizer.schedule=linear",
        "routing.enabled=false",
    ])
    .unwrap();
    let expected = Config {
        model: Model { hidden: vec![64, 32], ..base.model },
        train: Train { batch: 100, ..base.train },
        optimizer: Optimizer { lr: 1.0, schedule: Schedule::Linear, ..base.optimizer },
        routing: Routing { enabled: false, ..base.routing },
        ..base
    };
    assert_eq!(changed, expected);
    assert_eq!(
        set(&["optimizer.schedule=\"linear\""]).unwrap().optimizer.schedule,
        Schedule::Linear
    );
}

#[test]
fn later_layers_win_over_earlier_ones() {
    let (_folder, path) = file("[train]\nbatch = 10\nepochs = 11\nseed = 12\n");
    let request = Request {
        preset: Some("seed".to_owned()),
        file: Some(path),
        set: vec!["train.epochs=21".to_owned(), "train.steps=22".to_owned()],
        flags: vec![Override::flag("--seed", "train.seed", 31)],
    };
    let resolved = resolve(&request).unwrap();
    let train = resolved.config.train;
    assert_eq!((train.batch, train.epochs, train.steps, train.seed), (10, 21, Some(22), 31));
    assert_eq!((resolved.preset.as_str(), resolved.config.model.hidden[0]), ("seed", 2048));
}

#[test]
fn unknown_keys_are_refused_with_the_nearest_one() {
    for (change, hint) in [
        ("train.bacth=3", "unknown key `train.bacth`; did you mean `train.batch`?"),
        ("lr=0.1", "unknown key `lr`; did you mean `optimizer.lr`?"),
        ("modle.hidden=[1]", "unknown key `modle`; did you mean `model`?"),
        ("loss.kl=1", "unknown key `loss.kl`; known here: loss.bad, loss.certificates, loss.corr"),
        ("loss.good_band=1", "unknown key `loss.good_band`; did you mean `loss.good_bad`?"),
    ] {
        let message = set(&[change]).unwrap_err();
        assert!(message.contains(hint), "{message}");
        assert!(message.starts_with(&format!("--set {change}")), "{message}");
    }
    let message = with_file("[optimizer]\nlearning_rate = 1.0\n").unwrap_err();
    assert!(message.contains("mine.toml: unknown key `optimizer.learning_rate`"), "{message}");
}

#[test]
fn values_of_the_wrong_kind_are_refused_by_name() {
    for (change, part) in [
        ("train.batch=many", "`train.batch` is text (\"many\"); expected a whole number"),
        ("model.hidden=64", "`model.hidden` is a whole number (64); expected a list, such as [512"),
        ("train.epochs=1.5", "`train.epochs` is a number (1.5); expected a whole number"),
        ("train=3", "`train` is a whole number (3); expected a section"),
        ("train.batch=-1", "train.batch"),
        ("model.hidden=[\"a\"]", "model.hidden"),
        ("routing.top=[300]", "routing.top"),
        ("loss.mean_over=sample", "unknown variant `sample`, expected `batch` or `group`"),
        ("optimizer.schedule=sine", "unknown schedule \"sine\""),
    ] {
        let message = set(&[change]).unwrap_err();
        assert!(message.contains(part), "{message}");
        assert!(message.starts_with(&format!("--set {change}")), "{message}");
    }
}

#[test]
fn values_out_of_range_are_refused_with_the_range() {
    for (change, part) in [
        ("model.hidden=[0]", "`model.hidden` is [0]; expected a list of up to 32 widths"),
        ("model.encoding=31", "an even number"),
        ("train.batch=0", "from 1 to"),
        ("train.epochs=0", "from 1 to"),
        ("train.eval_every=1000", "at most train.epochs"),
        ("optimizer.lr=0", "above 0"),
        ("optimizer.lr=nan", "above 0"),
        ("optimizer.lr=inf", "above 0"),
        ("optimizer.beta2=1", "below 1"),
        ("optimizer.eps=-1", "above 0"),
        ("optimizer.weight_decay=-1", "0 or more"),
        ("loss.l1=-1", "0 or more"),
        ("loss.good=-1", "0 or more"),
        ("loss.good_bad=nan", "0 or more"),
        ("loss.bad=inf", "0 or more"),
        ("loss.certificates=0", "above 0"),
        ("loss.l1_top_extra=-1", "at least -0.001"),
        ("loss.correlation=-0.1", "0 or more"),
        ("routing.fraction=1.5", "from 0 to 1"),
        ("routing.top=[]", "at least one digit"),
        ("routing.top=[10]", "from 0 to 9"),
        ("routing.top=[4]", "digits that are not in routing.bottom too, but 4 is"),
        ("routing.top=[9,9]", "each digit once, but 9 is there twice"),
    ] {
        let message = set(&[change]).unwrap_err();
        assert!(message.contains(part), "{change}: {message}");
        assert!(message.contains(change.split('=').next().unwrap()), "{message}");
    }
}

#[test]
fn objectives_that_could_not_be_trained_are_refused_by_the_key_at_fault() {
    for (changes, part) in [
        (vec!["loss.good=0", "loss.bad=0"], "`loss.good` is 0.0; expected above 0"),
        (vec!["model.separate_decoders=true", "loss.bad=0"], "`model.separate_decoders` is true"),
        (vec!["model.separate_decoders=true", "loss.good=0"], "`model.separate_decoders` is true"),
        (
            vec!["routing.fraction=0.5", "loss.bad=0"],
            "`routing.fraction` is 0.5; expected 1, unless",
        ),
        (vec!["routing.fraction=0.5", "routing.enabled=false"], "1, as routing.enabled is false"),
        (vec!["loss.correlation=0.1", "train.batch=1"], "`train.batch` is 1; expected at least 2"),
    ] {
        let message = set(&changes).unwrap_err();
        assert!(message.contains(part), "{changes:?}: {message}");
    }
    assert!(set(&["loss.good=0", "loss.good_bad=1", "model.separate_decoders=true"]).is_ok());
    assert!(set(&["loss.l1_top_extra=-0.001"]).is_ok(), "no penalty on the top half");
}

#[test]
fn a_scheduled_fraction_routes_all_samples_of_the_first_epochs_and_none_after() {
    let constant = set(&["routing.fraction=0.25"]).unwrap().routing;
    assert_eq!([0, 1, 7].map(|epoch| constant.share(epoch, 8)), [0.25; 3]);
    let scheduled = set(&["routing.fraction=0.25", "routing.scheduled=true"]).unwrap().routing;
    assert_eq!([0, 1, 2, 7].map(|epoch| scheduled.share(epoch, 8)), [1.0, 1.0, 0.0, 0.0]);
    let always = set(&["routing.scheduled=true"]).unwrap().routing;
    assert_eq!([0, 7].map(|epoch| always.share(epoch, 8)), [1.0, 1.0]);
}

#[test]
fn what_is_no_override_is_refused() {
    for text in ["train.batch", "=3", "train..batch=3", ".batch=3", ""] {
        let message = set(&[text]).unwrap_err();
        assert!(message.contains("expected key=value"), "{text}: {message}");
    }
}

#[test]
fn command_lines_that_say_two_things_are_refused() {
    let request = Request {
        set: vec!["train.seed=1".to_owned()],
        flags: vec![Override::flag("--seed", "train.seed", 2)],
        ..Request::default()
    };
    let message = resolve(&request).unwrap_err().to_string();
    assert!(message.contains("--set train.seed=1 contradicts --seed"), "{message}");
    assert!(set(&["train.seed=1", "train.seed=1"]).is_ok());

    let (_folder, path) = file("preset = \"seed\"\n");
    let preset = Some("quick".to_owned());
    let request = Request { preset, file: Some(path), ..Request::default() };
    let message = resolve(&request).unwrap_err().to_string();
    assert!(message.contains("--preset quick contradicts preset = \"seed\" in"), "{message}");
}

#[test]
fn a_resolved_configuration_reads_back_as_itself() {
    let set = vec!["train.seed=7".to_owned(), "optimizer.schedule=exponential:0.95".to_owned()];
    let preset = Some("seed".to_owned());
    let resolved = resolve(&Request { preset, set, ..Request::default() }).unwrap();
    let (_folder, path) = file(&resolved.to_toml());
    assert_eq!(read::<Config>("autoencoder", PRESETS, &path).unwrap(), resolved);
}

#[test]
fn a_printed_preset_is_a_configuration_file() {
    for preset in PRESETS {
        let from_file = with_file(preset.toml).unwrap().config;
        assert_eq!(from_file, preset_of(preset.name), "{}", preset.name);
    }
}

#[test]
fn unreadable_files_are_refused_by_name() {
    let message = with_file("[train\n").unwrap_err();
    assert!(message.contains("mine.toml is not valid TOML"), "{message}");
    assert!(message.contains("line 1"), "{message}");
    let big = format!("# {}", "x".repeat(1 << 20));
    assert!(with_file(&big).unwrap_err().contains("right file?"));
    assert!(with_file("preset = 3").unwrap_err().contains("`preset` is"));
    let missing = Request { file: Some("no/such.toml".into()), ..Request::default() };
    assert!(resolve(&missing).unwrap_err().to_string().contains("no/such.toml"));
}

#[test]
fn a_step_limit_ends_a_run_before_its_epochs_do() {
    let config = set(&["train.batch=2048", "train.epochs=2", "train.steps=0"]).unwrap();
    assert_eq!((config.train.steps_per_epoch(60_000), config.train.total_steps(60_000)), (30, 60));
    let config = set(&["train.batch=2048", "train.epochs=2", "train.steps=7"]).unwrap();
    assert_eq!(config.train.total_steps(60_000), 7);
    assert_eq!(config.train.total_steps(2_049), 4);
}

#[test]
fn batches_of_one_sample_are_refused_where_the_run_comes_to_one_and_correlates() {
    let of = |more: &str, samples| {
        let config = set(&["train.batch=20", more]).unwrap();
        check_last_batch(&config, samples).map_err(|error| error.to_string())
    };
    for samples in [41, 21, 1, 60_001] {
        let message = of("loss.correlation=0.1", samples).unwrap_err();
        let last = format!("has 1 of the {samples} training samples");
        for part in ["`train.batch` is 20", "data.limit", "loss.correlation=0", &last] {
            assert!(message.contains(part), "{message}");
        }
    }
    for samples in [2, 20, 22, 39, 40, 42, 60_000] {
        of("loss.correlation=0.1", samples).unwrap();
    }
    of("loss.correlation=0", 41).unwrap();
    // A run that ends before it comes to that batch.
    let steps = |steps| set(&["train.batch=20", "loss.correlation=1", steps]).unwrap();
    check_last_batch(&steps("train.steps=2"), 41).unwrap();
    check_last_batch(&steps("train.steps=3"), 41).unwrap_err();
}

#[test]
fn models_that_no_machine_could_hold_are_refused() {
    assert_eq!(preset_of("seed").parameters(784), 10_678_576);
    let two = preset_of("paper-separate-decoders");
    let decoder = 33 * 512 + 513 * 2048 + 2049 * 784;
    assert_eq!(two.parameters(784), 10_678_576 + decoder);
    let config = set(&["model.hidden=[65536, 65536]"]).unwrap();
    let message = check_size(&config, 784).unwrap_err().to_string();
    assert!(message.contains("model.hidden") && message.contains("parameters"), "{message}");
    assert!(check_size(&set(&[]).unwrap(), 784).is_ok());
    assert!(check_size(&set(&[]).unwrap(), usize::MAX / 4).is_err());
}

#[test]
fn zeros_that_once_meant_none_are_read_as_none() {
    let old = "[train]\nsteps = 0\neval_every = 0\ncheckpoint_every = 0\n[data]\nlimit = 0\n\
               [loss]\nl1_divisor = 0\n";
    let config = with_file(&format!("preset = \"seed\"\n{old}")).unwrap().config;
    let Train { steps, eval_every, checkpoint_every, .. } = config.train;
    assert_eq!((steps, eval_every, checkpoint_every), (None, None, None));
    assert_eq!((config.data.limit, config.loss.l1_divisor), (None, None));
    assert!(!toml::to_string(&config).unwrap().contains("limit"));
}

#[test]
fn a_configuration_of_another_experiment_is_refused() {
    let message = with_file("experiment = \"vae\"\n").unwrap_err();
    assert!(message.contains("the experiment is `vae`; expected `autoencoder`"), "{message}");
}

proptest! {
    #[test]
    fn no_text_given_to_set_or_in_a_file_panics(text in "\\PC*", key in "[a-z.=]{0,12}") {
        let _ = set(&[&text]);
        let _ = set(&[&format!("{key}={text}")]);
        let _ = with_file(&text);
    }
}
