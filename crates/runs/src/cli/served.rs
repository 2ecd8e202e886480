//! The experiments of a program, as the server of pages asks them.

use std::path::Path;

use gradroute_tape::TracePage;

use super::catalogue::Entry;
use super::commands::{GraphRequest, PlaceRequest};
use super::failure::Failure;
use super::find::of_run;
use super::graph_format::GraphFormat;
use super::graph_request::{BATCH, variant};
use super::shown::Shown;
use crate::audit::Audit;
use crate::config::{Override, Request};
use crate::program::Program;
use crate::run::RunDirectory;
use crate::serve::{Experiments, Model, StepOf};

/// The experiments, and whose they are.
pub(super) struct Served {
    pub program: Program,
    pub entries: &'static [Entry],
}

impl Experiments for Served {
    fn program(&self) -> &'static str {
        self.program.name
    }

    fn first(&self) -> &'static str {
        self.entries[0].name
    }

    fn panel(&self, experiment: &str) -> Option<&'static str> {
        self.entries.iter().find(|entry| entry.name == experiment)?.shown.panel()
    }

    fn model(&self, run: &Path, at: u64) -> Result<Box<dyn Model>, String> {
        let model = || self.of(run)?.model(&place(run, at)?);
        model().map_err(|failure| failure.words())
    }

    fn trace(&self, of: &StepOf) -> Result<TracePage<f32>, String> {
        let page = || {
            let mut place = place(&of.run, of.at)?;
            place.request.flags = batch(of.batch.unwrap_or(BATCH));
            let variants = of.variants.iter().map(|text| variant(text)).collect();
            let (batch_by_default, format, out) = (None, GraphFormat::Html, None);
            let request = GraphRequest { place, batch_by_default, variants, format, out };
            self.of(&of.run)?.page(&request)
        };
        page().map_err(|failure| failure.words())
    }

    fn audit(&self, of: &StepOf) -> Result<Audit, String> {
        let audit = || {
            let mut place = place(&of.run, of.at)?;
            place.request.flags = of.batch.map_or_else(Vec::new, batch);
            self.of(&of.run)?.audit(&place)
        };
        audit().map_err(|failure| failure.words())
    }
}

impl Served {
    fn of(&self, run: &Path) -> Result<&'static dyn Shown, Failure> {
        Ok(of_run(self.entries, run)?.shown)
    }
}

/// A step of a run, under its own settings.
fn place(run: &Path, at: u64) -> Result<PlaceRequest, Failure> {
    let file = Some(RunDirectory::open(run)?.config());
    let request = Request { file, ..Request::default() };
    Ok(PlaceRequest { run: Some(run.to_owned()), request, at: Some(at), data: None, told: true })
}

fn batch(samples: i64) -> Vec<Override> {
    vec![Override::flag(&format!("a batch of {samples}"), "train.batch", samples)]
}
