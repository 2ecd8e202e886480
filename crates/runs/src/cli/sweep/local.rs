//! Making the runs of a sweep on this machine.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use gradroute_kernels::Isa;

use super::one::Made;
use super::plan::Sweep;
use crate::cli::failure::Failure;
use crate::cli::print::print;
use crate::console::{quoted, say};
use crate::interrupt;
use crate::progress::duration_text;
use crate::run::FileError;
use crate::sweep::{RunState, Share, Shown, Standing, SweepList, side_by_side};
use crate::train::StepsTo;

/// The most runs of a list that is written at each change.
const SHORT: usize = 50;

/// The least time between two writings of a longer list.
const LIST_EVERY: Duration = Duration::from_secs(2);

/// How many digits of a hash are shown.
const DIGITS: usize = 12;

/// Makes all runs that are missing, `jobs` at a time.
pub(super) fn all(mut sweep: Sweep<'_>) -> Result<(), Failure> {
    let list = sweep.prepare()?;
    let (missing, all) = (sweep.missing(), sweep.wanted.len());
    let done = all - missing.len();
    say!(
        "Sweep: {} of {} in {}{}",
        counted(all, "run"),
        sweep.swept.name(),
        sweep.out.display(),
        if done > 0 { format!(", {done} of them done before") } else { String::new() }
    );
    tell_other_revisions(&sweep);
    let share = share(sweep.request.jobs, missing.len());
    let shown = Shown::new(all, done);
    let list = make(&sweep, list, &missing, share, &shown, None)?;
    conclude(&sweep, &list, missing.len())
}

/// Says which runs were made by the same version from another revision of its source, whose numbers
/// may differ all the same.
fn tell_other_revisions(sweep: &Sweep<'_>) {
    let now = sweep.program.git_revision;
    let finished = sweep.runs.values().filter_map(|run| match &run.standing {
        Standing::Finished(manifest) => manifest.git_revision.as_deref(),
        _ => None,
    });
    let others: Vec<&str> = finished.filter(|made| now.is_some_and(|now| now != *made)).collect();
    if let (Some(now), Some(first)) = (now, others.first()) {
        say!(
            "note: {} done before by other revisions of the program, such as {first}, and this is \
             {now}; they are taken as they are",
            match others.len() {
                1 => "one run was".to_owned(),
                more => format!("{more} runs were"),
            }
        );
    }
}

/// Makes the one run that is asked for.
pub(super) fn one(mut sweep: Sweep<'_>) -> Result<(), Failure> {
    // A submitted task goes by the file as it was then, and leaves that of now alone.
    let is_known = sweep.is_copied() || sweep.is_kept();
    let list = match is_known && SweepList::file(&sweep.out).is_file() {
        true => sweep.list(),
        false => sweep.prepare()?,
    };
    let missing = sweep.missing();
    let index = *sweep.runs.keys().next().expect("one run is asked for");
    let root = sweep.root(index);
    let Some(&index) = missing.first() else {
        let mut kept = Kept { list, own: BTreeSet::from([index]), written: Instant::now() };
        kept.write(&sweep.out)?;
        return print(&format!("Nothing is left to do in {}.\n", root.display()));
    };
    say!("Run directory: {}", root.display());
    let shown = Shown::lines(1, 0);
    let list = make(&sweep, list, &missing, share(1, 1), &shown, Some(StepsTo::User))?;
    let run = &list.runs[index];
    if let Some(signal) = interrupt::install()?.signal() {
        return Err(Failure::Interrupted(signal));
    }
    match &run.error {
        Some(error) => Err(anyhow!("{}: {error}", run.name).into()),
        None => print(&format!("Results: {}\n", root.display())),
    }
}

/// How processors are shared out among so many jobs.
pub(super) fn share(jobs: usize, runs: usize) -> Share {
    let (threads, isa) = (rayon::current_num_threads(), Isa::current());
    if jobs > threads {
        say!("note: --jobs {jobs} is more than there are threads, so it is taken as {threads}");
    }
    Share { jobs: jobs.min(threads).min(runs).max(1), threads, isa }
}

/// Makes runs and keeps the list; returns it as it is at the end.
fn make(
    sweep: &Sweep<'_>,
    list: SweepList,
    missing: &[usize],
    share: Share,
    shown: &Shown,
    steps_to: Option<StepsTo<'_>>,
) -> Result<SweepList, Failure> {
    let stop = interrupt::install()?;
    let kept = Mutex::new(Kept { list, own: BTreeSet::new(), written: Instant::now() });
    let waited_for = Mutex::new(BTreeSet::new());
    let name = |index: usize| &sweep.wanted[index].name;
    let began: Vec<Mutex<Option<Instant>>> =
        sweep.wanted.iter().map(|_| Mutex::new(None)).collect();
    let make = |index: usize| {
        *lock(&began[index]) = Some(Instant::now());
        lock(&kept).begin(index, &sweep.out);
        let told = |made, of| shown.step(name(index), made, of);
        sweep.make(index, &stop, steps_to.unwrap_or(StepsTo::Function(&told)))
    };
    let ended = |index: usize, made: Result<Result<Made, Failure>, String>| {
        let took = lock(&began[index]).map_or(0.0, |began| began.elapsed().as_secs_f64());
        let mut kept = lock(&kept);
        let run = &kept.list.runs[index];
        let (run, is_whole, words) = match made.map(|made| made.map_err(|failure| failure.words()))
        {
            Ok(Ok(Made::Finished(manifest))) => {
                let hash = manifest.weights_sha256.get(..DIGITS).unwrap_or_default();
                let words = format!("finished in {}, weights {hash}", duration_text(took));
                (run.finished(&manifest), true, words)
            }
            Ok(Ok(Made::Interrupted)) => {
                return;
            }
            Ok(Err(error)) | Err(error) => {
                let words = format!("failed: {error}");
                (run.failed(&error), false, words)
            }
        };
        shown.ended(name(index), is_whole, &words);
        kept.list.runs[index] = run;
        kept.own.insert(index);
        kept.write_if_due(&sweep.out);
    };
    let busy = |index: usize| {
        if lock(&waited_for).insert(index) {
            shown.say(&format!(
                "{}: another process is working on it, and is waited for",
                name(index)
            ));
        }
    };
    side_by_side(share, missing.iter().copied(), &stop, make, ended, busy);
    shown.finish();
    let mut kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    kept.write(&sweep.out)?;
    Ok(kept.list)
}

/// The list while runs are made.
struct Kept {
    list: SweepList,
    /// The runs that this process has made.
    own: BTreeSet<usize>,
    written: Instant,
}

impl Kept {
    /// Notes that a run is at work.
    fn begin(&mut self, index: usize, out: &Path) {
        self.list.runs[index] = self.list.runs[index].in_state(RunState::Begun);
        self.own.insert(index);
        self.write_if_due(out);
    }

    /// Writes the list unless that was done just now.
    fn write_if_due(&mut self, out: &Path) {
        if self.list.runs.len() <= SHORT || self.written.elapsed() >= LIST_EVERY {
            // The runs are what counts; at the end it is written again, and then must be.
            let _ = self.write(out);
        }
    }

    fn write(&mut self, out: &Path) -> Result<(), FileError> {
        let _lock = SweepList::lock(out);
        self.list.take_others(out, &self.own);
        self.written = Instant::now();
        self.list.write(out)
    }
}

/// Says what came of the sweep.
fn conclude(sweep: &Sweep<'_>, list: &SweepList, were_missing: usize) -> Result<(), Failure> {
    let in_state = |state| list.runs.iter().filter(move |run| run.state == state);
    let count = |state| in_state(state).count();
    let (finished, failed) = (count(RunState::Finished), count(RunState::Failed));
    let before = list.runs.len() - were_missing;
    let mut text = format!("{} of {} finished", finished, counted(list.runs.len(), "run"));
    if before > 0 {
        text += &format!(" ({before} of them before)");
    }
    for (state, word) in [
        (RunState::Failed, "failed"),
        (RunState::Begun, "begun"),
        (RunState::Waiting, "still to begin"),
    ] {
        match count(state) {
            0 => {}
            some => text += &format!(", {some} {word}"),
        }
    }
    text += &format!(": {}\n", SweepList::file(&sweep.out).display());
    for run in in_state(RunState::Failed) {
        text += &format!("Failed: {}: {}\n", run.name, run.error.as_deref().unwrap_or_default());
    }
    if finished > 1 {
        let (program, out) = (sweep.program.name, quoted(&sweep.out));
        text += &format!("To compare them: {program} compare {out}\n");
    }
    let signal = interrupt::install()?.signal();
    if signal.is_some() {
        text += "Ended early; the same command goes on.\n";
    }
    // Also where nobody reads it, the status tells.
    let printed = print(&text);
    match signal {
        Some(signal) => Err(Failure::Interrupted(signal)),
        None if failed > 0 => Err(anyhow!(
            "{} failed; what they said stands above, and the same command tries them again",
            counted(failed, "run")
        )
        .into()),
        None => printed,
    }
}

/// A number of things.
pub(super) fn counted(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
