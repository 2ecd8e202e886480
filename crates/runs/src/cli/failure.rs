//! Failures, and the exit status that they end in.

use std::io;
use std::process::ExitCode;

use crate::console::say;
use crate::interrupt;

/// Why a command did not succeed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The request was wrong: exit status 2, as for an unknown flag.
    Usage(anyhow::Error),
    /// The request could not be met: exit status 1.
    Failed(anyhow::Error),
    /// What was looked for was found: exit status 1.
    Found(String),
    /// Nobody reads the output any more, which is no failure of ours.
    NoReader,
    /// A signal ended a run early, after all was saved and said.
    Interrupted(i32),
}

impl Failure {
    /// For `map_err`: the request was wrong.
    pub fn usage(error: impl Into<anyhow::Error>) -> Self {
        Failure::Usage(error.into())
    }

    /// For `map_err`, where status 1 has another meaning: the same with status 2.
    pub fn into_usage(self) -> Self {
        match self {
            Failure::Failed(error) => Failure::Usage(error),
            other => other,
        }
    }

    /// The error with its causes, in a line.
    pub fn words(&self) -> String {
        match self {
            Failure::Usage(error) | Failure::Failed(error) => format!("{error:#}"),
            other => format!("{other:?}"),
        }
    }

    /// The same, with `what` it is of before the error, unless that says it.
    pub fn of(self, what: &str) -> Self {
        let named = |error: anyhow::Error| match error.to_string() {
            text if text.contains(what) => error,
            text => error.context(format!("{what}: {text}")),
        };
        match self {
            Failure::Usage(error) => Failure::Usage(named(error)),
            Failure::Failed(error) => Failure::Failed(named(error)),
            other => other,
        }
    }

    /// For `map_err`: an experiment's own error.
    pub fn boxed(error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Failure::Failed(anyhow::Error::from_boxed(error))
    }

    /// For `map_err`: standard output can't be written.
    pub fn output(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Failure::NoReader;
        }
        Failure::Failed(anyhow::Error::new(error).context("cannot write to standard output"))
    }

    /// Prints the error with its causes, a line each. A cause that the line before quotes is left
    /// out: errors of experiments and libraries may do so.
    pub fn report(self) -> ExitCode {
        let (error, status) = match self {
            Failure::NoReader => return ExitCode::SUCCESS,
            Failure::Interrupted(signal) => interrupt::end(signal),
            Failure::Found(text) => {
                say!("{text}");
                return ExitCode::FAILURE;
            }
            Failure::Usage(error) => (error, 2),
            Failure::Failed(error) => (error, 1),
        };
        say!("error: {error}");
        let mut before = error.to_string();
        for cause in error.chain().skip(1) {
            let cause = cause.to_string();
            if !before.contains(&cause) {
                say!("  because: {cause}");
            }
            before = cause;
        }
        ExitCode::from(status)
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure::Failed(error.into())
    }
}
