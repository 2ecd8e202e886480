//! What all pages are made from, and how they say that something went wrong.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::experiments::Experiments;
use super::worker::Worker;

/// What is shown.
pub(super) struct Site {
    /// A run, or a folder with runs.
    pub root: PathBuf,
    pub experiments: Arc<dyn Experiments>,
    pub worker: Worker,
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
