//! An experiment to copy. An autoencoder's encoding has three blocks, and each digit may teach its
//! own block only. Does a block then know its own digits, and no others?

use std::path::Path;

use gradroute_runs::audit::Groups;
use gradroute_runs::config::{ConfigError, Data, Optimizer, Preset, Settings, Train, require};
use gradroute_runs::figures::{FigureError, HeatMap, ImageBand, ImageRow, ImageRows};
use gradroute_runs::images::{self, Batches, Chosen, MeanByLabel, each_batch, mean_image, mnist};
use gradroute_runs::{evaluation::StageResults, *};
use gradroute_tape::{Graph, Params, Shape, Stream, Var, layers::Mlp};
use serde::{Deserialize, Serialize};

// 1. The idea: which digits each block of the encoding stands for.
/// The digits of each block.
pub const BLOCKS: [&[u8]; 3] = [&[0, 1, 2], &[3, 4, 5, 6], &[7, 8, 9]];
/// What the blocks are called, and what knows nothing and is judged beside their certificates.
const NAMES: [&str; N + 1] = ["first", "second", "third", "mean image"];
const N: usize = BLOCKS.len();
const WIDTH: usize = 8; // dims of a block

// 2. What can be set, in a preset or by --set.
/// Everything that decides a run's numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whether gradients are routed; if not, every digit teaches all blocks.
    pub routed: bool,
    /// Whether the digits are dealt to the blocks by chance, as a control: judged as before.
    pub random: bool,
    /// Weight of the sum of |z| over the encoding, mean over the batch. It is not routed.
    pub l1: f64,
    pub train: Train,         // batches, epochs and the seed
    pub data: Data,           // which images
    pub optimizer: Optimizer, // Adam and its learning rate
}

impl Settings for Config {
    fn seed(&self) -> u64 {
        self.train.seed
    }

    fn control(&self) -> Option<Self> {
        self.routed.then(|| Self { routed: false, ..self.clone() })
    }

    fn control_of(&self) -> Option<Self> {
        let meant = Self { routed: true, random: false, ..self.clone() };
        (*self != meant).then_some(meant)
    }

    fn check(&self) -> Result<(), ConfigError> {
        require((0.0..1e3).contains(&self.l1), "l1", self.l1, "a number from 0 to below 1000")?;
        self.train.check()?;
        self.optimizer.check()
    }
}

impl Config {
    /// The block that each digit teaches; those of a control are dealt by the seed.
    fn blocks(&self) -> [usize; 10] {
        let mut digits: [u8; 10] = std::array::from_fn(|digit| digit as u8);
        if self.random {
            Stream::new(self.train.seed, "random blocks", 0).shuffle(&mut digits);
        }
        let block = |digit: u8| BLOCKS.iter().position(|own| own.contains(&digit));
        digits.map(|digit| block(digit).expect("every digit has one block"))
    }
}

// 3. All that a run is between two steps: networks, their parameters, and an optimizer.
/// An autoencoder, and for each block a certificate: a decoder that sees this block alone.
pub struct Starter {
    config: Config,
    encoder: Mlp,
    decoder: Mlp,
    certificates: Vec<Mlp>,
    learner: Learner,
    batches: Batches<f32>,
}

/// What a block is called where gradients arrive at it.
fn block(i: usize) -> String {
    format!("{} block", NAMES[i])
}

/// What each certificate draws. It learns from the encoding, which learns nothing from it.
fn certify(g: &Graph<'_, f32>, certificates: &[Mlp], z: Var) -> Vec<Var> {
    let block = |i: usize| g.detach(g.slice_columns(z, i * WIDTH..(i + 1) * WIDTH));
    certificates.iter().enumerate().map(|(i, mlp)| mlp.forward(g, block(i))).collect()
}

/// Test errors of each certificate and of the mean training image, digit by digit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Results {
    #[serde(with = "nonfinite::table")]
    pub errors: [[f64; 10]; N + 1],
}

/// For each two certificates: by which share the first errs less on its own digits, mean over them.
pub fn leads(Results { errors }: &Results) -> Vec<Measure> {
    let lead = |(own, other): (usize, usize)| {
        let on = |digit: &u8| errors[own][*digit as usize] / errors[other][*digit as usize];
        let lead = 1.0 - BLOCKS[own].iter().map(on).sum::<f64>() / BLOCKS[own].len() as f64;
        let about = format!("by which share it errs less on {:?}", BLOCKS[own]);
        Measure::new(format!("{}_ahead_of_{}", NAMES[own], NAMES[other]), about, lead)
    };
    let pairs = (0..N * N).map(|pair| (pair / N, pair % N)).filter(|(own, other)| own != other);
    pairs.map(lead).collect()
}

impl Experiment for Starter {
    const NAME: &'static str = "starter";
    const DESCRIPTION: &'static str = "an encoding in three blocks, each taught by its own digits";
    const PRESETS: &'static [Preset] = presets!["../presets": "routed", "unrouted", "random"];
    type Config = Config;
    type Data = images::Data;
    type Results = Results;

    fn load(config: &Config, given: Option<&Path>) -> Result<(images::Data, Inputs), LoadError> {
        Ok(Inputs::of(mnist::load(given, config.data.limit)?))
    }

    fn stages(config: &Config, data: &images::Data) -> Vec<Stage> {
        vec![config.train.stage(data.train.len())]
    }

    fn new(config: &Config, data: &images::Data) -> Self {
        let (mut params, pixels, code) = (Params::new(), data.train.pixels(), N * WIDTH);
        let mut mlp = |name: &str, from, to| {
            Mlp::new(&mut params, name, &[from, 256, to], true, config.train.seed)
        };
        let (encoder, decoder) = (mlp("encoder", pixels, code), mlp("decoder", code, pixels));
        let certificates = NAMES[..N].iter().map(|name| mlp(name, WIDTH, pixels)).collect();
        let learner = Learner::new(params, config.optimizer.options());
        let (config, batches) = (config.clone(), config.train.batches(&data.train));
        Self { config, encoder, decoder, certificates, learner, batches }
    }

    fn state(&mut self, state: &mut State<'_>) {
        self.learner.state("", state); // which batch it is follows from the step's number
    }

    // 4. A step: the loss on a graph, the backward pass, an update.
    fn step(&mut self, data: &images::Data, at: &Step<'_>) -> Result<(), StepError> {
        let Self { config, learner, .. } = self;
        let (Config { routed, l1, optimizer, .. }, blocks) = (&*config, config.blocks());
        let (pixels, labels) = self.batches.at(&data.train, at.position());
        at.samples(labels.len());
        let g = learner.tape.graph(&learner.params);
        let x = g.samples(pixels);
        let z = self.encoder.forward(&g, x);
        at.groups(labels.iter().map(|&digit| blocks[usize::from(digit)] as u8)); // for the audit
        at.regions(z, (0..N).map(|i| (block(i), i * WIDTH..(i + 1) * WIDTH)));
        let own = |digit: u8, dim: usize| blocks[usize::from(digit)] == dim / WIDTH;
        let mask = g.label_mask(labels, N * WIDTH, |digit, dim| !*routed || own(digit, dim));
        let drawn = self.decoder.forward(&g, g.route(z, mask)); // the one line that routes
        let l1 = at.term(&g, "l1", g.scale(g.l1_norm(z), *l1 / labels.len() as f64));
        let mut total = g.add(at.term(&g, "decoder", g.mean_squared_error(drawn, x)), l1);
        for (drawn, name) in certify(&g, &self.certificates, z).into_iter().zip(NAMES) {
            total = g.add(total, at.term(&g, name, g.mean_squared_error(drawn, x)));
        }
        at.backward(&g, total, &mut learner.gradients)?;
        Ok(learner.update(optimizer.rate(at.position(), at.steps(), at.epoch()))?)
    }

    // What the audit holds each step to: no group of digits may teach another one's block.
    fn groups(_: &Config) -> Groups {
        let pairs = (0..N * N).map(|pair| (pair / N, pair % N)).filter(|(own, other)| own != other);
        pairs.fold(Groups::of(NAMES[..N].iter().copied()), |groups, (own, other)| {
            groups.must_not_teach(NAMES[own], block(other))
        })
    }

    // 5. What came of it: numbers, then pictures.
    fn evaluate(&mut self, data: &images::Data) -> Results {
        let mut errors = [MeanByLabel::<10>::default(); N + 1];
        let mean = mean_image(&data.train);
        each_batch(&data.test, self.config.train.batch, |pixels, labels| {
            let g = self.learner.tape.graph(&self.learner.params);
            let x = g.samples(pixels);
            let mut drawn = certify(&g, &self.certificates, self.encoder.forward(&g, x));
            let shape = Shape::of_samples(&[labels.len(), mean.len()]);
            drawn.push(g.literal(shape, &mean.repeat(labels.len())));
            for (errors, drawn) in errors.iter_mut().zip(drawn) {
                errors.add(labels, &g.value(g.squared_error(drawn, x)));
            }
        });
        Results { errors: errors.map(|errors| errors.means()) }
    }

    fn measures(results: &Results, _: &[StageResults<Results>]) -> Vec<Measure> {
        leads(results)
    }

    fn page(&mut self, data: &images::Data, of: &Evaluation<Results>) -> Result<Page, FigureError> {
        let shown = Chosen::of(&data.test, &BLOCKS.concat(), 20);
        let g = self.learner.tape.graph(&self.learner.params);
        let z = self.encoder.forward(&g, g.samples(shown.batch()));
        let drawn = certify(&g, &self.certificates, z);
        let drawn: Vec<_> = drawn.into_iter().map(|drawn| g.value(drawn)).collect();
        let row = |(drawn, name)| ImageRow { name, pixels: drawn };
        let rows = drawn.iter().map(|drawn| &**drawn).zip(NAMES).map(row).collect();
        let (labels, originals) = (&shown.labels[..], Some(&shown.pixels[..]));
        let drawings = ImageRows {
            title: "What each certificate draws",
            subtitle: "Each sees its own block of the encoding, and nothing else",
            bands: &[ImageBand { name: "Test images", labels, originals, rows }],
            size: (data.test.rows(), data.test.columns()),
            scale: (0.0, 1.0),
        };
        let map = HeatMap {
            title: "Test error of each certificate, digit by digit",
            subtitle: "The fuller, the larger; below: the mean image, which knows nothing",
            rows: ("certificate", &NAMES.map(String::from)),
            columns: ("digit", &(0..10).map(|digit| digit.to_string()).collect::<Vec<_>>()),
            values: &of.results.errors.concat(),
            most: 0.1,
            text: |error| format!("{error:.3}"),
            blocks: &[],
        };
        let holds = leads(&of.results).iter().all(|lead| lead.value >= 0.1);
        let text = format!("Each certificate is 10 % ahead on its own digits: {holds}");
        let verdict = Some(Verdict { text, holds: Some(holds) });
        let reading = vec![("Blocks.".into(), include_str!("reading.txt").into())];
        let errors = Figure::new("errors", "Test error of each certificate", map.draw()?);
        let drawings = Figure::new("drawings", "What each certificate draws", drawings.draw()?);
        Ok(Page { verdict, reading, figures: vec![errors, drawings], ..Page::default() })
    }
}
