//! What there is of a run for the pages about it: its steps that were saved, a panel.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::row::Row;
use super::site::{Of, Site, blocking, problem};
use crate::run::saved;

/// Which experiment.
#[derive(Deserialize)]
pub(super) struct PanelOf {
    experiment: String,
}

/// What a page is told before it asks.
#[derive(Serialize)]
struct Facts {
    #[serde(flatten)]
    row: Row,
    /// Whether its experiment has a panel.
    panel: bool,
    /// After how many steps it was saved; the oldest first.
    checkpoints: Vec<u64>,
}

/// What a run has to be looked at.
pub(super) async fn facts(State(site): State<Arc<Site>>, Query(of): Query<Of>) -> Response {
    let read = move || -> Result<Facts, String> {
        let run = site.run(&of.run)?;
        let row = Row::read(&of.run, run.root(), site.experiments.first());
        let row = row.map_err(|error| error.to_string())?;
        let checkpoints = saved::list(&run).map_err(|error| error.to_string())?;
        let panel = site.experiments.panel(&row.experiment).is_some();
        Ok(Facts { row, panel, checkpoints })
    };
    match blocking(read).await {
        Ok(Ok(facts)) => Json(facts).into_response(),
        Ok(Err(reason)) => problem(StatusCode::NOT_FOUND, reason),
        Err(failed) => failed,
    }
}

/// The script of an experiment's panel.
pub(super) async fn panel(State(site): State<Arc<Site>>, Query(of): Query<PanelOf>) -> Response {
    match site.experiments.panel(&of.experiment) {
        Some(script) => {
            ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], script).into_response()
        }
        None => problem(StatusCode::NOT_FOUND, "no experiment of this name has a panel"),
    }
}
