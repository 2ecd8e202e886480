//! How the learning rate changes during a run.

use std::fmt;
use std::str::FromStr;

use gradroute_tape::optim::{cosine, warm_up};
use serde::{Deserialize, Serialize};

use super::numbers::fits_32_bits;

/// A factor on the learning rate, as a function of the run's progress.
///
/// In TOML it is a string: `"constant"`, `"linear"`, `"cooldown:0.2"`, `"warm-up:0.05"`, `"cosine"`,
/// `"cosine:0.05"` or `"exponential:0.95"`.
/// Only additions, products and divisions go into it, so that it has the same
/// bits on every platform.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Schedule {
    /// Always 1.
    Constant,
    /// From 1 at the first step straight down to 1/steps at the last.
    Linear,
    /// 1 but for this share of the steps, the last ones, in which it goes straight down as
    /// [`Schedule::Linear`] does: training goes on at full speed, and its noise is gone at the end.
    Cooldown(f64),
    /// Straight up to 1 over this share of the steps, the first ones, and 1 from there on.
    WarmUp(f64),
    /// The same warm-up, or none with 0, and then half a cosine down to 0 at the end.
    Cosine(f64),
    /// This factor to the power of the epoch, the first epoch being 0.
    Exponential(f64),
}

impl Schedule {
    /// Whether the factor depends on how many steps there will be.
    pub fn leads_to_an_end(self) -> bool {
        !matches!(self, Schedule::Constant | Schedule::Exponential(_))
    }

    /// The factor at `step` (the first is 0) of `steps` in `epoch` (likewise).
    pub fn factor(self, step: u64, steps: u64, epoch: u64) -> f64 {
        match self {
            Schedule::Constant => 1.0,
            Schedule::Linear => Schedule::Cooldown(1.0).factor(step, steps, epoch),
            Schedule::Cooldown(share) => {
                (steps.saturating_sub(step) as f64 / (share * steps as f64)).min(1.0)
            }
            Schedule::WarmUp(share) => warm_up(step, steps_of(share, steps)),
            Schedule::Cosine(share) => {
                let up = steps_of(share, steps);
                warm_up(step, up) * cosine(step.saturating_sub(up), steps.saturating_sub(up), 0.0)
            }
            // A running product, as `powi` is not the same everywhere.
            Schedule::Exponential(factor) => (0..epoch).fold(1.0, |product, _| product * factor),
        }
    }
}

/// So many of the steps, at least one.
fn steps_of(share: f64, steps: u64) -> u64 {
    (share * steps as f64).ceil() as u64
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Schedule::Constant => f.write_str("constant"),
            Schedule::Linear => f.write_str("linear"),
            Schedule::Cooldown(share) => write!(f, "cooldown:{share}"),
            Schedule::WarmUp(share) => write!(f, "warm-up:{share}"),
            Schedule::Cosine(0.0) => f.write_str("cosine"),
            Schedule::Cosine(share) => write!(f, "cosine:{share}"),
            Schedule::Exponential(factor) => write!(f, "exponential:{factor}"),
        }
    }
}

impl FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let share_of = |number: &str| {
            let share = |&number: &f64| number > 0.0 && number <= 1.0 && fits_32_bits(number);
            number.parse().ok().filter(share)
        };
        let schedule = match text.split_once(':') {
            None if text == "constant" => Some(Schedule::Constant),
            None if text == "linear" => Some(Schedule::Linear),
            Some(("cooldown", share)) => share_of(share).map(Schedule::Cooldown),
            None if text == "cosine" => Some(Schedule::Cosine(0.0)),
            Some(("warm-up", share)) => share_of(share).map(Schedule::WarmUp),
            Some(("cosine", share)) => share_of(share).map(Schedule::Cosine),
            Some(("exponential", factor)) => share_of(factor).map(Schedule::Exponential),
            _ => None,
        };
        schedule.ok_or_else(|| {
            format!(
                "unknown schedule \"{text}\"; give \"constant\", \"linear\", \"cooldown:S\" with \
                 the share S of the steps, above 0 and up to 1, in which the rate goes down, \
                 \"warm-up:S\" with the share in which it goes up, \"cosine\" or \"cosine:S\" with \
                 such a warm-up, or \"exponential:F\" with a factor F above 0 and up to 1 for each epoch"
            )
        })
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
        for text in [
            "constant",
            "linear",
            "cooldown:0.2",
            "warm-up:0.05",
            "cosine",
            "cosine:0.05",
            "exponential:0.95",
        ] {
            assert_eq!(text.parse::<Schedule>().unwrap().to_string(), text);
        }
        for bad in [
            "cosine:0",
            "warm-up",
            "exponential",
            "exponential:0",
            "exponential:NaN",
            "cooldown:1.5",
            "linear:2",
            "",
        ] {
            let message = bad.parse::<Schedule>().unwrap_err();
            assert!(message.contains("exponential:F"), "{message}");
        }
    }

    #[test]
    fn factors_start_at_one_and_follow_their_formula() {
        assert_eq!(Schedule::Constant.factor(7, 10, 3), 1.0);
        assert_eq!(Schedule::Linear.factor(0, 4, 0), 1.0);
        assert_eq!(Schedule::Linear.factor(3, 4, 0), 0.25);
        let cooldown = Schedule::Cooldown(0.5);
        assert_eq!([0, 4, 5, 7].map(|step| cooldown.factor(step, 8, 0)), [1.0, 1.0, 0.75, 0.25]);
        let warm_up = Schedule::WarmUp(0.4);
        assert_eq!(
            [0, 1, 3, 4, 9].map(|step| warm_up.factor(step, 10, 0)),
            [0.25, 0.5, 1.0, 1.0, 1.0]
        );
        let cosine = Schedule::Cosine(0.0);
        assert_eq!([0, 4, 8].map(|step| cosine.factor(step, 8, 0)), [1.0, 0.5, 0.0]);
        let both = Schedule::Cosine(0.2);
        assert_eq!([0, 1, 2, 6].map(|step| both.factor(step, 10, 0)), [0.5, 1.0, 1.0, 0.5]);
        assert_eq!(Schedule::Exponential(0.5).factor(9, 10, 0), 1.0);
        assert_eq!(Schedule::Exponential(0.5).factor(9, 10, 3), 0.125);
    }
}
