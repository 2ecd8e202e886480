//! The paper's objectives: each preset against its formula written out term by term, and against
//! central differences.

use gradroute::autoencoder::config::Config;
use gradroute::autoencoder::objective::Objective;
use gradroute::autoencoder::{Autoencoder, Network, ObjectiveError};
use gradroute_kernels::random::Stream;
use gradroute_runs::config::{Preset, Request};
use gradroute_runs::images::rows;
use gradroute_runs::{Experiment, Step, StepError, StepLine};
use gradroute_tape::check::{Check, CheckError};
use gradroute_tape::{Gradients, Graph, Params, Real, Shape, Tape, Var};

const PIXELS: usize = 7;

/// The first places of a training set.
fn keys(labels: &[u8]) -> Vec<u32> {
    (0..labels.len() as u32).collect()
}

/// A batch of random images, labels given.
struct Batch {
    pixels: Vec<f64>,
    labels: Vec<u8>,
}

impl Batch {
    fn new(labels: &[u8], seed: u64) -> Self {
        let mut stream = Stream::new(seed, "pixels", 0);
        let pixels = (0..labels.len() * PIXELS).map(|_| stream.uniform()).collect();
        Self { pixels, labels: labels.to_vec() }
    }

    /// The samples whose label `keep` wants, as pixels on a graph; `None` if there are none.
    fn pixels(&self, g: &Graph<'_, f64>, keep: impl Fn(u8) -> bool) -> Option<Var> {
        let rows = self.pixels.chunks(PIXELS).zip(&self.labels);
        let kept: Vec<f64> =
            rows.filter(|(_, label)| keep(**label)).flat_map(|(row, _)| row.to_vec()).collect();
        let n = kept.len() / PIXELS;
        (n > 0).then(|| g.literal(Shape::of_samples(&[n, PIXELS]), &kept))
    }
}

const LABELS: [u8; 9] = [3, 7, 0, 5, 9, 4, 1, 8, 2];

const PRESETS: &[Preset] = <Autoencoder as Experiment>::PRESETS;

fn config(preset: &str, set: &[&str]) -> Config {
    let set = [&["model.hidden=[6,5]", "model.encoding=4"], set].concat();
    let resolved = Autoencoder::<f32>::resolve(&Request::preset(preset, &set));
    resolved.expect("the settings are sound").config
}

fn paper_presets() -> Vec<&'static str> {
    let names: Vec<_> =
        PRESETS.iter().map(|p| p.name).filter(|name| name.starts_with("paper")).collect();
    assert_eq!(names.len(), 10, "the paper has ten settings");
    names
}

/// Forward and backward of the step with this number, and what it told.
fn differentiate<T: Real>(
    experiment: &mut Autoencoder<T>,
    pixels: &[T],
    labels: &[u8],
    number: u64,
) -> Result<StepLine, StepError> {
    let at = Step::alone(number, 0);
    experiment.differentiate(rows(pixels, labels.len()), labels, &keys(labels), &at)?;
    Ok(at.finish().line)
}

/// The loss as the paper's code computes it: a pass of the decoder for each term, over the samples
/// of its group only, what it must not teach detached. `unrouted` samples are in `bad`, all of them.
fn written_out(
    g: &Graph<'_, f64>,
    network: &Network,
    config: &Config,
    batch: &Batch,
    all_unrouted: bool,
) -> Var {
    let (loss, routing) = (&config.loss, &config.routing);
    let half = config.model.encoding / 2;
    let sum = |terms: Vec<Var>| terms.into_iter().reduce(|a, b| g.add(a, b)).unwrap();
    let error = |group: Var, to_top: bool, second: bool| {
        let z = network.encode(g, group);
        let (mut bottom, mut top) =
            (g.slice_columns(z, 0..half), g.slice_columns(z, half..2 * half));
        if routing.enabled {
            *(if to_top { &mut bottom } else { &mut top }) =
                g.detach(if to_top { bottom } else { top });
        }
        let z = g.concat_columns(&[bottom, top]);
        let made = if second { network.decode_bad(g, z) } else { network.decode(g, z) };
        g.mean_absolute_error(made, network.images(g, group))
    };
    let mut terms = Vec::new();
    let (good, bad) = (|d: u8| routing.top.contains(&d), |d: u8| routing.bottom.contains(&d));
    if let Some(group) = batch.pixels(g, good) {
        terms.push(g.scale(error(group, true, false), loss.good));
    }
    if let Some(group) = batch.pixels(g, bad) {
        terms.push(g.scale(error(group, true, false), loss.good_bad));
    }
    if let Some(group) = batch.pixels(g, |d| all_unrouted || bad(d)) {
        terms.push(g.scale(error(group, false, true), loss.bad));
    }

    let pixels = batch.pixels(g, |_| true).unwrap();
    let z = network.encode(g, pixels);
    let images = network.images(g, pixels);
    terms.extend(network.certify(g, z).map(|made| g.mean_absolute_error(made, images)));
    let n = batch.labels.len() as f64;
    let halves = [0..half, half..2 * half].map(|range| g.slice_columns(z, range));
    for (half, weight) in halves.into_iter().zip([loss.l1, loss.l1 + loss.l1_top_extra]) {
        terms.push(g.scale(g.l1_norm(half), weight / n));
    }
    if loss.correlation > 0.0 {
        let standardized = halves.map(|half| {
            let centred = g.sub(half, g.mean_axis(half, 0));
            let squares = g.sum_axis(g.mul(centred, centred), 0);
            g.div(centred, g.sqrt(g.scale(squares, 1.0 / (n - 1.0))))
        });
        let products = g.scale(g.matmul_tn(standardized[0], standardized[1]), 1.0 / n);
        terms.push(g.scale(g.mean(g.abs(products)), loss.correlation));
    }
    sum(terms)
}

/// The objective's loss and gradients are those of the formula written out.
#[track_caller]
fn agrees(config: &Config, batch: &Batch, all_unrouted: bool) {
    let mut params = Params::<f64>::new();
    let network = Network::new(&mut params, PIXELS, &config.model, 3);
    let mut objective = Objective::new(config);
    objective.take(&batch.labels, &keys(&batch.labels), 0);
    let differentiate = |build: &dyn Fn(&Graph<'_, f64>) -> Var| {
        let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
        let g = tape.graph(&params);
        let loss = build(&g);
        g.backward(loss, &mut gradients);
        (g.scalar(loss), gradients)
    };
    let (wanted_loss, wanted) =
        differentiate(&|g| written_out(g, &network, config, batch, all_unrouted));
    let (loss, found) = differentiate(&|g| {
        let pixels = batch.pixels(g, |_| true).unwrap();
        objective.record(g, &network, pixels).total
    });
    assert!((loss - wanted_loss).abs() < 1e-12, "loss {loss}, written out {wanted_loss}");
    for id in params.ids() {
        let name = params.name(id);
        let found = found.get(id).unwrap_or_else(|| panic!("no gradient of {name}"));
        let zeros = vec![0.0; found.len()];
        let wanted = wanted.get(id).unwrap_or(&zeros);
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-12, "{name}: {found}, written out {wanted}");
        }
    }
}

#[test]
fn each_of_the_ten_settings_has_the_loss_and_gradients_of_its_formula_written_out() {
    for preset in paper_presets() {
        println!("{preset}");
        agrees(&config(preset, &[]), &Batch::new(&LABELS, 1), false);
    }
}

#[test]
fn other_weights_and_splits_have_the_gradients_of_their_formula_too() {
    for set in [
        ["loss.good_bad=0.25", "loss.bad=1.5"],
        ["loss.good=0", "loss.good_bad=2"],
        ["routing.bottom=[1,3,5,7,9]", "routing.top=[0,2,4,6,8]"],
        ["routing.bottom=[7]", "routing.top=[0,1]"],
    ] {
        agrees(&config("paper", &set), &Batch::new(&LABELS, 2), false);
        let two = [set[0], set[1], "model.separate_decoders=true"];
        agrees(&config("paper", &two), &Batch::new(&LABELS, 2), false);
    }
}

#[test]
fn partial_routing_puts_no_sample_or_every_sample_into_bad_at_its_ends() {
    let batch = Batch::new(&LABELS, 3);
    for decoders in ["model.separate_decoders=true", "model.separate_decoders=false"] {
        agrees(&config("paper", &[decoders, "routing.fraction=0"]), &batch, true);
        let first = ["routing.fraction=0.5", "routing.scheduled=true", decoders];
        agrees(&config("paper", &first), &batch, false);
    }
}

#[test]
fn a_soft_rule_is_the_papers_at_0_no_routing_at_1_and_linear_between() {
    let batch = Batch::new(&LABELS, 8);
    let gradients = |set: &[&str]| {
        let mut experiment = Autoencoder::<f64>::of_size(&config("paper-overlap", set), PIXELS);
        differentiate(&mut experiment, &batch.pixels, &batch.labels, 0).unwrap();
        let learner = experiment.learner();
        let id = learner.params.id("encoder.0.weight").unwrap();
        learner.gradients.get(id).unwrap().to_vec()
    };
    let (halves, off) = (gradients(&[]), gradients(&["routing.enabled=false"]));
    let [soft_0, soft_1, soft_half] =
        ["0", "1", "0.5"].map(|factor| gradients(&[&format!("routing.rule=soft:{factor}")]));
    for (i, soft_half) in soft_half.iter().enumerate() {
        assert!((soft_0[i] - halves[i]).abs() < 1e-12 && (soft_1[i] - off[i]).abs() < 1e-12);
        assert!((soft_half - (soft_0[i] + soft_1[i]) / 2.0).abs() < 1e-12);
    }
    assert!(halves != off);
}

#[test]
fn a_group_without_samples_adds_nothing() {
    for labels in [[0, 1, 2, 3], [9, 8, 7, 6]] {
        for preset in paper_presets() {
            agrees(&config(preset, &[]), &Batch::new(&labels, 4), false);
        }
    }
}

#[test]
fn every_objective_agrees_with_central_differences_through_the_surrogate() {
    let mut configs: Vec<(String, Config)> =
        PRESETS.iter().map(|preset| (preset.name.to_owned(), config(preset.name, &[]))).collect();
    let partial = ["routing.fraction=0.5", "model.separate_decoders=true"];
    configs.push(("partial routing".into(), config("paper", &partial)));
    for (name, config) in configs {
        let confirmed = (0..2000).any(|seed| match check(&config, seed) {
            Ok(compared) => compared > 100,
            Err(CheckError::NearKink { .. }) => false,
            Err(wrong) => panic!("{name}: {wrong}"),
        });
        assert!(confirmed, "{name}: every point was near a kink");
    }
}

fn check(config: &Config, seed: u64) -> Result<usize, CheckError> {
    let mut params = Params::<f64>::new();
    let network = Network::new(&mut params, PIXELS, &config.model, seed);
    let batch = Batch::new(&LABELS[..6], seed);
    let mut objective = Objective::new(config);
    objective.take(&batch.labels, &keys(&batch.labels), seed);
    let agreement = Check::default().elements(&params, |g| {
        let pixels = batch.pixels(g, |_| true).unwrap();
        objective.record(g, &network, pixels).total
    })?;
    Ok(agreement.compared)
}

#[test]
fn a_dim_that_does_not_vary_a_single_sample_and_an_empty_group_do_what_is_documented() {
    let config = config("paper", &[]);
    let mut experiment = Autoencoder::<f32>::of_size(&config, PIXELS);
    let pixels: Vec<f32> = Batch::new(&LABELS, 5).pixels.iter().map(|p| *p as f32).collect();
    let told = differentiate(&mut experiment, &pixels, &[7; 9], 0);
    let told = told.expect("no sample of the bottom half");
    assert!(told.get("total").unwrap().is_finite());
    assert!(told.get("bad") == Some(0.0) && told.get("good") > Some(0.0));

    let own = |error: StepError| match error {
        StepError::Experiment(error) => *error.downcast::<ObjectiveError>().unwrap(),
        other => panic!("{other}"),
    };
    let single = differentiate(&mut experiment, &pixels[..PIXELS], &[7], 0).unwrap_err();
    assert_eq!(own(single), ObjectiveError::OneSample);

    let params = &mut experiment.learner_mut().params;
    let weights = params.id("encoder.4.weight").unwrap();
    let hidden = config.model.hidden[1];
    params.get_mut(weights)[2 * hidden..3 * hidden].fill(0.0);
    let constant = differentiate(&mut experiment, &pixels, &LABELS, 0).unwrap_err();
    assert!(constant.to_string().contains("dim 2 of the encoding"));
    assert_eq!(own(constant), ObjectiveError::ConstantDim { dim: 2, samples: 9 });

    experiment.learner_mut().params.get_mut(weights)[0] = f32::INFINITY;
    let infinite = differentiate(&mut experiment, &pixels, &LABELS, 0);
    assert!(matches!(infinite, Err(StepError::NonFinite { .. })), "{infinite:?}");
}

#[test]
fn the_penalties_reach_dims_that_the_route_blocks_and_the_certificates_reach_none() {
    // All samples are of the top half's digits, so only the penalties can teach the bottom half.
    let labels = [5, 6, 7, 8];
    let pixels = Batch::new(&labels, 6).pixels;
    let taught = |set: &[&str]| {
        let config = config("paper", set);
        let mut experiment = Autoencoder::<f64>::of_size(&config, PIXELS);
        differentiate(&mut experiment, &pixels, &labels, 0).unwrap();
        let learner = experiment.learner();
        let id = learner.params.id("encoder.4.weight").unwrap();
        let gradient = learner.gradients.get(id).unwrap();
        let bottom = gradient.len() / 2;
        let any = |part: &[f64]| part.iter().any(|g| *g != 0.0);
        (any(&gradient[..bottom]), any(&gradient[bottom..]))
    };
    assert_eq!(taught(&["loss.l1=0", "loss.correlation=0"]), (false, true));
    assert_eq!(taught(&["loss.l1=0"]), (true, true));
    assert_eq!(taught(&["loss.correlation=0"]), (true, true));
    assert_eq!(
        taught(&["loss.l1=0", "loss.l1_top_extra=0.1", "loss.correlation=0"]),
        (false, true)
    );
}

#[test]
fn unrouted_samples_are_drawn_anew_each_step_and_the_same_when_a_step_is_made_again() {
    let config = config("paper", &["routing.fraction=0.5"]);
    let pixels = Batch::new(&LABELS, 7).pixels;
    let mut experiment = Autoencoder::<f64>::of_size(&config, PIXELS);
    let mut bad = |number| {
        let told = differentiate(&mut experiment, &pixels, &LABELS, number).unwrap();
        told.get("bad").unwrap()
    };
    assert_eq!(bad(3), bad(3));
    let all: Vec<_> = (0..8).map(bad).collect();
    assert!(all.windows(2).any(|pair| pair[0] != pair[1]), "one draw for all steps: {all:?}");
}
