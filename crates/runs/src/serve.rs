//! Pages about runs, served to a browser on this machine.
//!
//! The server listens on 127.0.0.1 alone and loads nothing from elsewhere. It knows a run by the files in
//! its directory, so it can watch one that another process trains, and stop or fail without
//! consequence for it.

mod about;
mod asked;
mod assets;
mod columns;
mod end;
mod experiments;
mod folder;
mod follow;
mod guard;
mod headers;
mod lines;
mod picture;
mod report;
mod row;
mod site;
mod tail;
mod worker;

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{self, Next};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

pub use experiments::{Experiments, Model, StepOf};
use row::Row;
use site::{Of, Site, blocking, problem};
use worker::Worker;

/// A server that listens already.
pub struct Server {
    listener: TcpListener,
    site: Arc<Site>,
}

impl Server {
    /// Listens on a port of 127.0.0.1; 0 is a free one. `root` is a run or a folder with some.
    ///
    /// # Errors
    /// When the port is taken or may not be used.
    pub fn listen(root: PathBuf, experiments: Arc<dyn Experiments>, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let worker = Worker::start(Arc::clone(&experiments));
        Ok(Self { listener, site: Arc::new(Site { root, experiments, worker }) })
    }

    /// Where the first page is.
    ///
    /// # Errors
    /// When the system does not say which port it is.
    pub fn address(&self) -> io::Result<String> {
        Ok(format!("http://{}/", self.listener.local_addr()?))
    }

    /// Answers until the process ends.
    ///
    /// # Errors
    /// When the system takes no more connections.
    pub fn run(self) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            axum::serve(listener, router(self.site)).await
        })
    }
}

fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/api/runs", get(runs))
        .route("/api/watch", get(watch))
        .route("/api/run", get(about::facts))
        .route("/api/answer", post(asked::answer))
        .route("/api/audit", get(asked::audit))
        // Browsers ask for it beside pages that name none.
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .route("/panel.js", get(about::panel))
        .route("/tape", get(asked::tape))
        .route("/report", get(report::report))
        .route("/api/probe", get(probe))
        .fallback(get(asset))
        .layer(DefaultBodyLimit::max(guard::MAX_BODY))
        .layer(middleware::from_fn(guarded))
        .with_state(site)
}

/// Answers only what may be asked, and says with each answer what the browser must not do.
async fn guarded(request: Request, next: Next) -> Response {
    let checked = guard::check(request.method(), request.uri(), request.headers());
    let mut response = match checked {
        Ok(()) => next.run(request).await,
        Err(refusal) => problem(refusal.status, refusal.reason),
    };
    headers::add(response.headers_mut());
    response
}

async fn asset(request: Request) -> Response {
    match assets::find(request.uri().path()) {
        Some(asset) => ([(CONTENT_TYPE, asset.kind)], asset.text).into_response(),
        None => problem(StatusCode::NOT_FOUND, "there is no such page"),
    }
}

/// The runs that are there.
#[derive(Serialize)]
struct Runs {
    program: &'static str,
    folder: String,
    runs: Vec<Row>,
}

async fn runs(State(site): State<Arc<Site>>) -> Response {
    let read = move || {
        let found = folder::runs(&site.root);
        // A run that has gone since it was found is none.
        let row = |(name, folder): (&String, &PathBuf)| {
            Row::read(name, folder, site.experiments.first()).ok()
        };
        let runs = found.iter().filter_map(row).collect();
        Runs { program: site.experiments.program(), folder: site.root.display().to_string(), runs }
    };
    blocking(read).await.map_or_else(|failed| failed, |runs| Json(runs).into_response())
}

async fn watch(State(site): State<Arc<Site>>, Query(of): Query<Of>) -> Response {
    let (name, first) = (of.run.clone(), site.experiments.first());
    match blocking(move || site.run(&of.run)).await {
        Ok(Ok(run)) => Sse::new(follow::events(name, &run, first))
            .keep_alive(KeepAlive::default())
            .into_response(),
        Ok(Err(reason)) => problem(StatusCode::NOT_FOUND, reason),
        Err(failed) => failed,
    }
}

/// Which probe of a run is meant.
#[derive(Deserialize)]
struct OfStep {
    run: String,
    /// Steps of the run done.
    step: u64,
}

/// A probe with its pictures.
async fn probe(State(site): State<Arc<Site>>, Query(of): Query<OfStep>) -> Response {
    let find = move || match site.run(&of.run) {
        Ok(run) => picture::of_step(&run.probes(), of.step),
        Err(_) => Ok(None),
    };
    match blocking(find).await {
        Ok(Ok(Some(probe))) => Json(probe).into_response(),
        Ok(Ok(None)) => problem(
            StatusCode::NOT_FOUND,
            "there is no probe of this step, or no run of this name; it may have gone",
        ),
        Ok(Err(error)) => problem(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        Err(failed) => failed,
    }
}
