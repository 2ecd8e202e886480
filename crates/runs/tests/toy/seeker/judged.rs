//! How a run is judged.

use gradroute_runs::Measure;
use gradroute_runs::evaluation::StageResults;
use gradroute_runs::nonfinite;
use serde::{Deserialize, Serialize};

use super::network::{Network, largest};
use super::numbers::{CELLS, Numbers};
use super::world::{ACTIONS, World, beside};

/// What an evaluation finds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Results {
    /// The mean number that the policy goes to, from each cell once.
    pub found: f64,
    /// What going anywhere gives.
    pub anywhere: f64,
    /// The critic's mean absolute error.
    pub error: f64,
    /// The mean reward in the second stage; NaN before it.
    #[serde(with = "nonfinite")]
    pub late: f64,
    pub visited: usize,
    /// The critic's value of each cell.
    pub values: Vec<f64>,
}

/// Looks at both networks from every cell, and moves nobody.
pub fn judge(
    (actor, critic): (&mut Network, &mut Network),
    world: &World,
    numbers: &Numbers,
    late: f64,
) -> Results {
    let cells: [usize; CELLS] = std::array::from_fn(|cell| cell);
    let seen = world.seen_from(&cells);
    let mean =
        |numbers: &mut dyn Iterator<Item = f32>| numbers.map(f64::from).sum::<f64>() / CELLS as f64;
    let logits = actor.outputs(&seen);
    let values = critic.outputs(&seen);
    let chosen = logits.chunks_exact(ACTIONS).map(largest);
    Results {
        found: mean(&mut cells.iter().zip(chosen).map(|(&cell, a)| numbers[beside(cell, a)])),
        anywhere: mean(&mut numbers.iter().copied()),
        error: mean(&mut values.iter().zip(numbers).map(|(value, number)| (value - number).abs())),
        late,
        visited: world.visited(),
        values: values.into_iter().map(f64::from).collect(),
    }
}

/// The numbers by which runs are compared.
pub fn measures(results: &Results, earlier: &[StageResults<Results>]) -> Vec<Measure> {
    let learned = earlier.first().map_or(f64::NAN, |stage| stage.results.found);
    vec![
        Measure::new("found", "mean number gone to", results.found).with_floor(results.anywhere),
        Measure::new("error", "the critic's mean absolute error", results.error),
        Measure::new("late", "mean reward while relearning", results.late),
        Measure::new("gained", "found since the stage learn", results.found - learned),
    ]
}
