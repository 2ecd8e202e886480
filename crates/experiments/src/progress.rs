//! How far a run is: a bar on a terminal, else plain lines, on standard error.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::run::StepLosses;

/// The longest silence between two plain lines.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows the progress of a training run.
#[derive(Debug)]
pub struct Progress {
    display: Display,
    plan: Plan,
    rate: Rate,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Steps in all.
    pub steps: u64,
    /// Steps in each epoch.
    pub steps_per_epoch: u64,
}

#[derive(Debug)]
enum Display {
    Bar(ProgressBar),
    Lines { last: Option<Instant> },
    Nothing,
}

impl Progress {
    /// A bar if standard error is a terminal, else plain lines.
    pub fn new(plan: Plan) -> Self {
        let display = if std::io::stderr().is_terminal() {
            let target = ProgressDrawTarget::stderr_with_hz(8);
            let bar = ProgressBar::with_draw_target(Some(plan.steps), target);
            // The terms go on a line of their own, cut where a narrow terminal ends.
            let template = "{bar:30} step {pos}/{len}  {prefix}\n{wide_msg}";
            bar.set_style(ProgressStyle::with_template(template).expect("the template is valid"));
            Display::Bar(bar)
        } else {
            Display::Lines { last: None }
        };
        Self { display, plan, rate: Rate::default() }
    }

    /// Shows nothing, for tests and libraries.
    pub fn hidden(plan: Plan) -> Self {
        Self { display: Display::Nothing, plan, rate: Rate::default() }
    }

    /// Tells of a finished step: its losses, its samples, and how long it took.
    pub fn step(&mut self, losses: &StepLosses, samples: usize, took: Duration) {
        self.rate.add(samples, took);
        let done = losses.step + 1;
        match &mut self.display {
            Display::Bar(bar) => {
                bar.set_prefix(self.rate.speed(self.plan, losses));
                bar.set_message(terms(self.plan, losses));
                bar.set_position(done);
            }
            Display::Lines { last } => {
                let due = last.is_none_or(|last| last.elapsed() >= LINE_EVERY);
                if due || done == self.plan.steps {
                    *last = Some(Instant::now());
                    let (of, terms) = (self.plan.steps, terms(self.plan, losses));
                    eprintln!("step {done}/{of}  {terms}  {}", self.rate.speed(self.plan, losses));
                }
            }
            Display::Nothing => {}
        }
    }

    /// Prints a line without disturbing the bar.
    pub fn note(&self, text: &str) {
        match &self.display {
            Display::Bar(bar) => bar.suspend(|| eprintln!("{text}")),
            Display::Lines { .. } => eprintln!("{text}"),
            Display::Nothing => {}
        }
    }

    /// Leaves the last state on the screen.
    pub fn finish(&self) {
        if let Display::Bar(bar) = &self.display {
            bar.abandon();
        }
    }
}

/// Speed as a running mean, recent steps counting most, so that it follows a
/// machine that is slowed down or freed.
#[derive(Debug, Default)]
struct Rate {
    seconds_per_step: Option<f64>,
    samples_per_second: f64,
}

impl Rate {
    const KEEP: f64 = 0.95;

    fn add(&mut self, samples: usize, took: Duration) {
        let took = took.as_secs_f64().max(1e-9);
        let speed = samples as f64 / took;
        let (seconds, speed) = match self.seconds_per_step {
            None => (took, speed),
            Some(seconds) => (
                Self::KEEP * seconds + (1.0 - Self::KEEP) * took,
                Self::KEEP * self.samples_per_second + (1.0 - Self::KEEP) * speed,
            ),
        };
        (self.seconds_per_step, self.samples_per_second) = (Some(seconds), speed);
    }

    fn speed(&self, plan: Plan, losses: &StepLosses) -> String {
        let left = plan.steps.saturating_sub(losses.step + 1) as f64;
        let left = duration_text(self.seconds_per_step.map_or(0.0, |seconds| seconds * left));
        format!("{:.0} samples/s  {left} left", self.samples_per_second)
    }
}

fn terms(plan: Plan, losses: &StepLosses) -> String {
    let StepLosses { step, total, decoder, top, bottom, l1, correlation, .. } = *losses;
    let epoch = step / plan.steps_per_epoch.max(1) + 1;
    let correlation = correlation.map_or(String::new(), |term| format!("  corr {term:.4}"));
    format!(
        "epoch {epoch}  total {total:.4}  decoder {decoder:.4}  top {top:.4}  bottom \
         {bottom:.4}  l1 {l1:.4}{correlation}"
    )
}

/// Seconds as people say them: "45 s", "3 min 05 s", "2 h 10 min".
pub fn duration_text(seconds: f64) -> String {
    let whole = seconds.round().max(0.0) as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s:02} s"),
        (h, m, _) => format!("{h} h {m:02} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        for (seconds, text) in [
            (0.2, "0 s"),
            (59.4, "59 s"),
            (59.6, "1 min 00 s"),
            (185.0, "3 min 05 s"),
            (7_800.0, "2 h 10 min"),
        ] {
            assert_eq!(duration_text(seconds), text);
        }
    }

    #[test]
    fn the_message_tells_epoch_terms_speed_and_time_left() {
        let plan = Plan { steps: 100, steps_per_epoch: 30 };
        let mut rate = Rate::default();
        rate.add(2048, Duration::from_millis(500));
        let losses = StepLosses {
            step: 59,
            total: 1.5,
            decoder: 0.5,
            top: 0.25,
            bottom: 0.125,
            l1: 0.0625,
            lr: 1e-3,
            ..StepLosses::default()
        };
        assert_eq!(
            terms(plan, &losses),
            "epoch 2  total 1.5000  decoder 0.5000  top 0.2500  bottom 0.1250  l1 0.0625"
        );
        let losses = StepLosses { correlation: Some(0.03125), ..losses };
        assert!(terms(plan, &losses).ends_with("l1 0.0625  corr 0.0312"));
        assert_eq!(rate.speed(plan, &losses), "4096 samples/s  20 s left");
    }
}
