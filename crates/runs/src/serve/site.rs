//! What all pages are made from, and how they say that something went wrong.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::experiments::Experiments;
use super::folder;
use super::worker::Worker;
use crate::run::RunDirectory;

/// What is shown.
pub(super) struct Site {
    /// A run, or a folder with runs.
    pub root: PathBuf,
    pub experiments: Arc<dyn Experiments>,
    pub worker: Worker,
}

impl Site {
    /// The folder of a run by its name.
    ///
    /// # Errors
    /// When there is none, in words.
    pub fn folder(&self, run: &str) -> Result<PathBuf, String> {
        folder::runs(&self.root)
            .remove(run)
            .ok_or_else(|| "there is no run of this name; it may have gone".to_owned())
    }

    /// The same, opened.
    ///
    /// # Errors
    /// When there is none, or it is damaged, in words.
    pub fn run(&self, run: &str) -> Result<RunDirectory, String> {
        RunDirectory::open(&self.folder(run)?).map_err(|error| error.to_string())
    }
}

/// Which run a page is about.
#[derive(Deserialize)]
pub(super) struct Of {
    pub run: String,
}

/// Why there is no page.
pub(super) fn problem(status: StatusCode, reason: impl Into<String>) -> Response {
    #[derive(Serialize)]
    struct Problem {
        problem: String,
    }
    (status, Json(Problem { problem: reason.into() })).into_response()
}

/// What `work` gives, done on a thread of its own, as reading files may take its time.
pub(super) async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, Response> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| problem(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}
