//! Whether a run directory is what the program left there, file by file.

use std::path::Path;

use crate::config::{self, Settings};
use crate::data_again::load_again;
use crate::experiment::Experiment;
use crate::run::{
    CONFIG, DataRecord, FileError, Manifest, RunDirectory, configuration_sha256, jsonl, saved,
};
use crate::step::StepLine;

/// What was found about one part of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The part: a file, a checkpoint, the data set.
    pub part: String,
    /// What it was held to, or what is wrong with it.
    pub state: Result<String, String>,
}

/// Holds every part of a run, and of its control if it has one, to its hashes and to the other
/// parts. The data are looked for in `data`, or else where the run had them.
///
/// # Errors
/// When folders of the run can't be listed. What is damaged or missing is a finding, no error.
pub fn verify<E: Experiment>(
    directory: &RunDirectory,
    data: Option<&Path>,
) -> Result<Vec<Finding>, FileError> {
    let mut findings = of_run::<E>(directory, data)?;
    let control = directory.control();
    if !control.exists() {
        if manifest(directory).is_ok_and(|manifest| manifest.control) {
            findings.push(Finding {
                part: "control".to_owned(),
                state: Err("the run was trained with one, and its folder is gone".to_owned()),
            });
        }
        return Ok(findings);
    }
    let of_control = match RunDirectory::open(&control) {
        Ok(control) => of_run::<E>(&control, data)?,
        Err(_) => vec![Finding {
            part: CONFIG.to_owned(),
            state: Err(
                "the control did not begin, or lost it: `train --resume` of the run goes on"
                    .to_owned(),
            ),
        }],
    };
    findings.extend(
        of_control
            .into_iter()
            .map(|Finding { part, state }| Finding { part: format!("control: {part}"), state }),
    );
    Ok(findings)
}

/// The parts of one run, without its control.
fn of_run<E: Experiment>(
    directory: &RunDirectory,
    data: Option<&Path>,
) -> Result<Vec<Finding>, FileError> {
    let mut findings = Vec::new();
    let mut add = |part: &str, state| findings.push(Finding { part: part.to_owned(), state });

    let config = configuration::<E>(directory);
    add(
        "config.toml",
        config.as_ref().map(|_| "a valid configuration".to_owned()).map_err(Clone::clone),
    );
    let steps = metrics(directory);
    add(
        "metrics.jsonl",
        steps.as_ref().map(|n| format!("{n} steps, none missing")).map_err(Clone::clone),
    );

    let mut record = None;
    let mut newest = None;
    let all = saved::list(directory)?;
    for &steps in &all {
        let state = saved::load(directory, steps).map_err(text).and_then(|loaded| {
            let found = loaded.weights.data_sha256();
            let expected = loaded.record.weights_sha256.clone();
            if found != expected {
                return Err(format!("its weights have SHA-256 {found}, expected {expected}"));
            }
            let origin = loaded.record.origin;
            if let Ok(config) = &config
                && config.1 != origin.configuration_sha256
            {
                return Err("config.toml was changed since it was saved".to_owned());
            }
            record = Some(origin.data);
            newest = Some((steps, expected));
            Ok("weights, the rest of the state, record, and the logs until then".to_owned())
        });
        add(&format!("checkpoint after {steps} steps"), state);
    }
    if all.is_empty() {
        add("checkpoints", Err("there is none".to_owned()));
    }

    match manifest(directory) {
        Err(reason) => add("manifest.json", Err(reason)),
        Ok(manifest) => {
            let lines = steps.unwrap_or(manifest.steps);
            add("manifest.json", agree(&manifest, lines, newest));
            for (name, expected) in &manifest.files {
                let kept = manifest.require(directory, name).map_err(text);
                add(name, kept.map(|()| format!("{} bytes by SHA-256", expected.bytes)));
            }
            record = Some(manifest.data);
        }
    }
    for path in directory.unfinished()? {
        let name = path.strip_prefix(directory.root()).unwrap_or(&path).display().to_string();
        add(
            &name,
            Err("it was being written when a process was ended; --resume removes it".into()),
        );
    }
    if let (Some(record), Ok((config, _))) = (record, &config) {
        add("data set", data_set::<E>(config, &record, data, directory.root()));
    }
    Ok(findings)
}

fn text(error: impl std::error::Error) -> String {
    text_of(&error)
}

fn text_of(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    text
}

/// The configuration, and the hash by which checkpoints know it.
fn configuration<E: Experiment>(directory: &RunDirectory) -> Result<(E::Config, String), String> {
    let file = directory.config();
    let resolved = config::read::<E::Config>(E::NAME, E::PRESETS, &file).map_err(text)?;
    let text = std::fs::read_to_string(&file).map_err(text)?;
    Ok((resolved.config, configuration_sha256(&text, E::Config::LENGTH_KEY)))
}

/// The number of steps, all of which must be there in order.
fn metrics(directory: &RunDirectory) -> Result<u64, String> {
    let lines: Vec<StepLine> = jsonl::read(&directory.metrics()).map_err(text)?;
    match lines.iter().zip(0..).find(|(line, step)| line.step != *step) {
        Some((line, step)) => {
            Err(format!("line {} is of step {}, expected {step}", step + 1, line.step))
        }
        None => Ok(lines.len() as u64),
    }
}

fn manifest(directory: &RunDirectory) -> Result<Manifest, String> {
    let file = directory.manifest();
    if !file.exists() {
        return Err("there is none: the run did not end, `train --resume` goes on".into());
    }
    Manifest::read(&file).map_err(text)
}

/// Manifest, metrics and newest checkpoint against each other.
fn agree(manifest: &Manifest, lines: u64, newest: Option<(u64, String)>) -> Result<String, String> {
    if lines != manifest.steps {
        return Err(format!("it is of {} steps, metrics.jsonl of {lines}", manifest.steps));
    }
    match newest {
        Some((steps, _)) if steps != manifest.steps => Err(format!(
            "it is of {} steps, the newest whole checkpoint of {steps}",
            manifest.steps
        )),
        Some((_, hash)) if hash != manifest.weights_sha256 => Err(format!(
            "its weights have SHA-256 {}, those of the checkpoint {hash}",
            manifest.weights_sha256
        )),
        _ => Ok(format!("{} of {} steps", manifest.steps, manifest.steps_planned)),
    }
}

fn data_set<E: Experiment>(
    config: &E::Config,
    record: &DataRecord,
    given: Option<&Path>,
    run: &Path,
) -> Result<String, String> {
    load_again::<E>(config, given, record, run).map_err(|error| text_of(error.as_ref()))?;
    Ok(match record.sha256.is_empty() {
        true => "none is read".to_owned(),
        false => "the run's, by SHA-256".to_owned(),
    })
}
