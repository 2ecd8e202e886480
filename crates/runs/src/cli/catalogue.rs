//! The experiments of a program, whatever their types.

use super::commands::{
    AuditRequest, CompareRequest, GraphRequest, ResumeRequest, SavedRequest, SweepRequest,
    TrainRequest, VerifyRequest,
};
use super::failure::Failure;
use super::of::Of;
#[cfg(feature = "serve")]
use super::shown::Shown;
use super::{audit, compare, evaluate, figures, graph, resume, sweep, train, verify};
use crate::config::Preset;
use crate::experiment::{Experiment, ExtraCommand};
use crate::program::Program;

/// An experiment in the list of a program; [`entry`] makes one.
pub struct Entry {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) presets: &'static [Preset],
    pub(super) extra: &'static [ExtraCommand],
    #[cfg(feature = "serve")]
    pub(super) shown: &'static dyn Shown,
    pub(super) commands: &'static dyn Commands,
}

/// What the command line can ask of an experiment.
pub(super) trait Commands: Sync {
    fn train(&self, program: &Program, request: &TrainRequest) -> Result<(), Failure>;
    fn resume(&self, program: &Program, request: &ResumeRequest) -> Result<(), Failure>;
    fn evaluate(&self, request: &SavedRequest) -> Result<(), Failure>;
    fn figures(&self, request: &SavedRequest) -> Result<(), Failure>;
    fn verify(&self, request: &VerifyRequest) -> Result<(), Failure>;
    fn compare(&self, request: &CompareRequest) -> Result<(), Failure>;
    fn audit(&self, request: &AuditRequest) -> Result<(), Failure>;
    fn graph(&self, request: &GraphRequest) -> Result<(), Failure>;
    fn sweep(&self, program: &Program, request: &SweepRequest) -> Result<(), Failure>;
}

impl<E: Experiment> Commands for Of<E> {
    fn train(&self, program: &Program, request: &TrainRequest) -> Result<(), Failure> {
        train::run::<E>(program, request)
    }

    fn resume(&self, program: &Program, request: &ResumeRequest) -> Result<(), Failure> {
        resume::run::<E>(program, request)
    }

    fn evaluate(&self, request: &SavedRequest) -> Result<(), Failure> {
        evaluate::run::<E>(request)
    }

    fn figures(&self, request: &SavedRequest) -> Result<(), Failure> {
        figures::run::<E>(request)
    }

    fn verify(&self, request: &VerifyRequest) -> Result<(), Failure> {
        verify::run::<E>(request)
    }

    fn compare(&self, request: &CompareRequest) -> Result<(), Failure> {
        compare::run::<E>(request)
    }

    fn audit(&self, request: &AuditRequest) -> Result<(), Failure> {
        audit::run::<E>(request)
    }

    fn graph(&self, request: &GraphRequest) -> Result<(), Failure> {
        graph::run::<E>(request)
    }

    fn sweep(&self, program: &Program, request: &SweepRequest) -> Result<(), Failure> {
        sweep::run(self, program, request)
    }
}

/// The entry of an experiment, for the list that [`run`](super::run()) takes.
pub const fn entry<E: Experiment>() -> Entry {
    Entry {
        name: E::NAME,
        description: E::DESCRIPTION,
        presets: E::PRESETS,
        extra: E::COMMANDS,
        #[cfg(feature = "serve")]
        shown: &Of::<E>::NEW,
        commands: &Of::<E>::NEW,
    }
}
