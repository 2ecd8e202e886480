//! The runs of a sweep with their configurations, and how far each is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::swept::{Configured, Swept};
use crate::cli::commands::{SweepRequest, SweepTask};
use crate::cli::failure::Failure;
use crate::config;
use crate::console::say;
use crate::program::Program;
use crate::run::{FileDigest, FileError, RunDirectory, absolute, atomic, remove_unfinished};
use crate::sweep::{
    COPY, LIST, ListedRun, RunState, Standing, SweepError, SweepFile, SweepList, Wanted, standing,
};

/// How many folders that are in the way are named.
const NAMED: usize = 10;

/// A sweep, as far as it is known before anything is made.
pub(super) struct Sweep<'a> {
    pub swept: &'a dyn Swept,
    pub program: &'a Program,
    pub request: &'a SweepRequest,
    /// The folder, from the root of the file system on.
    pub out: PathBuf,
    /// All runs.
    pub wanted: Vec<Wanted>,
    /// Those that are asked for, by their place among all.
    pub runs: BTreeMap<usize, Run>,
}

/// A run that is asked for.
pub(super) struct Run {
    pub configured: Configured,
    pub standing: Standing,
}

impl<'a> Sweep<'a> {
    /// Reads everything that a sweep may be refused for.
    pub fn plan(
        swept: &'a dyn Swept,
        program: &'a Program,
        request: &'a SweepRequest,
    ) -> Result<Self, Failure> {
        let file = &request.file;
        let out = request.out.as_ref().or(file.out.as_ref());
        let out = out.ok_or_else(|| SweepError::NoOut { origin: file.origin.clone() });
        let out = absolute(out.map_err(Failure::usage)?);
        check_out(&out, swept.name()).map_err(Failure::usage)?;
        let wanted = file.wanted().map_err(Failure::usage)?;
        let asked = match &request.task {
            SweepTask::One(name) => vec![place_of(name, &wanted, file).map_err(Failure::usage)?],
            _ => (0..wanted.len()).collect(),
        };
        let configured = configure(swept, &asked, &wanted, file).map_err(Failure::usage)?;
        let hashes = check(swept, request, &configured)?;
        let mut sweep = Self { swept, program, request, out, wanted, runs: BTreeMap::new() };
        let mut foreign = Vec::new();
        for (index, configured) in configured {
            let standing = sweep.standing(index, &configured.text)?;
            let standing = standing.on_data(&hashes[&configured.data]);
            if let Standing::Foreign(reason) = &standing {
                foreign.push(format!("\n  {}: {reason}", sweep.wanted[index].name));
            }
            sweep.runs.insert(index, Run { configured, standing });
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
        let lengthens = |from: &str, to: &str| self.swept.lengthens(from, to);
        standing(&self.root(index), text, &lengthens, self.program)
    }

    /// The runs that are not finished.
    pub fn missing(&self) -> Vec<usize> {
        let is_missing = |run: &Run| !matches!(run.standing, Standing::Finished(_));
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
        SweepList::new(self.program, self.swept.name(), description, runs)
    }

    /// Makes the folder, with the list and a copy of the file, by which the commands of single runs
    /// are made. Says what is there that is of no run any more.
    pub fn prepare(&mut self) -> Result<SweepList, Failure> {
        let out = &self.out;
        std::fs::create_dir_all(out).map_err(FileError::of("create", out))?;
        let _lock = SweepList::lock(out);
        remove_unfinished(out)?;
        // Again, as other processes may have ended runs since.
        let now: Vec<(usize, Standing)> = self
            .runs
            .iter()
            .map(|(&index, run)| Ok((index, self.standing(index, &run.configured.text)?)))
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
                    "note: folders in {} that are of no run of {}: {gone}; they stay as they are, and \
                     are not listed any more",
                    out.display(),
                    self.request.file.origin
                ),
            }
        }
        list.take_others(out, &self.runs.keys().copied().collect());
        list.write(out)?;
        self.copy()?;
        Ok(list)
    }

    /// Whether the copy is of this very file.
    pub fn is_copied(&self) -> bool {
        let copy = std::fs::read_to_string(self.out.join(COPY));
        copy.is_ok_and(|copy| copy == self.request.file.text)
    }

    /// Whether the file is one that was kept in the sweep's folder.
    pub fn is_kept(&self) -> bool {
        absolute(Path::new(&self.request.file.origin)).parent() == Some(&self.out)
    }

    /// Writes the copy of the sweep file. One that is there keeps its content under another name.
    fn copy(&self) -> Result<(), FileError> {
        let (copy, text) = (self.out.join(COPY), &self.request.file.text);
        if let Ok(before) = std::fs::read_to_string(&copy) {
            if before == *text {
                return Ok(());
            }
            self.keep(&before)?;
        }
        atomic::write(&copy, text.as_bytes())
    }

    /// Keeps the text of a sweep file in the sweep's folder, under a name that follows from it.
    pub fn keep(&self, text: &str) -> Result<PathBuf, FileError> {
        let hash = FileDigest::of(text.as_bytes()).sha256;
        let file = self.out.join(format!("sweep-{}.toml", &hash[..8]));
        if !file.exists() {
            atomic::write(&file, text.as_bytes())?;
        }
        Ok(file)
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
fn configure(
    swept: &dyn Swept,
    asked: &[usize],
    wanted: &[Wanted],
    file: &SweepFile,
) -> Result<BTreeMap<usize, Configured>, SweepError> {
    let mut runs = BTreeMap::new();
    let (mut texts, mut settings) = (BTreeMap::<String, usize>::new(), BTreeMap::new());
    for &index in asked {
        let (origin, run) = (file.origin.clone(), wanted[index].name.clone());
        let configured = match swept.configure(&wanted[index].request()) {
            Ok(configured) => configured,
            Err(error) => return Err(SweepError::Run { origin, run, source: Box::new(error) }),
        };
        if let Some(other) = texts.insert(configured.text.clone(), index) {
            let first = wanted[other].name.clone();
            return Err(SweepError::Same { origin, first, second: run, case: false });
        }
        let setting = format!("{:?}, seed {}", configured.setting, wanted[index].seed);
        if let Some(other) = settings.insert(setting, index) {
            let first = wanted[other].name.clone();
            return Err(SweepError::Alike { origin, first, second: run });
        }
        runs.insert(index, configured);
    }
    Ok(runs)
}

/// Refuses a folder that is something else.
fn check_out(out: &Path, experiment: &str) -> Result<(), SweepError> {
    let run = out.ancestors().find(|folder| RunDirectory::is_run(folder));
    let list = SweepList::file(out);
    let reason = if let Some(run) = run {
        match run == out {
            true => "it is the folder of a run".to_owned(),
            false => format!("it is within the run in {}", run.display()),
        }
    } else if out.exists() && !out.is_dir() {
        "it is a file".to_owned()
    } else if list.exists() {
        match SweepList::read(out) {
            Ok(list) if list.experiment == experiment => return Ok(()),
            Ok(list) => format!("it is that of a sweep of the experiment {}", list.experiment),
            Err(error) => format!(
                "{LIST} there is no list of a sweep's runs ({}); if it is damaged, remove it, and it \
                 is written anew",
                error.source
            ),
        }
    } else if out.join(COPY).exists() {
        format!("there is a {COPY} of yours in it")
    } else {
        return Ok(());
    };
    Err(SweepError::Out { out: out.to_owned(), reason })
}

/// The hashes of what is read, for each way in which configurations ask for data. The first run of
/// each is held to its data, so that what all runs would fail for is known before one starts.
fn check(
    swept: &dyn Swept,
    request: &SweepRequest,
    runs: &BTreeMap<usize, Configured>,
) -> Result<BTreeMap<String, BTreeMap<String, String>>, Failure> {
    let mut hashes = BTreeMap::new();
    for Configured { text, data, .. } in runs.values() {
        if !hashes.contains_key(data) {
            hashes.insert(data.clone(), swept.check(text, request.data.as_deref())?);
        }
    }
    Ok(hashes)
}
