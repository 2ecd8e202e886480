//! What needs a model in memory: answers, the tape's page, the audit.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::experiments::StepOf;
use super::site::{Site, blocking, problem};
use super::worker::{Models, Unanswered};
use crate::audit::{heat_map, to_text};
use crate::flow::{self, FlowLine};
use crate::page::Figure;
use crate::run::{RunDirectory, jsonl};

/// Which run, and after how many steps.
#[derive(Deserialize)]
pub(super) struct At {
    run: String,
    at: u64,
    /// Samples of the batch.
    batch: Option<i64>,
    /// Settings of variants, each `key=value`, with `;` between variants.
    #[serde(default)]
    variants: String,
}

/// The answer of a run's model to the question in the body.
pub(super) async fn answer(
    State(site): State<Arc<Site>>,
    Query(At { run, at, .. }): Query<At>,
    body: Bytes,
) -> Response {
    let Ok(question) = String::from_utf8(body.to_vec()) else {
        return problem(StatusCode::BAD_REQUEST, "expected JSON in UTF-8");
    };
    let answer =
        move |models: &mut Models, folder: PathBuf| models.of(&folder, at)?.answer(&question);
    match computed(&site, run, answer).await {
        Ok(answer) => ([(CONTENT_TYPE, "application/json")], answer).into_response(),
        Err(refused) => refused,
    }
}

/// The page that steps through the backward passes of a step.
pub(super) async fn tape(State(site): State<Arc<Site>>, Query(at): Query<At>) -> Response {
    let page = |models: &mut Models, of: StepOf| {
        let page = models.experiments.trace(&of)?;
        Ok(page.to_html_with_files("/tape.js", "/tape.css"))
    };
    match step_computed(&site, at, page).await {
        Ok(page) => Html(page).into_response(),
        Err(refused) => refused,
    }
}

/// The audit of a step, as text and as a picture.
pub(super) async fn audit(State(site): State<Arc<Site>>, Query(at): Query<At>) -> Response {
    #[derive(Serialize)]
    struct Audited {
        text: String,
        heat_map: String,
        leaks: usize,
        /// The flow map of the run so far, where it has one.
        flow: Vec<Drawn>,
    }
    let audited = |models: &mut Models, of: StepOf| {
        let audit = models.experiments.audit(&of)?;
        let picture = heat_map(&audit).map_err(|error| error.to_string())?;
        let heat_map = picture.svg("Who teaches what");
        let flow = flow(&of.run)?;
        Ok(Audited { text: to_text(&audit), heat_map, leaks: audit.leaks.len(), flow })
    };
    match step_computed(&site, at, audited).await {
        Ok(audited) => Json(audited).into_response(),
        Err(refused) => refused,
    }
}

/// A picture.
#[derive(Serialize)]
struct Drawn {
    caption: String,
    svg: String,
}

/// The flow map of a run as far as it is.
fn flow(run: &Path) -> Result<Vec<Drawn>, String> {
    let file = RunDirectory::open(run).map_err(|error| error.to_string())?.flow();
    if !file.is_file() {
        return Ok(Vec::new());
    }
    let lines: Vec<FlowLine> = jsonl::read(&file).map_err(|error| error.to_string())?;
    let figures = flow::figures(&lines).map_err(|error| error.to_string())?;
    let drawn = |figure: Figure| Drawn {
        svg: figure.drawing.svg(&figure.caption),
        caption: figure.caption,
    };
    Ok(figures.into_iter().map(drawn).collect())
}

async fn step_computed<R: Send + 'static>(
    site: &Arc<Site>,
    At { run, at, batch, variants }: At,
    work: impl FnOnce(&mut Models, StepOf) -> Result<R, String> + Send + 'static,
) -> Result<R, Response> {
    let variants = variants.split(';').map(str::trim).filter(|text| !text.is_empty());
    let variants = variants.map(str::to_owned).collect();
    computed(site, run, move |models, run| work(models, StepOf { run, at, batch, variants })).await
}

/// What `work` on a run's folder gives, by the thread that computes.
async fn computed<R: Send + 'static>(
    site: &Arc<Site>,
    run: String,
    work: impl FnOnce(&mut Models, PathBuf) -> Result<R, String> + Send + 'static,
) -> Result<R, Response> {
    let looks = Arc::clone(site);
    let folder = blocking(move || looks.folder(&run)).await?;
    let folder = folder.map_err(|reason| problem(StatusCode::NOT_FOUND, reason))?;
    match site.worker.ask(move |models| work(models, folder)).await {
        Ok(done) => done.map_err(|reason| problem(StatusCode::BAD_REQUEST, reason)),
        Err(Unanswered::Superseded) => {
            Err(problem(StatusCode::CONFLICT, "a newer question took the place of this one"))
        }
        Err(Unanswered::Panicked) => Err(problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the program failed at this question; its terminal says where",
        )),
    }
}
