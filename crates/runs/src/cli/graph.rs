//! `graph`.

use anyhow::anyhow;
use gradroute_tape::TracePage;

use super::at_step::at_step;
use super::commands::{GraphRequest, PlaceRequest};
use super::failure::Failure;
use super::graph_arguments::GraphFormat;
use super::print::print;
use crate::config::{Override, Request};
use crate::console::say;
use crate::experiment::Experiment;
use crate::run::atomic;
use crate::seen::Seen;

/// Writes a step's graph. All that is wrong with the request ends with 2.
pub(super) fn run<E: Experiment>(request: &GraphRequest) -> Result<(), Failure> {
    let text = written::<E>(request).map_err(Failure::into_usage)?;
    match &request.out {
        None => print(&text),
        Some(file) => {
            atomic::write(file, text.as_bytes()).map_err(Failure::usage)?;
            say!("{} holds the graph.", file.display());
            Ok(())
        }
    }
}

fn written<E: Experiment>(request: &GraphRequest) -> Result<String, Failure> {
    let mut place = request.place.clone();
    if let Some(batch) = request.batch_by_default {
        let flag = Override::flag(&format!("--batch {batch}"), "train.batch", batch);
        place.request.flags.push(flag);
        // An experiment without batches has no such key.
        if E::resolve(&place.request).is_err() {
            place.request.flags.pop();
        }
    }
    let title = title::<E>(&place)?;
    let mut page = TracePage::new(title);
    let mut first = None;
    let plain = ("as it is".to_owned(), place.request.clone());
    let variants = request.variants.iter();
    let changed =
        variants.map(|variant| (variant.name.clone(), with(&place.request, &variant.set)));
    for (name, request) in [plain].into_iter().chain(changed) {
        let place = PlaceRequest { request, ..place.clone() };
        let passes = seen::<E>(&place)?;
        let several = passes.len() > 1;
        for (pass, i) in passes.into_iter().zip(1..) {
            let name = if several { format!("{name}, pass {i}") } else { name.clone() };
            first.get_or_insert_with(|| pass.clone());
            page.add(name, pass.trace);
        }
    }
    let first = first.expect("a step has a pass");
    Ok(match request.format {
        GraphFormat::Html => page.to_html(),
        GraphFormat::Json => page.to_json() + "\n",
        GraphFormat::Svg => first.trace.to_svg(),
        GraphFormat::Dot => first.dot,
    })
}

fn seen<E: Experiment>(place: &PlaceRequest) -> Result<Vec<Seen>, Failure> {
    at_step::<E, _>(place, |config, driver| {
        let step = driver.made();
        let passes = driver.see(&E::groups(config))?;
        if passes.is_empty() {
            return Err(
                anyhow!("step {step} makes no backward pass; choose another one by --at").into()
            );
        }
        Ok(passes)
    })
}

/// What the page is called.
fn title<E: Experiment>(place: &PlaceRequest) -> Result<String, Failure> {
    let resolved = E::resolve(&place.request)?;
    let what = match &place.run {
        Some(run) => run.display().to_string(),
        None => format!("{}, fresh weights", resolved.preset),
    };
    let at = place.at.map_or_else(String::new, |at| format!(", step {at}"));
    Ok(format!("The backward pass of {what}{at}"))
}

/// A request with some keys given other values.
fn with(request: &Request, set: &[String]) -> Request {
    let key = |text: &String| text.split('=').next().unwrap_or_default().trim().to_owned();
    let changed: Vec<String> = set.iter().map(key).collect();
    let kept = request.set.iter().filter(|text| !changed.contains(&key(text)));
    Request { set: kept.chain(set).cloned().collect(), ..request.clone() }
}
