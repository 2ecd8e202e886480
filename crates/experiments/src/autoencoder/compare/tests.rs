mod output;

use std::collections::BTreeMap;
use std::path::PathBuf;

use gradroute_runs::compare::{CompareError, Comparison};
use gradroute_runs::config::{Preset, Request};
use gradroute_runs::evaluation::{Evaluation, Measures};
use gradroute_runs::run::{DataRecord, Manifest, RunDirectory, atomic};
use gradroute_runs::{Experiment, Program};
use tempfile::TempDir;

use super::sides::{Runs, check_halves, estimate, published_of};
use super::*;
use crate::autoencoder::Autoencoder;
use crate::autoencoder::evaluation::{ErrorSums, Floors, Results};
use crate::autoencoder::halves::{CLASSES, Half, Halves};

const PRESETS: &[Preset] = <Autoencoder as Experiment>::PRESETS;

fn read(folders: &[PathBuf]) -> Result<Runs, CompareError> {
    let measures = <Autoencoder as Experiment>::measures;
    let runs = Comparison::read("autoencoder", PRESETS, measures, folders)?;
    check_halves(&runs)?;
    Ok(runs)
}

/// A folder of runs that were never trained.
struct Folder(TempDir);

/// What a run is, and how far it came.
#[derive(Clone)]
struct Made<'a> {
    preset: &'a str,
    set: &'a [&'a str],
    seed: u64,
    /// MAE of the top certificate on every digit; the other errors follow it.
    mae: f64,
    /// SHA-256 of each file of its data set.
    sha256: &'a str,
    steps: u64,
}

const RUN: Made<'_> =
    Made { preset: "quick", set: &[], seed: 0, mae: 0.2, sha256: "00ff", steps: 10 };

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn add(&self, name: &str, made: Made<'_>) -> PathBuf {
        let folder = self.0.path().join(name);
        let directory = RunDirectory::create(&folder, false).unwrap();
        let mut set: Vec<String> = made.set.iter().map(|text| (*text).to_owned()).collect();
        set.push(format!("train.seed={}", made.seed));
        let preset = Some(made.preset.to_owned());
        let request = Request { preset, set, ..Request::default() };
        let resolved = <Autoencoder as Experiment>::resolve(&request).unwrap();
        atomic::write(&directory.config(), resolved.to_toml().as_bytes()).unwrap();
        let halves = resolved.config.routing.halves();
        let results = results(halves, made.mae);
        let measures = Measures::default();
        let evaluation = Evaluation { results, earlier: Vec::new(), measures };
        atomic::write_json(&directory.evaluation(), &evaluation).unwrap();
        let data = DataRecord {
            directory: Some(folder.clone()),
            from_run: None,
            canonical: false,
            sha256: BTreeMap::from([("t10k-images-idx3-ubyte".into(), made.sha256.into())]),
        };
        let program = Program {
            name: "gradroute",
            about: "",
            examples: "",
            version: "0",
            git_revision: None,
            optimised: true,
        };
        let (preset, seed) = (made.preset, made.seed);
        let mut manifest = Manifest::begin(&program, "autoencoder", preset, seed, data);
        (manifest.steps, manifest.steps_planned) = (made.steps, 10);
        manifest.finish(&directory).unwrap();
        folder
    }
}

/// Two samples of each digit; the top certificate errs by `mae` and one
/// hundredth of the digit, the bottom one by half of that.
fn results(halves: Halves, mae: f64) -> Results {
    let mut sums = [(); 4].map(|_| ErrorSums::new());
    for digit in 0..CLASSES as u8 {
        let top = mae + f64::from(digit) / 100.0;
        for (sums, mae) in sums.iter_mut().zip([0.1, top / 2.0, top, 0.25]) {
            sums.add(digit, mae, mae * mae);
            sums.add(digit, mae, mae * mae);
        }
    }
    let [decoder, bottom, top, floor] = sums;
    let floor = floor.errors(&halves);
    let floors = Floors { constant: floor.clone(), median: floor.clone(), mean: floor };
    Results::new(halves, &decoder, None, &top, &bottom, floors)
}

fn names(comparison: &Runs) -> Vec<&str> {
    comparison.settings.iter().map(|setting| setting.name.as_str()).collect()
}

const TOP_ON_3: Measure =
    Measure { subject: Subject::Top, metric: Metric::Mae, shown: Shown::Digit(3) };

#[test]
fn runs_that_differ_in_seed_evaluations_and_probes_only_are_one_setting_sorted_by_seed() {
    let runs = Folder::new();
    let folders = [
        runs.add("a", Made { seed: 7, mae: 0.3, ..RUN }),
        runs.add("b", Made { set: &["routing.enabled=false"], ..RUN }),
        runs.add(
            "c",
            Made { seed: 2, mae: 0.2, set: &["train.eval_every=1", "train.probe_every=7"], ..RUN },
        ),
    ];
    let comparison = read(&folders).unwrap();
    let control = "quick, routing.enabled=false (control of quick)";
    assert_eq!(names(&comparison), ["quick", control]);
    let first = &comparison.settings[0];
    assert_eq!(first.seeds(), "2, 7");
    let found = estimate(first, TOP_ON_3);
    assert_eq!(found.values.len(), 2);
    assert!((found.values[0] - 0.23).abs() < 1e-12 && (found.mean - 0.28).abs() < 1e-12);
    assert_eq!(estimate(&comparison.settings[1], TOP_ON_3).interval(), None);
}

#[test]
fn a_control_stands_behind_its_setting_and_is_named_so() {
    let runs = Folder::new();
    let unrouted = ["routing.enabled=false"];
    let wide = ["model.hidden=[600]"];
    let wide_by_chance = ["model.hidden=[600]", "routing.rule=random-sample:3"];
    let folders = [
        runs.add("a", Made { set: &wide_by_chance, ..RUN }),
        runs.add("b", Made { set: &unrouted, seed: 4, ..RUN }),
        runs.add("c", Made { preset: "quick-random", ..RUN }),
        runs.add("d", Made { set: &wide, ..RUN }),
        runs.add("e", RUN),
        runs.add("f", Made { preset: "seed", set: &unrouted, ..RUN }),
    ];
    let comparison = read(&folders).unwrap();
    let expected = [
        "quick, model.hidden=[600]",
        "quick, model.hidden=[600], routing.rule=\"random-sample:3\" (control of quick, \
         model.hidden=[600])",
        "quick",
        "quick, routing.enabled=false (control of quick)",
        "quick-random (control of quick)",
        "seed, routing.enabled=false",
    ];
    assert_eq!(names(&comparison), expected, "that of the seed has no setting beside it");
}

#[test]
fn what_all_settings_change_is_told_apart_from_what_tells_them_apart() {
    let runs = Folder::new();
    let folders = [
        runs.add("a", Made { set: &["train.epochs=3", "loss.l1=0"], ..RUN }),
        runs.add("b", Made { set: &["train.epochs=3"], ..RUN }),
        runs.add("c", Made { preset: "seed", set: &["train.epochs=3"], ..RUN }),
    ];
    let comparison = read(&folders).unwrap();
    assert_eq!(comparison.shared_changes, ["train.epochs=3"]);
    assert_eq!(names(&comparison), ["quick, loss.l1=0.0", "quick", "seed"]);
}

#[test]
fn settings_stand_in_the_order_of_the_presets_and_then_as_given() {
    let runs = Folder::new();
    let folders = [
        runs.add("a", Made { preset: "paper-overlap", ..RUN }),
        runs.add("b", Made { preset: "paper", ..RUN }),
        runs.add("c", Made { set: &["loss.l1=0.5"], ..RUN }),
        runs.add("d", RUN),
    ];
    let comparison = read(&folders).unwrap();
    assert_eq!(names(&comparison), ["quick, loss.l1=0.5", "quick", "paper", "paper-overlap"]);
}

#[test]
fn a_single_setting_is_called_by_its_preset() {
    let runs = Folder::new();
    let folder = runs.add("a", Made { set: &["train.epochs=3"], ..RUN });
    let comparison = read(&[folder]).unwrap();
    assert_eq!(names(&comparison), ["quick"]);
    assert_eq!(comparison.shared_changes, ["train.epochs=3"]);
}

#[test]
fn a_page_says_what_runs_change_in_their_preset_before_what_that_is() {
    let runs = Folder::new();
    let folders = [
        runs.add("a", Made { set: &["train.epochs=3", "model.hidden=[128,64]"], ..RUN }),
        runs.add("b", Made { preset: "seed", set: &["train.epochs=3"], ..RUN }),
        runs.add("c", Made { preset: "paper", ..RUN }),
    ];
    let comparison = read(&folders[..2]).unwrap();
    let text = gradroute_runs::compare::markdown(&comparison, &page(&comparison, None).unwrap());
    let about = |start: &str| {
        let text = text.replace('\\', "");
        text.lines().find(|line| line.starts_with(start)).expect(&text).to_owned()
    };
    let quick = about("- **quick, model.hidden=[128, 64]**");
    assert!(
        quick.contains(
            "1 run, seed 0, of preset quick with model.hidden = [128, 64] instead of [512, 256]; \
             train.epochs = 3 instead of 24. Unchanged, it is: The seed made small"
        ),
        "{quick}"
    );
    let seed = about("- **seed**");
    assert!(seed.contains("of preset seed with train.epochs = 3 instead of 200."), "{seed}");
    let comparison = read(&folders[2..]).unwrap();
    let text = gradroute_runs::compare::markdown(&comparison, &page(&comparison, None).unwrap());
    assert!(text.contains("**paper**: 1 run, seed 0, of preset paper: "), "{text}");
}

#[test]
fn what_is_no_finished_run_of_the_same_data_and_halves_is_refused_by_name() {
    let runs = Folder::new();
    let good = runs.add("good", RUN);
    let refused = |other: PathBuf, parts: &[&str]| {
        let message = read(&[good.clone(), other]).unwrap_err().to_string();
        for part in parts {
            assert!(message.contains(part), "`{part}` should be in: {message}");
        }
    };
    let empty = runs.0.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    refused(empty, &["empty is no run directory", "config.toml"]);
    refused(runs.add("early", Made { steps: 4, ..RUN }), &["early", "4 of 10 steps"]);
    let going = runs.add("going", Made { seed: 1, ..RUN });
    std::fs::remove_file(going.join("manifest.json")).unwrap();
    refused(going, &["going is not finished", "manifest.json", "train --resume"]);
    let unjudged = runs.add("unjudged", Made { seed: 1, ..RUN });
    std::fs::remove_file(unjudged.join("evaluation.json")).unwrap();
    refused(unjudged, &["unjudged", "evaluation.json"]);
    let other = runs.add("fashion", Made { sha256: "11", seed: 1, ..RUN });
    refused(other, &["good", "fashion", "t10k-images-idx3-ubyte"]);
    let halves: &[&str] = &["routing.bottom=[0,1]", "routing.top=[2,3]"];
    let other = runs.add("halves", Made { set: halves, seed: 1, ..RUN });
    refused(other, &["0-4 (bottom) and 5-9 (top)", "the second into 0, 1 (bottom) and 2, 3 (top)"]);
    refused(runs.add("copy", RUN), &["good", "copy", "seed 0"]);
    refused(good.clone(), &["seed 0", "only one"]);
}

#[test]
fn every_published_result_is_well_formed_and_of_a_preset_that_exists() {
    assert_eq!(published().iter().filter(|result| result.preset == "seed").count(), 4);
    for result in published() {
        let known = PRESETS.iter().any(|preset| preset.name == result.preset);
        assert!(known, "{}", result.preset);
    }
    let papers = published().iter().filter(|result| result.preset.starts_with("paper"));
    let value = |result: &Published, half| {
        let shown = Shown::Group(half, Weighting::BySample);
        let measure = Measure { subject: Subject::Top, metric: Metric::Mse, shown };
        result.value(measure).unwrap().value
    };
    let values: Vec<[f64; 2]> = papers.map(|r| Half::BOTH.map(|half| value(r, half))).collect();
    assert_eq!(values.len(), 10);
    assert_eq!((values[0], values[9]), ([0.32, 0.08], [0.08, 0.09]));
}

#[test]
fn published_means_by_sample_follow_from_the_published_digits() {
    const TEST_IMAGES: [f64; CLASSES] =
        [980.0, 1135.0, 1032.0, 1010.0, 982.0, 892.0, 958.0, 1028.0, 974.0, 1009.0];
    for result in published().iter().filter(|result| result.label.starts_with("replication")) {
        let halves = Halves::default();
        let both = [Subject::Top, Subject::Bottom];
        for (subject, half) in both.into_iter().flat_map(|s| Half::BOTH.map(|half| (s, half))) {
            let value = |shown| {
                let measure = Measure { subject, metric: Metric::Mae, shown };
                result.value_as_published(measure).unwrap().value
            };
            let digits = half.digits(&halves);
            let images = |digit: u8| TEST_IMAGES[usize::from(digit)];
            let total: f64 = digits.iter().map(|&d| images(d) * value(Shown::Digit(d))).sum();
            let mean = total / digits.iter().map(|&d| images(d)).sum::<f64>();
            let found = value(Shown::Group(half, Weighting::BySample));
            assert!((found - mean).abs() < 1.01e-4, "{}: {found} and {mean}", result.label);
        }
    }
}

#[test]
fn published_results_stand_beside_runs_on_mnist_only() {
    let runs = Folder::new();
    let folder = runs.add("a", Made { preset: "seed", ..RUN });
    let mut comparison = read(&[folder]).unwrap();
    let count = |c: &Runs| published_of(c, &c.settings[0]).len();
    assert_eq!(count(&comparison), 0, "the data are not MNIST by their hashes");
    comparison.settings[0].runs[0].manifest.data.canonical = true;
    assert_eq!(count(&comparison), 4);
    let halves = &mut comparison.settings[0].runs[0].evaluation.results.halves;
    std::mem::swap(&mut halves.bottom, &mut halves.top);
    assert_eq!(count(&comparison), 0, "the halves are others");
}
