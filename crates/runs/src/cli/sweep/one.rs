//! Making one run of a sweep.

use std::path::Path;

use anyhow::anyhow;

use super::plan::{Run, Sweep};
use crate::cli::commands::ResumeRequest;
use crate::cli::failure::Failure;
use crate::cli::go_on::{Next, StepsLeft, next};
use crate::cli::start::load;
use crate::cli::train::check_flow;
use crate::experiment::Experiment;
use crate::interrupt::StopFlag;
use crate::run::{DirectoryError, Manifest, RunDirectory};
use crate::sweep::{Standing, Tried};
use crate::train::{self, Job, Start, StepsTo};

/// What came of a run.
pub(super) enum Made {
    /// It is finished.
    Finished(Box<Manifest>),
    /// It was told to end before.
    Interrupted,
}

impl<E: Experiment> Sweep<'_, E> {
    /// Makes the run with this index, or what is left of it.
    pub fn make(
        &self,
        index: usize,
        stop: &StopFlag,
        steps_to: StepsTo<'_>,
    ) -> Tried<Result<Made, Failure>> {
        let root = self.root(index);
        let made = self.held(index, &root, stop, steps_to);
        match made {
            Err(Failure::Failed(error))
                if matches!(error.downcast_ref(), Some(DirectoryError::Busy(_))) =>
            {
                Tried::Busy
            }
            other => Tried::Ended(other),
        }
    }

    fn held(
        &self,
        index: usize,
        root: &Path,
        stop: &StopFlag,
        steps_to: StepsTo<'_>,
    ) -> Result<Made, Failure> {
        let run = &self.runs[&index];
        // Looked at before the lock, which leaves a file in the folder, and again after it.
        if let Some(manifest) = finished(self.standing(index, &run.text)?)? {
            return Ok(Made::Finished(manifest));
        }
        let directory = RunDirectory::hold(root)?;
        let manifest = match self.standing(index, &run.text)? {
            Standing::Missing => self.begin(run, &directory, stop, steps_to)?,
            Standing::Begun { .. } => self.go_on(root, &directory, stop, steps_to)?,
            other => match finished(other)? {
                Some(manifest) => *manifest,
                None => return Err(anyhow!("{} can't be made", root.display()).into()),
            },
        };
        Ok(match manifest.is_complete() {
            true => Made::Finished(Box::new(manifest)),
            false => Made::Interrupted,
        })
    }

    fn begin(
        &self,
        run: &Run<E::Config>,
        directory: &RunDirectory,
        stop: &StopFlag,
        steps_to: StepsTo<'_>,
    ) -> Result<Manifest, Failure> {
        let resolved = &run.resolved;
        let (data, inputs) = load::<E>(&resolved.config, self.request.data.as_deref())?;
        E::check(&resolved.config, &data)?;
        check_flow::<E>(&resolved.config, &data)?;
        directory.clear(true)?;
        let (start, check_every_op, program) = (Start::Fresh { init: None }, false, self.program);
        let (data, inputs) = (&data, &inputs);
        let outcome = train::run::<E>(Job {
            program,
            resolved,
            data,
            inputs,
            directory,
            start,
            stop,
            check_every_op,
            steps_to,
        })?;
        Ok(outcome.manifest)
    }

    fn go_on(
        &self,
        root: &Path,
        directory: &RunDirectory,
        stop: &StopFlag,
        steps_to: StepsTo<'_>,
    ) -> Result<Manifest, Failure> {
        let (run, data) = (root.to_owned(), self.request.data.clone());
        let request = ResumeRequest { run, epochs: None, data, check_finite: false };
        let left = match next::<E>(&request, directory)? {
            Next::Steps(left) => *left,
            Next::Nothing { .. } => return Ok(Manifest::read(&directory.manifest())?),
        };
        let StepsLeft { resolved, data: (data, inputs), loaded, config, .. } = left;
        let start = Start::Resume { loaded: Box::new(loaded), config };
        let (check_every_op, program) = (false, self.program);
        let (resolved, data, inputs) = (&resolved, &data, &inputs);
        let outcome = train::run::<E>(Job {
            program,
            resolved,
            data,
            inputs,
            directory,
            start,
            stop,
            check_every_op,
            steps_to,
        })?;
        Ok(outcome.manifest)
    }
}

/// The manifest of a run that is done; refuses what is none of the sweep's.
fn finished(standing: Standing) -> Result<Option<Box<Manifest>>, Failure> {
    match standing {
        Standing::Finished(manifest) => Ok(Some(manifest)),
        Standing::Foreign(reason) => Err(anyhow!("its folder holds another run: {reason}").into()),
        Standing::Missing | Standing::Begun { .. } => Ok(None),
    }
}
