//! Whether two runs are the same, and where they part first.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::config::{self, Keys, PROBE_EVERY, differing};
use crate::experiment::Experiment;
use crate::run::{
    CONFIG, DataRecord, DirectoryError, EVALUATION, Manifest, RunDirectory, jsonl, read_json, saved,
};

/// One part of two runs, held against each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What is compared, such as `metrics.jsonl`.
    pub name: String,
    /// What came out.
    pub agreement: Agreement,
}

/// What came out of comparing a part. The texts follow the part's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Both have the same.
    Same(String),
    /// They differ: where first, and in what.
    Different(String),
    /// One of them does not have it.
    Unknown(String),
}

use Agreement::{Different, Same, Unknown};

/// Holds a run against a reference, in the order in which a run comes about: settings, data, the
/// logs step by step, weights, evaluation. Times, machines, pictures and probes are left out. The reference
/// may be as little of a run as `data/results` keeps; a log of which it has only each k-th line, as
/// `metrics-every-k.jsonl`, is compared in these lines. Numbers that only the run has, because its
/// version tells more, are named and count as the same.
///
/// # Errors
/// When one of both is no run of this experiment, or the reference's configuration or evaluation is
/// not what its manifest says.
pub fn against<E: Experiment>(
    run: &RunDirectory,
    reference: &RunDirectory,
) -> anyhow::Result<Vec<Part>> {
    let mut parts = of_runs::<E>(run, reference)?;
    let controls = [run, reference].map(|run| RunDirectory::open(&run.control()));
    match controls {
        [Ok(ours), Ok(theirs)] => {
            let of_controls = of_runs::<E>(&ours, &theirs)?.into_iter();
            parts.extend(of_controls.map(|Part { name, agreement }| Part {
                name: format!("control: {name}"),
                agreement,
            }));
        }
        [Err(_), Err(_)] => {}
        _ => parts.push(Part {
            name: "control".to_owned(),
            agreement: Unknown("only one of both has one".to_owned()),
        }),
    }
    Ok(parts)
}

/// The parts of two runs, without their controls.
fn of_runs<E: Experiment>(
    run: &RunDirectory,
    reference: &RunDirectory,
) -> anyhow::Result<Vec<Part>> {
    let (ours, theirs) = (Side::read::<E>(run)?, Side::read::<E>(reference)?);
    // What is damaged in the run itself, `verify` says.
    if let Some(manifest) = &theirs.manifest {
        manifest.require(reference, CONFIG)?;
        if reference.evaluation().is_file() {
            manifest.require(reference, EVALUATION)?;
        }
    }
    let part = |name: &str, agreement| Part { name: name.to_owned(), agreement };
    let mut parts =
        vec![part("settings", settings(&ours, &theirs)), part("data set", data(&ours, &theirs))];
    for name in ["metrics.jsonl", "epochs.jsonl", "stages.jsonl", "flow.jsonl"] {
        let (here, there) = (Log::find(run, name), Log::find(reference, name));
        match (here, there) {
            (Ok(None), Ok(None)) => {}
            (Ok(here), Ok(there)) => {
                parts.push(part(name, logs(name, here, there, &ours, &theirs)))
            }
            (Err(damage), _) | (_, Err(damage)) => parts.push(part(name, Unknown(damage))),
        }
    }
    parts.push(part("weights", weights(&ours, &theirs)));
    parts.push(part("evaluation.json", evaluations(run, reference)));
    Ok(parts)
}

/// What a run says of itself.
struct Side {
    keys: Keys,
    init: Option<PathBuf>,
    data: Option<DataRecord>,
    /// Steps, and the hash of the weights after them.
    weights: Option<(u64, String)>,
    manifest: Option<Manifest>,
}

impl Side {
    fn read<E: Experiment>(directory: &RunDirectory) -> anyhow::Result<Self> {
        let resolved = config::read::<E::Config>(E::NAME, E::PRESETS, &directory.config())?;
        let mut keys = config::keys(&resolved.config);
        keys.remove(PROBE_EVERY);
        if directory.manifest().is_file() {
            let manifest = Manifest::read(&directory.manifest())?;
            return Ok(Self {
                keys,
                init: manifest.init.clone(),
                data: Some(manifest.data.clone()),
                weights: Some((manifest.steps, manifest.weights_sha256.clone())),
                manifest: Some(manifest),
            });
        }
        // It has not ended: its newest whole checkpoint speaks for it.
        let record = match saved::newest(directory, |_| ()) {
            Ok(loaded) => Some(loaded.record),
            Err(DirectoryError::NoCheckpoint(_)) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            keys,
            init: record.as_ref().and_then(|record| record.origin.init.clone()),
            data: record.as_ref().map(|record| record.origin.data.clone()),
            weights: record.map(|record| (record.steps, record.weights_sha256)),
            manifest: None,
        })
    }
}

fn settings(ours: &Side, theirs: &Side) -> Agreement {
    let text = |value: Option<&toml::Value>| value.map_or("not set".to_owned(), |v| v.to_string());
    let mut differences: Vec<String> = differing(&ours.keys, &theirs.keys)
        .map(|(name, here, there)| format!("{name} is {}, there {}", text(here), text(there)))
        .collect();
    // The name of a file says nothing: step 0 shows what was in it.
    if ours.init.is_some() != theirs.init.is_some() {
        let text = |init: &Option<PathBuf>| match init {
            Some(file) => format!("those of {}", file.display()),
            None => "the seed's".to_owned(),
        };
        let (here, there) = (text(&ours.init), text(&theirs.init));
        differences.push(format!("the initial weights are {here}, there {there}"));
    }
    match differences.is_empty() {
        true => Same(format!("all {} keys", ours.keys.len())),
        false => Different(differences.join("; ")),
    }
}

fn data(ours: &Side, theirs: &Side) -> Agreement {
    match (&ours.data, &theirs.data) {
        (Some(here), Some(there)) => match here.first_difference(there) {
            Some((name, _)) => Different(format!("{name} is another")),
            None => Same("by SHA-256".to_owned()),
        },
        _ => Unknown("one of both has neither a manifest nor a whole checkpoint".to_owned()),
    }
}

fn weights(ours: &Side, theirs: &Side) -> Agreement {
    match (&ours.weights, &theirs.weights) {
        (Some((here, ours)), Some((there, theirs))) if here == there => match ours == theirs {
            true => Same(format!("after {here} steps, SHA-256 {ours}")),
            false => Different(format!("after {here} steps SHA-256 {ours}, there {theirs}")),
        },
        (Some((here, _)), Some((there, _))) => {
            Different(format!("they are of step {here}, there of step {there}"))
        }
        _ => Unknown("one of both has neither a manifest nor a whole checkpoint".to_owned()),
    }
}

/// The lines of a log that were kept, each with what it is the line of.
struct Log {
    lines: Vec<(String, Value)>,
    /// Whether it is every k-th line only.
    thinned: bool,
}

impl Log {
    /// The log of this name, or else what is kept of it.
    fn find(directory: &RunDirectory, name: &str) -> Result<Option<Self>, String> {
        let whole = directory.root().join(name);
        if whole.is_file() {
            return Self::read(&whole, false).map(Some);
        }
        let Some(stem) = name.strip_suffix(".jsonl") else { return Ok(None) };
        let entries = std::fs::read_dir(directory.root()).map_err(|error| error.to_string())?;
        let mut files = entries.filter_map(Result::ok).map(|entry| entry.path());
        let every_k = files.find(|file| {
            let file = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            file.strip_prefix(stem)
                .and_then(|rest| rest.strip_prefix("-every-")?.strip_suffix(".jsonl"))
                .is_some_and(|k| k.parse::<u64>().is_ok())
        });
        every_k.map(|file| Self::read(&file, true)).transpose()
    }

    fn read(file: &Path, thinned: bool) -> Result<Self, String> {
        let lines: Vec<Map<String, Value>> =
            jsonl::read(file).map_err(|error| error.to_string())?;
        let lines = lines.into_iter().zip(1..).map(|(line, number)| {
            let name = match (line.get("step"), line.get("epoch"), line.get("stage")) {
                (_, Some(epoch), _) => format!("epoch {epoch}"),
                (_, _, Some(stage)) => format!("stage {stage}"),
                (Some(step), ..) => format!("step {step}"),
                _ => format!("line {number}"),
            };
            (name, Value::Object(line))
        });
        Ok(Self { lines: lines.collect(), thinned })
    }
}

fn logs(
    name: &str,
    here: Option<Log>,
    there: Option<Log>,
    ours: &Side,
    theirs: &Side,
) -> Agreement {
    let (Some(here), Some(there)) = (&here, &there) else {
        let digest = |side: &Side| side.manifest.as_ref()?.files.get(name).cloned();
        return match (digest(ours), digest(theirs)) {
            (Some(here), Some(there)) if here == there => {
                Same("by the hashes in both manifests".to_owned())
            }
            (Some(_), Some(_)) => Different(
                "it has another hash; one of both does not keep the log itself, so the first step \
                 that differs is not known"
                    .to_owned(),
            ),
            _ => Unknown("only one of both has it".to_owned()),
        };
    };
    let thinned = here.thinned || there.thinned;
    let mut compared = 0;
    let mut ours = here.lines.iter();
    for (line, expected) in &there.lines {
        let found = match thinned {
            // The other one may have lines in between.
            true => here.lines.iter().find(|(other, _)| other == line),
            false => ours.next(),
        };
        let Some((found_line, found)) = found else {
            if here.thinned {
                continue;
            }
            return Different(format!("it ends before {line}, where the reference goes on"));
        };
        if found_line != line {
            return Different(format!("it has {found_line} where the reference has {line}"));
        }
        if let Some(difference) = difference(found, expected, "") {
            return Different(format!("{line}: {difference}"));
        }
        compared += 1;
    }
    match ours.next() {
        Some((line, _)) if !thinned => {
            Different(format!("it goes on with {line}, where the reference ends"))
        }
        _ if compared == 0 => Unknown("both keep no line that can be compared".to_owned()),
        _ if thinned => Same(format!("in the {compared} lines that both keep")),
        _ => Same(format!("all {compared} lines")),
    }
}

fn evaluations(run: &RunDirectory, reference: &RunDirectory) -> Agreement {
    let read = |directory: &RunDirectory| -> Result<Value, String> {
        let file = directory.evaluation();
        match file.is_file() {
            true => read_json(&file).map_err(|error| error.to_string()),
            false => Err(format!("there is no {}", file.display())),
        }
    };
    match (read(run), read(reference)) {
        (Ok(found), Ok(expected)) => match difference(&found, &expected, "") {
            Some(difference) => Different(difference),
            None if expected.as_object().is_none_or(Map::is_empty) => {
                Unknown("the reference's is empty".to_owned())
            }
            None => {
                let more = match (&found, &expected) {
                    (Value::Object(found), Value::Object(expected)) => found
                        .keys()
                        .filter(|key| !expected.contains_key(*key))
                        .map(String::as_str)
                        .collect::<Vec<_>>()
                        .join(", "),
                    _ => String::new(),
                };
                match more.is_empty() {
                    true => Same("every number".to_owned()),
                    false => Same(format!("every number of the reference, which has no {more}")),
                }
            }
        },
        (Err(reason), _) | (_, Err(reason)) => Unknown(reason),
    }
}

/// The first number or text of `expected` that `found` does not have in the same place, in words.
fn difference(found: &Value, expected: &Value, place: &str) -> Option<String> {
    let within = |key: &str| match place {
        "" => key.to_owned(),
        place => format!("{place}.{key}"),
    };
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            expected.iter().find_map(|(key, expected)| match found.get(key) {
                Some(found) => difference(found, expected, &within(key)),
                None => Some(format!("{} is missing", within(key))),
            })
        }
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            let mut pairs = found.iter().zip(expected).enumerate();
            pairs.find_map(|(i, (f, e))| difference(f, e, &format!("{place}[{i}]")))
        }
        _ => {
            // As texts, which tell -0 from 0.
            let (found, expected) = (found.to_string(), expected.to_string());
            (found != expected).then(|| format!("{place} is {found}, there {expected}"))
        }
    }
}
