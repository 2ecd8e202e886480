//! How far a sweep is, in one display: a bar on a terminal, else plain lines, on standard error.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::console::say;
use crate::progress::duration_text;

/// The longest silence between two plain lines.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The least time between two changes of what stands on a terminal.
const DRAW_EVERY: Duration = Duration::from_millis(125);

/// Shows how far a sweep is.
#[derive(Debug)]
pub struct Shown {
    /// `None` where lines are written.
    bar: Option<ProgressBar>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// All runs of the sweep.
    runs: usize,
    /// Those that have ended, be it before this sweep began.
    ended: usize,
    /// Those among them that this process has made, in units of a run.
    made: f64,
    failed: usize,
    /// Runs at work by name: steps made at first and by now, and steps of all.
    at_work: BTreeMap<String, (u64, u64, u64)>,
    began: Instant,
    told: Instant,
}

impl Shown {
    /// For a sweep of so many runs, of which so many are done.
    pub fn new(runs: usize, done: usize) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = terminal.then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(8);
            let bar = ProgressBar::with_draw_target(Some(runs as u64), target);
            let template = "{bar:30} run {pos}/{len}  {prefix}\n{wide_msg}";
            bar.set_style(ProgressStyle::with_template(template).expect("the template is valid"));
            bar.set_position(done as u64);
            bar
        });
        Self { bar, ..Self::lines(runs, done) }
    }

    /// The same in plain lines.
    pub fn lines(runs: usize, done: usize) -> Self {
        let now = Instant::now();
        let (made, failed, at_work) = (0.0, 0, BTreeMap::new());
        let state = State { runs, ended: done, made, failed, at_work, began: now, told: now };
        Self { bar: None, state: Mutex::new(state) }
    }

    /// A run has made so many of its steps.
    pub fn step(&self, name: &str, made: u64, of: u64) {
        let mut state = self.lock();
        let at = state.at_work.entry(name.to_owned()).or_insert((made, made, of));
        at.1 = made;
        let every = if self.bar.is_some() { DRAW_EVERY } else { LINE_EVERY };
        if state.told.elapsed() >= every {
            self.tell(&mut state);
        }
    }

    /// A run has come to its end.
    pub fn ended(&self, name: &str, is_whole: bool, words: &str) {
        let mut state = self.lock();
        state.made += 1.0;
        state.ended += usize::from(is_whole);
        state.failed += usize::from(!is_whole);
        state.at_work.remove(name);
        self.say(&format!("run {}/{}: {name}: {words}", state.ended, state.runs));
        if self.bar.is_some() {
            self.tell(&mut state);
        }
    }

    /// Says something without disturbing the bar.
    pub fn say(&self, words: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| say!("{words}")),
            None => say!("{words}"),
        }
    }

    /// Leaves the last state on the screen.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.set_message("");
            bar.abandon();
        }
    }

    fn tell(&self, state: &mut State) {
        state.told = Instant::now();
        let mut facts = Vec::new();
        if state.failed > 0 {
            facts.push(format!("{} failed", state.failed));
        }
        facts.extend(state.left().map(|seconds| format!("{} left", duration_text(seconds))));
        let facts = facts.join("  ");
        let at_work = state.at_work.iter();
        let at_work = at_work.map(|(name, (_, made, of))| format!("{name} step {made}/{of}"));
        let at_work = at_work.collect::<Vec<_>>().join("  ");
        match &self.bar {
            Some(bar) => {
                bar.set_prefix(facts);
                bar.set_message(at_work);
                bar.set_position(state.ended as u64);
            }
            None => {
                let (ended, runs) = (state.ended, state.runs);
                say!("run {ended}/{runs}  {facts}  at work: {at_work}");
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Seconds that are left if all runs take as long as those that were made so far.
    fn left(&self) -> Option<f64> {
        let share =
            |(first, made, of): &(u64, u64, u64)| (made - first) as f64 / (*of).max(1) as f64;
        let part: f64 = self.at_work.values().map(share).sum();
        let made = self.made + part;
        let left = (self.runs - self.ended - self.failed) as f64 - part;
        // The first steps of the first run tell too little.
        (made > 0.01).then(|| self.began.elapsed().as_secs_f64() / made * left.max(0.0))
    }
}
