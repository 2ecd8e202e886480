//! How the learning rate changes during a run.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A factor on the learning rate, as a function of the run's progress.
///
/// In TOML it is a string: `"constant"`, `"linear"` or `"exponential:0.95"`.
/// Only additions, products and divisions go into it, so that it has the same
/// bits on every platform.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Schedule {
    /// Always 1.
    Constant,
    /// From 1 at the first step straight down to 1/steps at the last.
    Linear,
    /// This factor to the power of the epoch, the first epoch being 0.
    Exponential(f64),
}

impl Schedule {
    /// The factor at `step` (the first is 0) of `steps` in `epoch` (likewise).
    pub fn factor(self, step: u64, steps: u64, epoch: u64) -> f64 {
        match self {
            Schedule::Constant => 1.0,
            Schedule::Linear => steps.saturating_sub(step) as f64 / steps as f64,
            // A running product, as `powi` is not the same everywhere.
            Schedule::Exponential(factor) => (0..epoch).fold(1.0, |product, _| product * factor),
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Schedule::Constant => f.write_str("constant"),
            Schedule::Linear => f.write_str("linear"),
            Schedule::Exponential(factor) => write!(f, "exponential:{factor}"),
        }
    }
}

impl FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "constant" => return Ok(Schedule::Constant),
            None if text == "linear" => return Ok(Schedule::Linear),
            Some(("exponential", factor)) => {
                if let Ok(factor) = factor.parse::<f64>()
                    && factor > 0.0
                    && factor <= 1.0
                {
                    return Ok(Schedule::Exponential(factor));
                }
            }
            _ => {}
        }
        Err(format!(
            "unknown schedule \"{text}\"; give \"constant\", \"linear\" or \"exponential:F\" with \
             a factor F above 0 and up to 1 for each epoch, such as \"exponential:0.95\""
        ))
    }
}

impl TryFrom<String> for Schedule {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Schedule> for String {
    fn from(schedule: Schedule) -> String {
        schedule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_schedule_are_two_forms_of_one_thing() {
        for text in ["constant", "linear", "exponential:0.95"] {
            assert_eq!(text.parse::<Schedule>().unwrap().to_string(), text);
        }
        for bad in ["cosine", "exponential", "exponential:0", "exponential:NaN", "linear:2", ""] {
            let message = bad.parse::<Schedule>().unwrap_err();
            assert!(message.contains("exponential:F"), "{message}");
        }
    }

    #[test]
    fn factors_start_at_one_and_follow_their_formula() {
        assert_eq!(Schedule::Constant.factor(7, 10, 3), 1.0);
        assert_eq!(Schedule::Linear.factor(0, 4, 0), 1.0);
        assert_eq!(Schedule::Linear.factor(3, 4, 0), 0.25);
        assert_eq!(Schedule::Exponential(0.5).factor(9, 10, 0), 1.0);
        assert_eq!(Schedule::Exponential(0.5).factor(9, 10, 3), 0.125);
    }
}
