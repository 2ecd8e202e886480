//! The values along the horizontal axis of a chart.

use crate::figures::curve::{LEFT, RIGHT};

/// Room from the frame to the first and last place.
const ROOM: f32 = 26.0;

/// From which ratio of the last number to the first the axis is logarithmic.
const FAR: f64 = 8.0;

/// The values along the horizontal axis.
#[derive(Clone, Debug, PartialEq)]
pub enum Places {
    /// Numbers, ascending, drawn to scale: a logarithmic one where all are above 0 and the last is
    /// 8 times the first or more.
    Numbers(Vec<f64>),
    /// Anything else, by name, at equal distances.
    Names(Vec<String>),
}

impl Places {
    pub(super) fn len(&self) -> usize {
        match self {
            Places::Numbers(numbers) => numbers.len(),
            Places::Names(names) => names.len(),
        }
    }

    /// Their names, from left to right.
    pub fn names(&self) -> Vec<String> {
        match self {
            Places::Numbers(numbers) => numbers.iter().map(f64::to_string).collect(),
            Places::Names(names) => names.clone(),
        }
    }

    pub(super) fn is_logarithmic(&self) -> bool {
        match self {
            Places::Numbers(numbers) => {
                let ends = numbers.first().zip(numbers.last());
                ends.is_some_and(|(first, last)| *first > 0.0 && last / first >= FAR)
            }
            Places::Names(_) => false,
        }
    }

    /// Where they are on the page.
    pub(super) fn xs(&self) -> Vec<f32> {
        let logarithmic = self.is_logarithmic();
        let along: Vec<f64> = match self {
            Places::Numbers(numbers) => {
                numbers.iter().map(|n| if logarithmic { n.log10() } else { *n }).collect()
            }
            Places::Names(names) => (0..names.len()).map(|i| i as f64).collect(),
        };
        let (first, last) = (along[0], along[along.len() - 1]);
        let (left, right) = (LEFT + ROOM, RIGHT - ROOM);
        let share = |at: f64| if last > first { (at - first) / (last - first) } else { 0.5 };
        along.iter().map(|at| left + share(*at) as f32 * (right - left)).collect()
    }
}
