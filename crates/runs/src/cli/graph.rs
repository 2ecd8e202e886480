//! `graph`.

use std::path::Path;

use anyhow::anyhow;
use gradroute_tape::TracePage;

use super::at_step::at_step;
use super::commands::{GraphRequest, PlaceRequest, Variant};
use super::failure::Failure;
use super::folder_of::make_folder_of;
use super::graph_format::GraphFormat;
use super::print::print;
use crate::config::{Override, Request};
use crate::console::say;
use crate::experiment::Experiment;
use crate::run::atomic;
use crate::seen::Seen;

/// Writes a step's graph. All that is wrong with the request ends with 2.
pub(super) fn run<E: Experiment>(request: &GraphRequest) -> Result<(), Failure> {
    request.out.as_deref().map_or(Ok(()), make_folder_of)?;
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
    let picture = || Ok(first(seen::<E>(&place::<E>(request))?.1));
    match request.format {
        GraphFormat::Svg => picture().map(|pass| pass.trace.to_svg()),
        GraphFormat::Dot => picture().map(|pass| pass.dot),
        GraphFormat::Html => page::<E>(request).map(|page| page.to_html()),
        GraphFormat::Json => page::<E>(request).map(|page| page.to_json() + "\n"),
    }
}

/// The step, with the batch that is taken where nothing was said of it.
fn place<E: Experiment>(request: &GraphRequest) -> PlaceRequest {
    let mut place = request.place.clone();
    if let Some(batch) = request.batch_by_default {
        // The first of all settings, so that whatever else is said of it wins.
        place.request.set.insert(0, format!("train.batch={batch}"));
        // An experiment without batches has no such key.
        if E::resolve(&place.request).is_err() {
            place.request.set.remove(0);
        }
    }
    place
}

/// The page of a step's graph and its variants.
pub(super) fn page<E: Experiment>(request: &GraphRequest) -> Result<TracePage<f32>, Failure> {
    let place = place::<E>(request);
    // All of them before the first is computed; first what a variant could not mend.
    E::resolve(&place.request)?;
    let mut variants = Vec::new();
    for variant in &request.variants {
        let flag = format!("--variant {}", variant.name);
        let changed = with(&place.request, variant, &flag)?;
        E::resolve(&changed).map_err(|error| Failure::from(error).of(&flag))?;
        variants.push((&*variant.name, flag, changed));
    }
    let (step, passes) = seen::<E>(&place)?;
    let mut page = TracePage::new(title::<E>(&place, step)?);
    add(&mut page, "as it is", passes);
    for (name, flag, request) in variants {
        let place = PlaceRequest { request, told: true, ..place.clone() };
        let (_, passes) = seen::<E>(&place).map_err(|failure| failure.of(&flag))?;
        add(&mut page, name, passes);
    }
    Ok(page)
}

/// Each pass of a step is a variant of its own.
fn add(page: &mut TracePage<f32>, name: &str, passes: Vec<Seen>) {
    let several = passes.len() > 1;
    for (pass, i) in passes.into_iter().zip(1..) {
        let name = if several { format!("{name}, pass {i}") } else { name.to_owned() };
        page.add(name, pass.trace);
    }
}

/// The pass that a picture is of.
fn first(mut passes: Vec<Seen>) -> Seen {
    let n = passes.len();
    if n > 1 {
        say!("note: this step makes {n} backward passes; the picture is of the first");
    }
    passes.swap_remove(0)
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
        Some(run) => name_of(run),
        None if step == 0 => format!("{}, fresh weights", resolved.preset),
        None => resolved.preset,
    };
    Ok(format!("The backward pass of {what}, step {step}"))
}

/// What a run is called: its folder, whatever way leads there.
fn name_of(run: &Path) -> String {
    let whole = std::path::absolute(run).unwrap_or_else(|_| run.to_owned());
    whole.file_name().map_or_else(|| run.display().to_string(), |name| name.display().to_string())
}

/// A request with the keys of a variant given other values, whatever else is said of them.
fn with(request: &Request, variant: &Variant, flag: &str) -> Result<Request, Failure> {
    let changed = |text: &String| {
        let parsed = Override::parse(text).map_err(|_| {
            anyhow!(
                "{flag}: `{text}` is no setting; expected key=value, several of them with commas \
                 between, such as loss.l1=0,routing.enabled=false"
            )
        })?;
        Ok(Override { origin: flag.to_owned(), ..parsed })
    };
    let changed = variant.set.iter().map(changed).collect::<Result<Vec<_>, Failure>>()?;
    let is_kept = |key: &str| changed.iter().all(|change| change.key != key);
    let mut kept = request.clone();
    kept.set.retain(|text| is_kept(text.split('=').next().unwrap_or_default().trim()));
    kept.flags.retain(|flag| is_kept(&flag.key));
    kept.flags.extend(changed);
    Ok(kept)
}
