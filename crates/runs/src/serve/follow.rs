//! A run that is watched: what its directory says, as events of one stream.

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::response::sse::Event;
use futures_util::Stream;
use futures_util::stream;
use serde::Serialize;

use super::columns::Columns;
use super::end;
use super::lines::{self, Lines};
use super::row::{Row, State};
use super::tail::Tail;
use crate::run::RunDirectory;
use crate::step::StepTiming;

/// How often the directory is looked at.
const EVERY: Duration = Duration::from_millis(250);
/// How many looks lie between two at what is not a log.
const LOOKS: u32 = 4;

/// How far the pages of a run have been told.
struct Watched {
    name: String,
    folder: PathBuf,
    /// As [`Row::read`] takes it.
    first: &'static str,
    metrics: Tail,
    columns: Columns,
    /// The logs that are told by lines.
    logs: [Log; 3],
    looks: u32,
    /// What was said of the run last.
    said: Option<String>,
    /// Whether the stream has ended by an error.
    over: bool,
}

/// How the run is, for the head of its page.
#[derive(Serialize)]
struct Status<'r> {
    #[serde(flatten)]
    row: &'r Row,
    /// Seconds of a step lately, while it runs.
    seconds_a_step: Option<f64>,
    samples_a_second: Option<f64>,
}

/// A log whose lines are told.
struct Log {
    /// The events that tell of it.
    event: &'static str,
    tail: Tail,
    lines: Lines,
}

/// The events of a run: `status`, `metrics` and `cut` before metrics that were cut back; `epochs`,
/// `probes` and `flow`; and `problem`, after which no more come.
pub(super) fn events(
    name: String,
    run: &RunDirectory,
    first: &'static str,
) -> impl Stream<Item = Told> + use<> {
    let log = |event, path, told| Log { event, tail: Tail::new(path), lines: Lines::new(told) };
    let watched = Watched {
        name,
        folder: run.root().to_owned(),
        first,
        metrics: Tail::new(run.metrics()),
        columns: Columns::default(),
        logs: [
            log("epochs", run.epochs(), lines::whole),
            log("probes", run.probes(), lines::without_pictures),
            log("flow", run.flow(), lines::whole),
        ],
        looks: 0,
        said: None,
        over: false,
    };
    let looks = stream::unfold(watched, async |watched| {
        if watched.over {
            return None;
        }
        if watched.looks > 0 {
            tokio::time::sleep(EVERY).await;
        }
        // Files are read on a thread of their own: the server goes on answering.
        let looked = tokio::task::spawn_blocking(|| look(watched)).await;
        let (watched, events) = looked.ok()?;
        Some((stream::iter(events), watched))
    });
    futures_util::StreamExt::flatten(looks)
}

/// What a stream of events carries.
pub(super) type Told = Result<Event, Infallible>;

/// Looks once, for as long as there is more to be read.
fn look(mut watched: Watched) -> (Watched, Vec<Told>) {
    let mut events = Vec::new();
    if let Err(problem) = watched.look(&mut events) {
        events.push(event("problem", &problem.to_string()));
        watched.over = true;
    }
    watched.looks += 1;
    (watched, events.into_iter().map(Ok).collect())
}

impl Watched {
    fn look(&mut self, events: &mut Vec<Event>) -> io::Result<()> {
        if self.looks.is_multiple_of(LOOKS) {
            let row = Row::read(&self.name, &self.folder, self.first).map_err(io::Error::other)?;
            let status = json(&Status::of(&row, &self.folder));
            if self.said.as_ref() != Some(&status) {
                events.push(Event::default().event("status").data(&status));
                self.said = Some(status);
            }
        }
        loop {
            let grown = self.metrics.read()?;
            if grown.again {
                self.columns = Columns::default();
                events.push(Event::default().event("cut").data(""));
            }
            for line in whole(&grown.lines) {
                self.columns.add(line).map_err(io::Error::other)?;
            }
            if !grown.more {
                break;
            }
        }
        if let Some(fresh) = self.columns.take_fresh() {
            events.push(event("metrics", &fresh));
        }
        self.logs.iter_mut().try_for_each(|log| log.look(events))
    }
}

impl Log {
    fn look(&mut self, events: &mut Vec<Event>) -> io::Result<()> {
        loop {
            let grown = self.tail.read()?;
            if grown.again {
                self.lines.restart();
            }
            self.lines.add(&grown.lines).map_err(io::Error::other)?;
            if !grown.more {
                break;
            }
        }
        events.extend(self.lines.take_fresh().map(|fresh| event(self.event, &fresh)));
        Ok(())
    }
}

impl<'r> Status<'r> {
    fn of(row: &'r Row, folder: &Path) -> Self {
        let (mut seconds_a_step, mut samples_a_second) = (None, None);
        if row.state == State::Running
            && let Ok(run) = RunDirectory::open(folder)
        {
            let lately: Vec<StepTiming> = end::lines(&run.timing());
            let seconds: f64 = lately.iter().map(|step| step.seconds).sum();
            let samples: usize = lately.iter().filter_map(|step| step.samples).sum();
            if seconds > 0.0 {
                seconds_a_step = Some(seconds / lately.len() as f64);
                samples_a_second = (samples > 0).then(|| samples as f64 / seconds);
            }
        }
        Self { row, seconds_a_step, samples_a_second }
    }
}

/// The lines without their breaks.
fn whole(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty())
}

fn event(name: &str, value: &(impl Serialize + ?Sized)) -> Event {
    Event::default().event(name).data(json(value))
}

fn json(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).expect("what is told has a text")
}
