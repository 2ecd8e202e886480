//! `train --resume`.

use anyhow::{anyhow, bail};
use toml::Value;

use super::commands::ResumeRequest;
use super::failure::Failure;
use super::print::print;
use super::start::{begun, load};
use super::summary::summary;
use crate::config::{self, Resolved, Settings};
use crate::experiment::Experiment;
use crate::interrupt;
use crate::plan::Plan;
use crate::program::Program;
use crate::run::{Manifest, RunDirectory, atomic};
use crate::train::{self, Job, Start};

/// Goes on with a run, for longer if that is asked for.
pub(super) fn run<E: Experiment>(
    program: &Program,
    request: &ResumeRequest,
) -> Result<(), Failure> {
    let directory = RunDirectory::open_to_change(&request.run)?;
    let (before, loaded) = begun::<E>(&directory)?;
    let (resolved, text) = match request.epochs {
        Some(epochs) => longer::<E>(&directory, &before, epochs).map_err(Failure::usage)?,
        None => (before.clone(), None),
    };
    let config = &resolved.config;
    let record = &loaded.record;
    let (data, inputs) = load::<E>(config, request.data.as_deref(), Some(&record.origin.data))?;
    let (file, steps) = (directory.config(), record.steps);
    let total = Plan::new(E::stages(config, &data))?.steps();
    if steps > total {
        let file = file.display();
        return Err(anyhow!("{file} asks for {total} steps, but {steps} were made already").into());
    }
    if steps == total && is_finished(&directory, total) {
        let more = match E::Config::LENGTH_KEY {
            Some(_) => " With --epochs and more of them than there were the run goes on.",
            None => "",
        };
        return print(&format!(
            "Nothing is left to do: all {steps} steps are made and judged.{more}\n"
        ));
    }
    eprintln!("Going on after step {steps} of {total} in {}", directory.root().display());
    if let Some(text) = text {
        atomic::write(&file, text.as_bytes())?;
    }
    let outcome = train::run::<E>(Job {
        program,
        resolved: &resolved,
        data: &data,
        inputs: &inputs,
        directory: &directory,
        start: Start::Resume(Box::new(loaded)),
        stop: &interrupt::install()?,
        check_every_op: request.check_finite,
        show_progress: true,
    })?;
    print(&summary(program.name, &directory, &outcome))
}

/// Whether the manifest, which is written last, is of all steps.
fn is_finished(directory: &RunDirectory, total: u64) -> bool {
    Manifest::read(&directory.manifest()).is_ok_and(|manifest| manifest.steps == total)
}

/// The configuration of a run with another value of the key that makes it longer, and its text if
/// that is another one. Only the line of that key changes, as the rest is known by its hash.
fn longer<E: Experiment>(
    directory: &RunDirectory,
    before: &Resolved<E::Config>,
    epochs: i64,
) -> anyhow::Result<(Resolved<E::Config>, Option<String>)> {
    let flag = format!("--epochs {epochs}");
    let Some(key) = E::Config::LENGTH_KEY else {
        bail!("{flag}: a run of the experiment {} can't be made longer", E::NAME);
    };
    let file = directory.config();
    let text = std::fs::read_to_string(&file)?;
    let changed = with_value(&text, key, &Value::Integer(epochs));
    let origin = format!("{} with {flag}", file.display());
    let after = config::parse::<E::Config>(E::NAME, E::PRESETS, &changed, &origin)?;
    before.config.lengthen(&after.config).map_err(|reason| anyhow!("{flag}: {reason}"))?;
    let text = (after != *before).then_some(changed);
    Ok((after, text))
}

/// The text of a configuration with another value of one key, which it must have.
fn with_value(text: &str, key: &str, value: &Value) -> String {
    let (section, name) = key.rsplit_once('.').unwrap_or(("", key));
    let (header, start) = (format!("[{section}]"), format!("{name} = "));
    let mut here = String::new();
    let mut changed = String::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with('[') {
            here = line.trim_end().to_owned();
        }
        if here == header && line.starts_with(&start) {
            changed += &format!("{start}{value}\n");
        } else {
            changed += line;
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_value_changes_the_line_of_its_key_alone() {
        let text = "a = 1\n[other]\nepochs = 3\n[train]\nbatch = 2\nepochs = 3\nseed = 0\n";
        let expected = text.replace("batch = 2\nepochs = 3", "batch = 2\nepochs = 5");
        assert_eq!(with_value(text, "train.epochs", &Value::Integer(5)), expected);
        assert_eq!(with_value(text, "a", &Value::Integer(7)), text, "the top has no header");
    }
}
