//! The report of a run as a page of the server.

use std::path::Path;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::site::{Of, Site, blocking, problem};

/// The report of a run, with its style as a file.
pub(super) async fn report(State(site): State<Arc<Site>>, Query(of): Query<Of>) -> Response {
    let read = move || {
        without_style(&site.run(&of.run)?.report())
            .ok_or_else(|| "this run has no report; it may not have ended".to_owned())
    };
    match blocking(read).await {
        Ok(Ok(page)) => Html(page).into_response(),
        Ok(Err(reason)) => problem(StatusCode::NOT_FOUND, reason),
        Err(failed) => failed,
    }
}

/// A report's page for this server, which forbids styles within pages: with its style as a file, and without
/// the policy of its own, which forbids that.
fn without_style(file: &Path) -> Option<String> {
    let page = std::fs::read_to_string(file).ok()?;
    let page = replaced(&page, "<meta http-equiv=\"Content-Security-Policy\"", ">", "")?;
    replaced(&page, "<style>", "</style>", "<link rel=\"stylesheet\" href=\"/report.css\">")
}

/// The text with what goes from `from` to `to` replaced.
fn replaced(text: &str, from: &str, to: &str, by: &str) -> Option<String> {
    let (before, rest) = text.split_once(from)?;
    let (_, after) = rest.split_once(to)?;
    Some(format!("{before}{by}{after}"))
}
