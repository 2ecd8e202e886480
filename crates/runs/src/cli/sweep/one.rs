//! Making one run of a sweep.

use anyhow::anyhow;

use super::plan::Sweep;
use super::swept::Making;
use crate::cli::failure::Failure;
use crate::interrupt::StopFlag;
use crate::run::{DirectoryError, Manifest, RunDirectory};
use crate::sweep::{Standing, Tried};
use crate::train::StepsTo;

/// What came of a run.
pub(super) enum Made {
    /// It is finished.
    Finished(Box<Manifest>),
    /// It was told to end before.
    Interrupted,
}

impl Sweep<'_> {
    /// Makes the run with this index, or what is left of it.
    pub fn make(
        &self,
        index: usize,
        stop: &StopFlag,
        steps_to: StepsTo<'_>,
    ) -> Tried<Result<Made, Failure>> {
        let (program, data) = (self.program, self.request.data.as_deref());
        let making = Making { program, data, stop, steps_to };
        match self.held(index, making) {
            Err(Failure::Failed(error))
                if matches!(error.downcast_ref(), Some(DirectoryError::Busy(_))) =>
            {
                Tried::Busy
            }
            other => Tried::Ended(other),
        }
    }

    fn held(&self, index: usize, making: Making<'_>) -> Result<Made, Failure> {
        let text = &self.runs[&index].configured.text;
        // Looked at before the lock, which leaves a file in the folder, and again after it.
        if let Some(manifest) = finished(self.standing(index, text)?)? {
            return Ok(Made::Finished(manifest));
        }
        let directory = RunDirectory::hold(&self.root(index))?;
        let standing = self.standing(index, text)?;
        let is_begun = matches!(standing, Standing::Begun { .. });
        let manifest = match finished(standing)? {
            Some(manifest) => manifest,
            None if is_begun => Box::new(self.swept.go_on(&directory, making)?),
            None => Box::new(self.swept.begin(text, &directory, making)?),
        };
        Ok(match manifest.is_complete() {
            true => Made::Finished(manifest),
            false => Made::Interrupted,
        })
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
