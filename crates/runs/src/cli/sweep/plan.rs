//! The runs of a sweep with their configurations, and how far each is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::cli::commands::{SweepRequest, SweepTask};
use crate::cli::failure::Failure;
use crate::cli::start::load;
use crate::cli::train::check_flow;
use crate::config::{self, Resolved, Settings};
use crate::console::say;
use crate::experiment::Experiment;
use crate::plan::Plan;
use crate::program::Program;
use crate::run::{DirectoryError, FileError, RunDirectory, absolute, atomic};
use crate::sweep::{
    COPY, ListedRun, RunState, Standing, SweepError, SweepFile, SweepList, Wanted, other_data,
    standing,
};

/// How many folders that are in the way are named.
const NAMED: usize = 10;

/// A sweep, as far as it is known before anything is made.
pub(super) struct Sweep<'a, E: Experiment> {
    pub program: &'a Program,
    pub request: &'a SweepRequest,
    /// The folder, from the root of the file system on.
    pub out: PathBuf,
    /// All runs.
    pub wanted: Vec<Wanted>,
    /// Those that are asked for, by their place among all.
    pub runs: BTreeMap<usize, Run<E::Config>>,
}

/// A run that is asked for.
pub(super) struct Run<C> {
    pub resolved: Resolved<C>,
    /// The text of that.
    pub text: String,
    pub standing: Standing,
}

impl<'a, E: Experiment> Sweep<'a, E> {
    /// Reads everything that a sweep may be refused for.
    pub fn plan(program: &'a Program, request: &'a SweepRequest) -> Result<Self, Failure> {
        let file = &request.file;
        let out = request.out.as_ref().or(file.out.as_ref());
        let out = out.ok_or_else(|| SweepError::NoOut { origin: file.origin.clone() });
        let out = absolute(out.map_err(Failure::usage)?);
        check_out(&out).map_err(Failure::usage)?;
        let wanted = file.wanted().map_err(Failure::usage)?;
        let asked = match &request.task {
            SweepTask::One(name) => vec![place_of(name, &wanted, file).map_err(Failure::usage)?],
            _ => (0..wanted.len()).collect(),
        };
        let resolved = resolve::<E>(&asked, &wanted, file).map_err(Failure::usage)?;
        let hashes = inputs::<E>(request, &resolved)?;
        let mut sweep = Self { program, request, out, wanted, runs: BTreeMap::new() };
        let mut foreign = Vec::new();
        for (index, resolved) in resolved {
            let text = resolved.to_toml();
            let mut standing = sweep.standing(index, &text)?;
            if let Standing::Finished(manifest) = &standing
                && let Some(reason) = other_data(manifest, &hashes[&data_keys(&resolved.config)])
            {
                standing = Standing::Foreign(reason);
            }
            if let Standing::Foreign(reason) = &standing {
                foreign.push(format!("\n  {}: {reason}", sweep.wanted[index].name));
            }
            sweep.runs.insert(index, Run { resolved, text, standing });
        }
        match foreign.len() {
            0 => Ok(sweep),
            count => {
                let mut found = foreign[..count.min(NAMED)].concat();
                if count > NAMED {
                    found += &format!("\n  and {} more", count - NAMED);
                }
                let (origin, out) = (file.origin.clone(), sweep.out);
                Err(Failure::usage(SweepError::Foreign { origin, out, count, found }))
            }
        }
    }

    /// The folder of a run.
    pub fn root(&self, index: usize) -> PathBuf {
        self.out.join(&self.wanted[index].name)
    }

    /// How far a run with a configuration of this text is now.
    pub fn standing(&self, index: usize, text: &str) -> Result<Standing, FileError> {
        standing(&self.root(index), text, E::Config::LENGTH_KEY, self.program)
    }

    /// The runs that are not finished.
    pub fn missing(&self) -> Vec<usize> {
        let is_missing = |run: &Run<_>| !matches!(run.standing, Standing::Finished(_));
        self.runs.iter().filter(|(_, run)| is_missing(run)).map(|(index, _)| *index).collect()
    }

    /// The list of all runs, as far as is known. Those that are not asked for are as they were
    /// listed.
    pub fn list(&self) -> SweepList {
        let listed = |(index, wanted): (usize, &Wanted)| {
            let run = ListedRun::new(wanted);
            match self.runs.get(&index).map(|run| &run.standing) {
                Some(Standing::Finished(manifest)) => run.finished(manifest),
                Some(Standing::Begun { .. }) => run.in_state(RunState::Begun),
                _ => run,
            }
        };
        let runs = self.wanted.iter().enumerate().map(listed).collect();
        let description = self.request.file.description.clone();
        SweepList::new(self.program, E::NAME, description, runs)
    }

    /// Makes the folder, with the list and a copy of the file, by which the commands of single runs
    /// are made. Says what is there that is of no run any more.
    pub fn prepare(&mut self) -> Result<SweepList, Failure> {
        let out = &self.out;
        std::fs::create_dir_all(out).map_err(FileError::of("create", out))?;
        let _lock = SweepList::lock(out);
        // Again, as other processes may have ended runs since.
        let now: Vec<(usize, Standing)> = self
            .runs
            .iter()
            .map(|(&index, run)| Ok((index, self.standing(index, &run.text)?)))
            .collect::<Result<_, FileError>>()?;
        for (index, standing) in now {
            self.runs.get_mut(&index).expect("it was just there").standing = standing;
        }
        let out = &self.out;
        let mut list = self.list();
        if let Ok(before) = SweepList::read(out) {
            let names: BTreeSet<&str> = list.runs.iter().map(|run| run.name.as_str()).collect();
            let gone = before
                .runs
                .iter()
                .filter(|run| !names.contains(run.name.as_str()) && out.join(&run.name).is_dir());
            match gone.count() {
                0 => {}
                gone => say!(
                    "note: {gone} runs that {} has of an earlier sweep are none of {}; they stay as \
                     they are, and are not listed any more",
                    out.display(),
                    self.request.file.origin
                ),
            }
        }
        list.take_others(out, &self.runs.keys().copied().collect());
        atomic::write(&self.copy(), self.request.text.as_bytes())?;
        list.write(out)?;
        Ok(list)
    }

    /// The copy of the sweep file.
    pub fn copy(&self) -> PathBuf {
        self.out.join(COPY)
    }
}

/// The place of the run that is called `name`.
fn place_of(name: &str, wanted: &[Wanted], file: &SweepFile) -> Result<usize, SweepError> {
    wanted.iter().position(|run| run.name == name).ok_or_else(|| {
        let hint = match config::nearest(name, wanted.iter().map(|run| run.name.as_str())) {
            Some(nearest) => format!("did you mean {nearest}?"),
            None => format!("its first is {}", wanted[0].name),
        };
        SweepError::NoRun { origin: file.origin.clone(), run: name.to_owned(), hint }
    })
}

/// The configurations of the runs that are asked for, no two of them the same.
fn resolve<E: Experiment>(
    asked: &[usize],
    wanted: &[Wanted],
    file: &SweepFile,
) -> Result<BTreeMap<usize, Resolved<E::Config>>, SweepError> {
    let mut runs = BTreeMap::new();
    let mut texts: BTreeMap<String, usize> = BTreeMap::new();
    for &index in asked {
        let (origin, run) = (file.origin.clone(), wanted[index].name.clone());
        let resolved = match E::resolve(&wanted[index].request()) {
            Ok(resolved) => resolved,
            Err(error) => return Err(SweepError::Run { origin, run, source: Box::new(error) }),
        };
        if let Some(other) = texts.insert(resolved.to_toml(), index) {
            let first = wanted[other].name.clone();
            return Err(SweepError::Same { origin, first, second: run, case: false });
        }
        runs.insert(index, resolved);
    }
    Ok(runs)
}

/// Refuses a folder that is something else.
fn check_out(out: &Path) -> Result<(), SweepError> {
    let reason = match RunDirectory::open(out) {
        Ok(_) => "it is the folder of a run",
        Err(DirectoryError::NoRun { .. }) if out.exists() && !out.is_dir() => "it is a file",
        Err(_) => return Ok(()),
    };
    Err(SweepError::Out { out: out.to_owned(), reason: reason.to_owned() })
}

/// What a configuration says of the data.
pub(super) fn data_keys<C: Settings>(config: &C) -> String {
    let keys = config::keys(config).into_iter().filter(|(key, _)| key.starts_with("data."));
    keys.map(|(key, value)| format!("{key} = {value}\n")).collect()
}

/// The hashes of what is read, for each way in which configurations ask for data. The first run of
/// each is held to its data, so that what all runs would fail for is known before one starts.
fn inputs<E: Experiment>(
    request: &SweepRequest,
    runs: &BTreeMap<usize, Resolved<E::Config>>,
) -> Result<BTreeMap<String, BTreeMap<String, String>>, Failure> {
    let mut inputs = BTreeMap::new();
    for Resolved { config, .. } in runs.values() {
        let key = data_keys(config);
        if inputs.contains_key(&key) {
            continue;
        }
        let (data, read) = load::<E>(config, request.data.as_deref())?;
        E::check(config, &data).map_err(Failure::usage)?;
        check_flow::<E>(config, &data).map_err(Failure::usage)?;
        Plan::new(E::stages(config, &data))?;
        inputs.insert(key, read.sha256);
    }
    Ok(inputs)
}
