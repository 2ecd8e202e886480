//! `gradroute completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::failure::Failure;

/// Print a script that completes this command's arguments in a shell
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  gradroute completions bash > ~/.local/share/bash-completion/completions/gradroute
  gradroute completions fish > ~/.config/fish/completions/gradroute.fish
  gradroute completions zsh > ~/.zfunc/_gradroute")]
pub struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub fn run(self) -> Result<(), Failure> {
        let mut script = Vec::new();
        let mut command = super::Arguments::command();
        clap_complete::generate(self.shell, &mut command, "gradroute", &mut script);
        super::print(&String::from_utf8_lossy(&script))
    }
}
