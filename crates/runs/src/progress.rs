//! How far a run is: a bar on a terminal, else plain lines, on standard error.

mod rate;

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::console::say;
use crate::plan::Plan;
use crate::step::Made;
use rate::Rate;
pub(crate) use rate::duration_text;

/// The longest silence between two plain lines.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Who is told of the steps of a run.
#[derive(Clone, Copy)]
pub enum StepsTo<'a> {
    /// The user, on standard error.
    User,
    /// A function, which gets the steps made and those of the whole run.
    Function(&'a (dyn Fn(u64, u64) + Sync)),
}

/// Shows the progress of a training run.
pub struct Progress<'a> {
    display: Display<'a>,
    plan: Plan,
    rate: Rate,
}

enum Display<'a> {
    Bar(ProgressBar),
    Lines { last: Option<Instant> },
    Function(&'a (dyn Fn(u64, u64) + Sync)),
}

impl<'a> Progress<'a> {
    /// For the user a bar if standard error is a terminal, else plain lines.
    pub fn new(plan: &Plan, to: StepsTo<'a>) -> Self {
        let display = if let StepsTo::Function(told) = to {
            Display::Function(told)
        } else if std::io::stderr().is_terminal() {
            let target = ProgressDrawTarget::stderr_with_hz(8);
            let bar = ProgressBar::with_draw_target(Some(plan.steps()), target);
            // The terms go on a line of their own, cut where a narrow terminal ends.
            let template = "{bar:30} step {pos}/{len}  {prefix}\n{wide_msg}";
            bar.set_style(ProgressStyle::with_template(template).expect("the template is valid"));
            Display::Bar(bar)
        } else {
            Display::Lines { last: None }
        };
        Self { display, plan: plan.clone(), rate: Rate::default() }
    }

    /// Tells of a finished step and how long it took.
    pub fn step(&mut self, made: &Made, took: Duration) {
        self.rate.add(made.samples, took);
        let done = made.line.step + 1;
        let left = self.plan.steps().saturating_sub(done);
        match &mut self.display {
            Display::Bar(bar) => {
                bar.set_prefix(self.rate.speed(left));
                bar.set_message(told(&self.plan, made));
                bar.set_position(done);
            }
            Display::Lines { last } => {
                let due = last.is_none_or(|last| last.elapsed() >= LINE_EVERY);
                if due || left == 0 {
                    *last = Some(Instant::now());
                    let (of, told) = (self.plan.steps(), told(&self.plan, made));
                    say!("step {done}/{of}  {told}  {}", self.rate.speed(left));
                }
            }
            Display::Function(told) => told(done, self.plan.steps()),
        }
    }

    /// Leaves the last state on the screen.
    pub fn finish(&self) {
        if let Display::Bar(bar) = &self.display {
            bar.abandon();
        }
    }
}

/// The stage if there are several, the epoch if there are some, and the terms of the loss.
fn told(plan: &Plan, made: &Made) -> String {
    let (index, position) = plan.place(made.line.step);
    let stage = &plan.stages()[index];
    let mut parts = Vec::new();
    if plan.stages().len() > 1 {
        parts.push(stage.name.to_owned());
    }
    if let Some(epoch) = stage.epoch {
        parts.push(format!("epoch {}", position / epoch + 1));
    }
    let terms = made.line.numbers.iter().take(made.terms);
    parts.extend(terms.map(|(name, number)| format!("{name} {:.4}", number.to_f64())));
    parts.join("  ")
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::plan::Stage;
    use crate::step::{Number, StepLine};

    #[test]
    fn the_message_tells_stage_epoch_and_terms_but_no_notes() {
        let learn = Stage { epoch: Some(30), ..Stage::new("learn", 100) };
        let numbers = [("total", 1.5), ("l1", 0.0625), ("lr", 1e-3)];
        let numbers = numbers.map(|(name, n)| (Cow::Borrowed(name), Number::Double(n))).to_vec();
        let made = |step| Made {
            line: StepLine { step, numbers: numbers.clone() },
            terms: 2,
            samples: None,
        };
        let one = Plan::new(vec![learn.clone()]).unwrap();
        assert_eq!(told(&one, &made(59)), "epoch 2  total 1.5000  l1 0.0625");
        let two = Plan::new(vec![learn, Stage::new("relearn", 5)]).unwrap();
        assert_eq!(told(&two, &made(101)), "relearn  total 1.5000  l1 0.0625");
    }
}
