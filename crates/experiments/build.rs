//! Tells the program what it was built from, for its manifests.

#![forbid(unsafe_code)]

use std::path::Path;
use std::process::Command;

fn main() {
    let git = |arguments: &[&str]| output(Command::new("git").args(arguments));
    if let Some(revision) = git(&["rev-parse", "HEAD"]) {
        let changed =
            git(&["status", "--porcelain", "--untracked-files=no", "--", "../..", ":!../../data"]);
        let suffix = if changed.is_some() { "-modified" } else { "" };
        println!("cargo:rustc-env=GRADROUTE_GIT_REVISION={revision}{suffix}");
    }
    // The revision changes with a commit, the suffix with any source file.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"])
        && Path::new(&log).exists()
    {
        println!("cargo:rerun-if-changed={log}");
    }
    for path in ["build.rs", "src", "Cargo.toml", "../kernels", "../tape", "../runs"] {
        println!("cargo:rerun-if-changed={path}");
    }
}

/// What a command prints, if it succeeds and prints something.
fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}
