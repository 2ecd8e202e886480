//! A small routed autoencoder, right or with a mistake.

use std::path::Path;

use gradroute_runs::audit::{Audit, AuditError, Groups};
use gradroute_runs::config::{ConfigError, Preset, Settings};
use gradroute_runs::evaluation::StageResults;
use gradroute_runs::{
    Driver, Experiment, Inputs, Learner, LoadError, Measure, Stage, State, Step, StepError,
};
use gradroute_tape::layers::Linear;
use gradroute_tape::optim::{AdamOptions, Decay};
use gradroute_tape::{Graph, Params, Real, Shape, Var};
use serde::{Deserialize, Serialize};

/// What is wrong with the network.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Mistake {
    None,
    ShiftedMask,
    OtherSamples,
    Around,
    AroundBehindOneOp,
    SharedBias,
    Penalty,
    PenaltyOnParameters,
    Standardized,
    NotHeld,
    Unsorted,
    WrongGroup,
    OtherCount,
    NoBackward,
    NotATerm,
    /// No mistake: a term in two parts, and a copy of the parameters, shown before them.
    TwoOfOneName,
    Target,
    RegionOnInput,
    RegionTooWide,
    RegionMadeOfParameters,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    pub mistake: Mistake,
    pub decay: f64,
    pub decoupled: bool,
    /// Batches without samples of the group `odd`, from the second one on.
    pub even_alone: bool,
    pub seed: u64,
}

impl Config {
    pub fn with(mistake: Mistake) -> Self {
        Self { mistake, decay: 0.0, decoupled: false, even_alone: false, seed: 0 }
    }
}

impl Settings for Config {
    fn seed(&self) -> u64 {
        self.seed
    }

    fn check(&self) -> Result<(), ConfigError> {
        Ok(())
    }
}

pub const SAMPLES: usize = 6;
const INPUTS: usize = 3;

/// Inputs `[n, 3]` to a trunk, two heads of two dims each, and a decoder of both.
pub struct Net<T: Real> {
    config: Config,
    learner: Learner<T>,
    /// A copy of the parameters that is never trained.
    target: Option<Params<T>>,
    trunk: Linear,
    bottom: Linear,
    top: Linear,
    decoder: Linear,
}

/// Samples of even number teach the bottom head, the others the top head.
pub fn groups(config: &Config) -> Groups {
    let groups = Groups::of(["even", "odd"])
        .must_not_teach("even", "top half")
        .must_not_teach("odd", "bottom half")
        .must_not_teach("even", "top_head")
        .must_not_teach("odd", "bottom_head.bias");
    match config.even_alone {
        true => groups.rows("one row", "top_head.weight", 1..2).hold("even", "one row"),
        false => groups,
    }
}

impl<T: Real> Net<T> {
    fn z(&self, g: &Graph<'_, T>, x: Var) -> Var {
        let h = g.relu(self.trunk.forward(g, x));
        let top = self.top.forward(g, h);
        let bottom = match self.config.mistake {
            Mistake::SharedBias => {
                let of = |name| g.param(self.learner.params.id(name).unwrap());
                g.linear(h, of("bottom_head.weight"), Some(of("top_head.bias")))
            }
            _ => self.bottom.forward(g, h),
        };
        g.concat_columns(&[bottom, top])
    }
}

impl<T: Real> Experiment<T> for Net<T> {
    const NAME: &'static str = "net";
    const DESCRIPTION: &'static str = "two heads";
    const PRESETS: &'static [Preset] = &[];

    type Config = Config;
    type Data = ();
    type Results = ();

    fn load(_: &Config, _: Option<&Path>) -> Result<((), Inputs), LoadError> {
        Ok(((), Inputs::none()))
    }

    fn stages(_: &Config, (): &()) -> Vec<Stage> {
        vec![Stage::new("train", 8)]
    }

    fn new(config: &Config, (): &()) -> Self {
        let (mut params, seed) = (Params::new(), config.seed);
        let mut linear = |name, from, to| Linear::new(&mut params, name, from, to, true, seed);
        let (trunk, bottom) = (linear("trunk", INPUTS, 5), linear("bottom_head", 5, 2));
        let (top, decoder) = (linear("top_head", 5, 2), linear("decoder", 4, INPUTS));
        if config.mistake == Mistake::SharedBias {
            params.freeze(params.id("bottom_head.bias").unwrap());
        }
        let decay = if config.decoupled { Decay::Decoupled } else { Decay::Coupled };
        let options = AdamOptions { weight_decay: config.decay, decay, ..AdamOptions::default() };
        let learner = Learner::new(params, options);
        let target = (config.mistake == Mistake::Target).then(|| learner.params.clone());
        Self { config: config.clone(), learner, target, trunk, bottom, top, decoder }
    }

    fn state(&mut self, state: &mut State<'_, T>) {
        if let Some(target) = &mut self.target {
            state.params("target", target);
        }
        self.learner.state("", state);
    }

    fn step(&mut self, (): &(), at: &Step<'_, T>) -> Result<(), StepError> {
        let mistake = self.config.mistake;
        let alone = self.config.even_alone && at.number() > 0;
        let of = |sample: usize| if alone { 0 } else { sample % 2 };
        let mut tape = std::mem::take(&mut self.learner.tape);
        let mut gradients = self.learner.gradients.clone();
        let g = tape.graph(&self.learner.params);
        let mut stream = at.stream("inputs");
        let x: Vec<T> = (0..SAMPLES * INPUTS).map(|_| T::from_f64(stream.normal())).collect();
        let x = g.literal(Shape::of_samples(&[SAMPLES, INPUTS]), &x);
        let z = self.z(&g, x);
        let mask: Vec<T> = (0..SAMPLES * 4)
            .map(|i| {
                let (sample, dim) = (i / 4, i % 4);
                let of_mask = if mistake == Mistake::OtherSamples { sample + 1 } else { sample };
                let dim = if mistake == Mistake::ShiftedMask { (dim + 1) % 4 } else { dim };
                if dim / 2 == of(of_mask) { T::ONE } else { T::ZERO }
            })
            .collect();
        let mask = g.literal(Shape::of_samples(&[SAMPLES, 4]), &mask);
        let mut source = z;
        if mistake == Mistake::AroundBehindOneOp {
            source = g.scale(z, 1.0);
        }
        let routed = g.route(source, mask);
        let mut drawn = self.decoder.forward(&g, routed);
        if matches!(mistake, Mistake::Around | Mistake::AroundBehindOneOp) {
            drawn = g.add(drawn, g.slice_columns(source, 0..INPUTS));
        }
        let mut total = at.term(&g, "error", g.mean_squared_error(drawn, x));
        match mistake {
            Mistake::Penalty => {
                let penalty = g.scale(g.l1_norm(z), 0.1);
                total = g.add(total, at.term(&g, "penalty", penalty));
            }
            Mistake::PenaltyOnParameters => {
                let w = g.param(self.learner.params.id("top_head.weight").unwrap());
                total = g.add(total, at.term(&g, "penalty", g.scale(g.l1_norm(w), 0.1)));
            }
            Mistake::Standardized => {
                let y = g.standardize(z);
                let weights = g.literal(Shape::new(&[4]), &[1.0, 0.5, 0.2, 0.1].map(T::from_f64));
                let sum = g.sum(g.mul(g.mul(g.mul(y, y), y), weights));
                total = g.add(total, at.term(&g, "spread", sum));
            }
            Mistake::TwoOfOneName => {
                let again = g.mean_squared_error(drawn, x);
                total = g.add(total, at.term(&g, "error", again));
            }
            Mistake::RegionMadeOfParameters => {
                let w = g.scale(g.param(self.learner.params.id("trunk.weight").unwrap()), 2.0);
                at.regions(w, [("first inputs".into(), 0..2)]);
                let again =
                    g.mean_squared_error(g.linear(x, w, None), g.detach(self.trunk.forward(&g, x)));
                let penalty = g.scale(g.l1_norm(w), 0.1);
                total = g.add(total, at.term(&g, "again", g.add(again, penalty)));
            }
            Mistake::NotATerm => total = g.add(total, g.l1_norm(z)),
            _ => {}
        }
        match mistake {
            Mistake::Unsorted => {}
            Mistake::OtherCount => at.groups([0, 1, 0, 1, 0]),
            Mistake::WrongGroup => at.groups([0, 1, 2, 0, 1, 2]),
            _ => at.groups((0..SAMPLES).map(|sample| of(sample) as u8)),
        }
        at.regions(z, [("bottom half".into(), 0..2), ("top half".into(), 2..4)]);
        if mistake == Mistake::RegionOnInput {
            at.regions(x, [("inputs".into(), 0..1)]);
        }
        if mistake == Mistake::RegionTooWide {
            at.regions(z, [("beyond".into(), 3..5)]);
        }
        if mistake == Mistake::NoBackward {
            g.backward(total, &mut gradients);
        } else {
            at.backward(&g, total, &mut gradients)?;
        }
        if alone && mistake != Mistake::NotHeld {
            for name in ["top_head.weight", "top_head.bias"] {
                gradients.hold(self.learner.params.id(name).unwrap());
            }
        }
        let Learner { params, adam, .. } = &mut self.learner;
        adam.step(params, &gradients)?;
        self.learner.tape = tape;
        Ok(())
    }

    fn evaluate(&mut self, (): &()) {}

    fn measures((): &(), _: &[StageResults<()>]) -> Vec<Measure> {
        Vec::new()
    }

    fn groups(config: &Config) -> Groups {
        groups(config)
    }
}

/// The audit of some steps after `made` ones.
pub fn audit(config: &Config, made: u64, steps: u64) -> Result<Audit, AuditError> {
    held_to(config, &groups(config), made, steps)
}

/// The same, held to other groups.
pub fn held_to(
    config: &Config,
    groups: &Groups,
    made: u64,
    steps: u64,
) -> Result<Audit, AuditError> {
    let mut driver = Driver::<Net<f64>, f64>::new(config, &()).unwrap();
    while driver.made() < made {
        driver.step().unwrap();
    }
    driver.audit(groups, steps)
}
