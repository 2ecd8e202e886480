//! The command line: what can be asked, and how failures are told.

mod compare;
mod completions;
mod evaluate;
mod failure;
mod figures;
mod machine;
mod presets;
mod resume;
mod saved_run;
mod train;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use gradroute::autoencoder::error_table;
use gradroute::evaluation::Evaluation;

use failure::Failure;

/// Gradient routing on MNIST: train an autoencoder whose encoding is split by
/// digit, and see what each half holds.
#[derive(Debug, Parser)]
#[command(
    name = "gradroute",
    version,
    after_help = EXAMPLES,
    arg_required_else_help = true,
    subcommand_required = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  gradroute train                          train the small preset, a few minutes
  gradroute train --preset seed            the published replication, an hour or more
  gradroute train --resume runs/quick-0-1  go on with a run that was interrupted
  gradroute evaluate runs/quick-0-1        evaluate a run again from its checkpoint
  gradroute compare runs/quick-*           several runs, beside published results
  gradroute presets show seed              what a preset sets";

#[derive(Debug, Subcommand)]
enum Command {
    Train(train::Train),
    Evaluate(evaluate::Evaluate),
    Figures(figures::Figures),
    Compare(compare::Compare),
    Verify(verify::Verify),
    Presets(presets::Presets),
    Completions(completions::Completions),
}

/// Does what the command line asks. The exit status is 0, or 2 if the request
/// was wrong, or 1 if it failed.
pub fn run() -> ExitCode {
    // Clap prints its own messages and ends with 2, or with 0 after `--help`.
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Train(command) => command.run(),
        Command::Evaluate(command) => command.run(),
        Command::Figures(command) => command.run(),
        Command::Compare(command) => command.run(),
        Command::Verify(command) => command.run(),
        Command::Presets(command) => command.run(),
        Command::Completions(command) => command.run(),
    };
    outcome.map_or_else(|failure| failure.report(), |()| ExitCode::SUCCESS)
}

/// Prints to standard output; unlike `println!` it does not panic when the
/// reader of a pipe has gone.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Failure::output)
}

/// The table of test errors, and in words what they say of the split.
fn results(evaluation: &Evaluation) -> String {
    format!("{}\n{}\n", error_table(evaluation), evaluation.split.verdict)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
