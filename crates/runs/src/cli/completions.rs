//! `completions`.

use clap::Command;
use clap_complete::Shell;

use super::failure::Failure;
use super::print::print;

/// Prints a script that completes the arguments of `command` in a shell.
pub(super) fn run(mut command: Command, name: &str, shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    print(&String::from_utf8_lossy(&script))
}
