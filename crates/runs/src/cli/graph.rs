//! `graph`.

use anyhow::anyhow;
use gradroute_tape::TracePage;

use super::at_step::at_step;
use super::commands::{GraphRequest, PlaceRequest, Variant};
use super::failure::Failure;
use super::graph_format::GraphFormat;
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
    let mut all = vec![("as it is".to_owned(), place.request.clone())];
    for Variant { name, set } in &request.variants {
        let changed = with(&place.request, set);
        // All of them before the first is computed.
        E::resolve(&changed).map_err(|error| anyhow!("--variant {name}: {error}"))?;
        all.push((name.clone(), changed));
    }
    let (mut page, mut first) = (None, None);
    for (name, request) in all {
        let place = PlaceRequest { request, ..place.clone() };
        let (step, passes) = seen::<E>(&place)?;
        let several = passes.len() > 1;
        if page.is_none() {
            page = Some(TracePage::new(title::<E>(&place, step)?));
        }
        for (pass, i) in passes.into_iter().zip(1..) {
            let name = if several { format!("{name}, pass {i}") } else { name.clone() };
            first.get_or_insert_with(|| pass.clone());
            page.as_mut().expect("made before").add(name, pass.trace);
        }
    }
    let (page, first) = page.zip(first).expect("a step has a pass");
    Ok(match request.format {
        GraphFormat::Html => page.to_html(),
        GraphFormat::Json => page.to_json() + "\n",
        GraphFormat::Svg => first.trace.to_svg(),
        GraphFormat::Dot => first.dot,
    })
}

fn seen<E: Experiment>(place: &PlaceRequest) -> Result<(u64, Vec<Seen>), Failure> {
    at_step::<E, _>(place, |config, driver| {
        let step = driver.made();
        let passes = driver.see(&E::groups(config))?;
        if passes.is_empty() {
            return Err(
                anyhow!("step {step} makes no backward pass; choose another one by --at").into()
            );
        }
        Ok((step, passes))
    })
}

/// What the page is called.
fn title<E: Experiment>(place: &PlaceRequest, step: u64) -> Result<String, Failure> {
    let resolved = E::resolve(&place.request)?;
    let what = match &place.run {
        Some(run) => run.display().to_string(),
        None if step == 0 => format!("{}, fresh weights", resolved.preset),
        None => resolved.preset,
    };
    Ok(format!("The backward pass of {what}, step {step}"))
}

/// A request with some keys given other values.
fn with(request: &Request, set: &[String]) -> Request {
    let key = |text: &String| text.split('=').next().unwrap_or_default().trim().to_owned();
    let changed: Vec<String> = set.iter().map(key).collect();
    let kept = request.set.iter().filter(|text| !changed.contains(&key(text)));
    let flags = request.flags.iter().filter(|flag| !changed.contains(&flag.key));
    Request {
        set: kept.chain(set).cloned().collect(),
        flags: flags.cloned().collect(),
        ..request.clone()
    }
}
