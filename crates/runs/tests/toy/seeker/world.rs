//! What the walkers walk on.

use std::collections::{BTreeMap, VecDeque};

use gradroute_runs::StepStream;
use serde::{Deserialize, Serialize};

use super::numbers::{CELLS, Numbers};

/// How many walkers there are: the samples of a step.
pub const WALKERS: usize = 4;

/// What a walker sees: which cell it is in, and what it found last.
pub const SEEN: usize = CELLS + 1;

/// Left, stay, right.
pub const ACTIONS: usize = 3;

/// How many rewards are remembered.
const MEMORY: usize = 10;

/// A ring of cells and the walkers on it, from step to step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    places: [usize; WALKERS],
    visits: BTreeMap<usize, u64>,
    score: f64,
    best: Option<f32>,
    found: VecDeque<f32>,
}

impl World {
    pub fn new() -> Self {
        Self {
            places: std::array::from_fn(|walker| walker * CELLS / WALKERS),
            visits: BTreeMap::new(),
            score: 0.0,
            best: None,
            found: VecDeque::new(),
        }
    }

    pub fn places(&self) -> [usize; WALKERS] {
        self.places
    }

    pub fn visits(&self, cell: usize) -> u64 {
        self.visits.get(&cell).copied().unwrap_or(0)
    }

    /// How many cells were ever visited.
    pub fn visited(&self) -> usize {
        self.visits.len()
    }

    pub fn score(&self) -> f64 {
        self.score
    }

    /// What each walker sees, a row each.
    pub fn seen(&self) -> Vec<f32> {
        self.seen_from(&self.places)
    }

    /// What walkers in these cells would see.
    pub fn seen_from(&self, places: &[usize]) -> Vec<f32> {
        let last = self.found.back().copied().unwrap_or(0.0);
        let mut rows = vec![0.0; places.len() * SEEN];
        for (row, place) in rows.chunks_exact_mut(SEEN).zip(places) {
            (row[*place], row[CELLS]) = (1.0, last);
        }
        rows
    }

    /// Lets each walker go; returns what it found. A number fades with each visit.
    pub fn walk(
        &mut self,
        actions: &[usize; WALKERS],
        numbers: &Numbers,
        slip: f64,
        stream: &mut StepStream<'_>,
    ) -> [f32; WALKERS] {
        let mut rewards = [0.0; WALKERS];
        for (walker, &wanted) in actions.iter().enumerate() {
            let slips = stream.uniform() < slip;
            let action = if slips { stream.below(ACTIONS as u64) as usize } else { wanted };
            let place = beside(self.places[walker], action);
            let visits = self.visits.entry(place).or_insert(0);
            *visits += 1;
            let reward = numbers[place] / (1.0 + 0.001 * *visits as f32);
            self.places[walker] = place;
            self.score = 0.99 * self.score + f64::from(reward);
            self.best = Some(self.best.map_or(reward, |best| best.max(reward)));
            self.found.push_back(reward);
            if self.found.len() > MEMORY {
                self.found.pop_front();
            }
            rewards[walker] = reward;
        }
        rewards
    }

    /// The mean of what was found lately.
    pub fn lately(&self) -> f64 {
        self.found.iter().map(|&found| f64::from(found)).sum::<f64>() / self.found.len() as f64
    }
}

/// Where an action leads.
pub fn beside(place: usize, action: usize) -> usize {
    (place + CELLS + action - 1) % CELLS
}
