//! The walkers as an experiment.

use std::path::Path;

use gradroute_runs::config::Preset;
use gradroute_runs::evaluation::StageResults;
use gradroute_runs::figures::FigureError;
use gradroute_runs::{
    Evaluation, Experiment, ExtraCommand, Inputs, LoadError, Measure, Page, Probe, Stage, State,
    Step, StepError, StepStream,
};
use gradroute_tape::Shape;
use serde::{Deserialize, Serialize};

use super::config::Config;
use super::judged::{self, Results, judge};
use super::network::{Network, forward, largest};
use super::numbers::{self, CELLS, Numbers};
use super::page::{page, visits};
use super::world::{ACTIONS, WALKERS, World};

/// Walkers that learn where the large numbers are.
pub struct Seeker {
    config: Config,
    actor: Network,
    critic: Network,
    world: World,
    /// The running mean of what was found in each cell.
    means: [f32; CELLS],
    /// How often a walker tries anything.
    curiosity: f64,
    late: Tally,
}

/// Rewards of the second stage.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tally {
    moves: u64,
    sum: f64,
}

impl Experiment for Seeker {
    const NAME: &'static str = "seeker";
    const DESCRIPTION: &'static str = "Walkers that learn where the large numbers are";
    const PRESETS: &'static [Preset] = gradroute_runs::presets!["presets": "relearn", "learn"];

    const COMMANDS: &'static [ExtraCommand] =
        &[ExtraCommand { command: numbers::command, run: numbers::print }];

    type Config = Config;
    type Data = Numbers;
    type Results = Results;

    fn load(_: &Config, given: Option<&Path>) -> Result<(Numbers, Inputs), LoadError> {
        numbers::load(given)
    }

    fn stages(config: &Config, _: &Numbers) -> Vec<Stage> {
        config.train.stages()
    }

    fn new(config: &Config, _: &Numbers) -> Self {
        let (options, seed) = (config.optimizer.options(), config.train.seed);
        Self {
            actor: Network::new("policy", ACTIONS, options, seed),
            critic: Network::new("critic", 1, options, seed),
            world: World::new(),
            means: [0.0; CELLS],
            curiosity: 1.0,
            late: Tally::default(),
            config: config.clone(),
        }
    }

    fn state(&mut self, state: &mut State<'_>) {
        self.actor.state("", state);
        self.critic.state("value", state);
        state.value("world", &mut self.world);
        state.tensor("means", &mut self.means);
        state.value("curiosity", &mut self.curiosity);
        state.value("late", &mut self.late);
    }

    fn step(&mut self, numbers: &Numbers, at: &Step<'_>) -> Result<(), StepError> {
        if at.begins("relearn") {
            self.actor.begin_again(self.config.relearn.options());
        }
        at.samples(WALKERS);
        // On a copy, as a step that fails must leave the world as it was.
        let mut world = self.world.clone();
        let seen = world.seen();
        let Self { actor, critic, means, .. } = self;

        let g = actor.learner.tape.graph(&actor.learner.params);
        let logits = forward(&actor.layers, &g, &seen);
        let actions = choose(&g.value(logits), self.curiosity, &mut at.stream("actions"));
        let slip = self.config.world.slip;
        let rewards = world.walk(&actions, numbers, slip, &mut at.stream("slips"));

        let h = critic.learner.tape.graph(&critic.learner.params);
        let values = forward(&critic.layers, &h, &seen);
        let rewarded = h.literal(Shape::of_samples(&[WALKERS, 1]), &rewards);
        let error = at.term(&h, "critic", h.mean_squared_error(values, rewarded));
        at.backward(&h, error, &mut critic.learner.gradients)?;

        let advantage = |walker: usize| {
            let mean = means[world.places()[walker]];
            rewards[walker] - 0.5 * (h.value(values)[walker] + mean)
        };
        let advantages: [f32; WALKERS] = std::array::from_fn(advantage);
        let each = Shape::of_samples(&[WALKERS]);
        let taken = g.literal(each, &actions.map(|action| action as f32));
        let chances = g.softmax_cross_entropy(logits, taken);
        let aimed = at.term(&g, "policy", g.weighted_sum(chances, g.literal(each, &advantages)));
        let sure = at.term(&g, "sureness", g.scale(g.mean(g.mul(logits, logits)), 0.01));
        at.backward(&g, g.add(aimed, sure), &mut actor.learner.gradients)?;

        actor.update()?;
        critic.update()?;
        for (place, reward) in world.places().into_iter().zip(rewards) {
            means[place] = 0.9 * means[place] + 0.1 * reward;
        }
        self.curiosity = (0.99 * self.curiosity).max(0.05);
        if at.stage() == "relearn" {
            self.late.moves += WALKERS as u64;
            self.late.sum += rewards.iter().map(|&reward| f64::from(reward)).sum::<f64>();
        }
        at.note("found", world.lately());
        self.world = world;
        Ok(())
    }

    fn evaluate(&mut self, numbers: &Numbers) -> Results {
        let Self { actor, critic, world, late, .. } = self;
        judge((actor, critic), world, numbers, late.sum / late.moves as f64)
    }

    fn measures(results: &Results, earlier: &[StageResults<Results>]) -> Vec<Measure> {
        judged::measures(results, earlier)
    }

    fn probe(&mut self, numbers: &Numbers) -> Result<Probe, FigureError> {
        let results = self.evaluate(numbers);
        Ok(Probe { measures: judged::measures(&results, &[]), figures: vec![visits(&self.world)] })
    }

    fn page(
        &mut self,
        numbers: &Numbers,
        evaluation: &Evaluation<Results>,
    ) -> Result<Page, FigureError> {
        page(&self.world, numbers, &evaluation.results)
    }
}

/// What each walker does: now and then anything, else what the policy likes best.
fn choose(logits: &[f32], curiosity: f64, stream: &mut StepStream<'_>) -> [usize; WALKERS] {
    std::array::from_fn(|walker| {
        if stream.uniform() < curiosity {
            return stream.below(ACTIONS as u64) as usize;
        }
        largest(&logits[walker * ACTIONS..][..ACTIONS])
    })
}
