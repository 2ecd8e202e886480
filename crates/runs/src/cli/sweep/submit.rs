//! The runs of a sweep as jobs of an existing scheduler.

use std::path::Path;

use anyhow::{Context, anyhow};

use super::local::counted;
use super::plan::Sweep;
use crate::cli::failure::Failure;
use crate::cli::print::print;
use crate::console::{quoted, say};
use crate::run::absolute;
use crate::sweep::slurm::SlurmFolder;

/// The processors of a task, as Slurm tells them.
const OF_TASK: &str = "\"${SLURM_CPUS_PER_TASK:-${SLURM_CPUS_ON_NODE:-1}}\"";

/// Prints a command for each run that is missing, a line each.
pub(super) fn print_commands(sweep: &mut Sweep<'_>) -> Result<(), Failure> {
    sweep.prepare()?;
    let flags = sweep.request.flags.join(" ");
    let command = command(sweep, &flags)?;
    let line = |index: usize| format!("{command} {}\n", sweep.wanted[index].name);
    print(&sweep.missing().into_iter().map(line).collect::<String>())
}

/// Submits the runs that are missing and not on their way already.
pub(super) fn slurm(sweep: &mut Sweep<'_>, sbatch: &[String]) -> Result<(), Failure> {
    sweep.prepare()?;
    let folder = SlurmFolder::of(&sweep.out)?;
    // Who submits at the same time would submit the same.
    let _lock = folder.lock();
    let queued = folder.queued()?;
    let missing = sweep.missing();
    let names: Vec<&str> = missing.iter().map(|&index| sweep.wanted[index].name.as_str()).collect();
    let (on_their_way, names): (Vec<&str>, Vec<&str>) =
        names.into_iter().partition(|name| queued.contains(*name));
    let done = sweep.wanted.len() - missing.len();
    let mut text = format!("{} of {} done", done, counted(sweep.wanted.len(), "run"));
    if !on_their_way.is_empty() {
        text += &format!(", {} submitted before and not ended yet", on_their_way.len());
    }
    text += "\n";
    if names.is_empty() {
        return print(&format!("{text}Nothing is left to submit.\n"));
    }
    let own = &sweep.request.flags;
    let mut flags = own.join(" ");
    if !own.iter().any(|flag| flag == "--threads") {
        flags = format!("--threads {OF_TASK} {flags}").trim_end().to_owned();
    }
    let command = command(sweep, &flags)?;
    let name = sweep.out.file_name().map(|name| name.to_string_lossy().into_owned());
    let job_name = format!("{}-{}", sweep.program.name, name.unwrap_or_default());
    let submitted = folder.submit(&job_name, &names, &command, sbatch, |job, tasks| {
        text += &format!("Submitted as job {job}: {}\n", counted(tasks, "run"));
    });
    if submitted.is_ok() {
        say!("What the runs say: {}", sweep.out.join("slurm").display());
        text += "The same command submits what is missing once they have ended.\n";
    }
    let printed = print(&text);
    submitted?;
    printed
}

/// The command of a single run, without its name.
fn command(sweep: &Sweep<'_>, flags: &str) -> Result<String, Failure> {
    let program = std::env::current_exe().context("this program does not know where it is")?;
    let is_plain = sweep.out.to_str().is_some_and(|out| !out.contains(char::is_control));
    if !is_plain {
        return Err(Failure::usage(anyhow!(
            "{} can't stand in a command, as not all of it is text of one line; choose another `out`",
            sweep.out.display()
        )));
    }
    let path = |path: &Path| quoted(path);
    // Of its own, so that commands mean the same after the file has changed.
    let file = sweep.keep(&sweep.request.file.text)?;
    let mut words = vec![path(&program), "sweep".to_owned(), path(&file)];
    words.extend(["--out".to_owned(), path(&sweep.out)]);
    if let Some(data) = &sweep.request.data {
        words.extend(["--data".to_owned(), path(&absolute(data))]);
    }
    if !flags.is_empty() {
        words.push(flags.to_owned());
    }
    words.push("--run".to_owned());
    Ok(words.join(" "))
}
