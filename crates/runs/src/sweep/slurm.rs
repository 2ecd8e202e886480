//! Slurm: a job array in which each task makes one run.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{FileError, atomic, wait_for_lock};

/// How many tasks an array may have where Slurm does not tell; its default is one more.
const TASKS: usize = 1000;

/// Seconds before the end of its time at which a task is told to save what it has.
const SAVE_BEFORE: u32 = 60;

/// Files about submitting, in the folder of a sweep.
#[derive(Clone, Debug)]
pub struct SlurmFolder(PathBuf);

/// Why Slurm did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum SlurmError {
    /// A program of Slurm's can't be started.
    #[error(
        "{program} can't be started; --slurm is for a machine that submits jobs to Slurm, elsewhere \
         --jobs makes runs side by side, and --print-commands prints a command for each"
    )]
    Start {
        /// The program.
        program: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// It ended with an error.
    #[error("{program} ended with {status}: {said}")]
    Failed {
        /// The program.
        program: &'static str,
        /// Its status.
        status: String,
        /// What it said.
        said: String,
    },
    /// It said something else than expected.
    #[error("{program} said `{said}`; expected {expected}")]
    Said {
        /// The program.
        program: &'static str,
        /// What it said.
        said: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A file can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl SlurmFolder {
    /// The one in the folder of a sweep, which is made if it is not there.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn of(out: &Path) -> Result<Self, FileError> {
        let folder = out.join("slurm");
        std::fs::create_dir_all(&folder).map_err(FileError::of("create", &folder))?;
        Ok(Self(folder))
    }

    /// Keeps other processes from submitting until it is dropped; the tasks need not wait for that.
    pub fn lock(&self) -> impl Sized + use<> {
        wait_for_lock(&self.0)
    }

    /// The names of runs that wait or are at work already, in arrays that were submitted from here.
    ///
    /// # Errors
    /// When Slurm does not tell, or a file can't be read.
    pub fn queued(&self) -> Result<BTreeSet<String>, SlurmError> {
        let known = self.jobs()?;
        if known.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut command = Command::new("squeue");
        command.args(["--noheader", "--me", "--array", "--format=%F %K"]);
        let said = said_by("squeue", &mut command)?;
        let mut names = BTreeSet::new();
        for line in said.lines() {
            let mut words = line.split_whitespace();
            let (Some(job), Some(task)) = (words.next(), words.next()) else { continue };
            let list = known.iter().find(|(known, _)| known == job).map(|(_, list)| list);
            // A job of another kind has no number there.
            if let (Some(list), Ok(task)) = (list, task.parse::<usize>()) {
                names.extend(self.lines(list)?.get(task).cloned());
            }
        }
        Ok(names)
    }

    /// Submits arrays of these runs, each made by `command` with the run's name behind it. `sbatch`
    /// are arguments of the user's. `told` hears of each array its number and how many runs it has.
    /// The caller keeps other processes from submitting meanwhile.
    ///
    /// # Errors
    /// When Slurm refuses, or a file can't be written.
    pub fn submit(
        &self,
        job_name: &str,
        names: &[&str],
        command: &str,
        sbatch: &[String],
        mut told: impl FnMut(&str, usize),
    ) -> Result<(), SlurmError> {
        let script = self.0.join("task.sh");
        atomic::write(&script, task(command).as_bytes())?;
        for names in names.chunks(tasks_of_an_array()) {
            let list = self.free_list();
            let path = self.0.join(&list);
            atomic::write(&path, format!("{}\n", names.join("\n")).as_bytes())?;
            let mut command = Command::new("sbatch");
            command.arg("--parsable").arg(format!("--array=0-{}", names.len() - 1));
            command.arg(format!("--job-name={job_name}"));
            // Slurm reads a per cent sign as the beginning of something.
            let folder = self.0.display().to_string().replace('%', "%%");
            command.arg(format!("--output={folder}/%A_%a.txt"));
            command.args(["--open-mode=append", "--requeue"]);
            command.arg(format!("--signal=B:TERM@{SAVE_BEFORE}"));
            command.args(sbatch).arg(&script).arg(&path);
            let said = said_by("sbatch", &mut command)?;
            // Before the number there may be words of the site's.
            let last = said.lines().last().unwrap_or_default().trim();
            let job = last.split(';').next().unwrap_or_default().to_owned();
            if job.is_empty() || !job.bytes().all(|byte| byte.is_ascii_digit()) {
                let (program, expected) = ("sbatch", "the number of a job");
                return Err(SlurmError::Said { program, said, expected });
            }
            self.note(&job, &list)?;
            told(&job, names.len());
        }
        Ok(())
    }

    /// The arrays that were submitted: number, and the file with the names of its runs.
    fn jobs(&self) -> Result<Vec<(String, String)>, FileError> {
        let lines = self.lines("jobs.txt")?;
        let pair = |line: &String| {
            line.split_once(' ').map(|(job, list)| (job.to_owned(), list.to_owned()))
        };
        Ok(lines.iter().filter_map(pair).collect())
    }

    fn note(&self, job: &str, list: &str) -> Result<(), FileError> {
        let mut lines = self.lines("jobs.txt")?;
        lines.push(format!("{job} {list}"));
        atomic::write(&self.0.join("jobs.txt"), format!("{}\n", lines.join("\n")).as_bytes())
    }

    /// The lines of a file; none where there is no such file.
    fn lines(&self, name: &str) -> Result<Vec<String>, FileError> {
        let file = self.0.join(name);
        match std::fs::read_to_string(&file) {
            Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(FileError::of("read", &file)(error)),
        }
    }

    fn free_list(&self) -> String {
        let names = (1..).map(|count| format!("runs-{count}.txt"));
        let mut free = names.skip_while(|name| self.0.join(name).exists());
        free.next().expect("numbers do not end")
    }
}

/// The script of a task.
fn task(command: &str) -> String {
    format!(
        "#!/bin/sh\n\
         # A task of a job array makes one run: that on the line of the list, $1, that is its index.\n\
         name=$(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" \"$1\")\n\
         # In place of this shell, so that it is the program that Slurm's signals reach.\n\
         exec {command} \"$name\"\n"
    )
}

/// How many tasks an array may have.
fn tasks_of_an_array() -> usize {
    let said = said_by("scontrol", Command::new("scontrol").args(["show", "config"]));
    let said = said.unwrap_or_default();
    let line = said.lines().find(|line| line.trim_start().starts_with("MaxArraySize"));
    let number = line.and_then(|line| line.split_once('=')?.1.trim().parse().ok());
    number.filter(|&tasks| tasks > 0).unwrap_or(TASKS)
}

/// What a program of Slurm's says.
fn said_by(program: &'static str, command: &mut Command) -> Result<String, SlurmError> {
    let output = command.output().map_err(|source| SlurmError::Start { program, source })?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if !output.status.success() {
        let (status, said) = (output.status.to_string(), text(&output.stderr));
        return Err(SlurmError::Failed { program, status, said });
    }
    Ok(text(&output.stdout))
}
