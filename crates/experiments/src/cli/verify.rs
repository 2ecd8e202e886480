//! `gradroute verify`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use gradroute::run::RunDirectory;
use gradroute::verify::verify;

use super::failure::Failure;

/// Say which parts of a run are whole and which are not
///
/// Holds every file to its hash, and configuration, metrics, checkpoints,
/// manifest and data set to each other. Ends with status 1 if anything is not whole.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  gradroute verify runs/quick-0-1")]
pub struct Verify {
    /// Run directory, such as runs/quick-0-1
    run: PathBuf,

    /// Folder with the data set [default: the one that the run was trained on]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Verify {
    pub fn run(self) -> Result<(), Failure> {
        let directory = RunDirectory::open(&self.run)?;
        let findings = verify(&directory, self.data.as_deref())?;
        let width = findings.iter().map(|finding| finding.part.len()).max().unwrap_or(0);
        let (mut text, mut bad) = (String::new(), 0);
        for finding in &findings {
            let (word, detail) = match &finding.state {
                Ok(detail) => ("whole    ", detail),
                Err(detail) => ("NOT WHOLE", detail),
            };
            bad += usize::from(finding.state.is_err());
            let _ = writeln!(text, "{word}  {:width$}  {detail}", finding.part);
        }
        super::print(&text)?;
        if bad > 0 {
            let root = directory.root().display();
            return Err(
                anyhow::anyhow!("{root}: {bad} of {} parts are not whole", findings.len()).into()
            );
        }
        Ok(())
    }
}
