//! Tells the program what it was built with and from, for its manifests.

#![forbid(unsafe_code)]

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    let compiler = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let compiler = output(Command::new(compiler).arg("--version"));
    println!("cargo:rustc-env=GRADROUTE_COMPILER={}", compiler.as_deref().unwrap_or("unknown"));
    println!("cargo:rustc-env=GRADROUTE_TARGET={}", env::var("TARGET").unwrap_or_default());

    let git = |arguments: &[&str]| output(Command::new("git").args(arguments));
    if let Some(revision) = git(&["rev-parse", "HEAD"]) {
        let changed = git(&["status", "--porcelain", "--", "../..", ":!../../data"]);
        let suffix = if changed.is_some() { "-modified" } else { "" };
        println!("cargo:rustc-env=GRADROUTE_GIT_REVISION={revision}{suffix}");
    }
    // The revision changes with a commit, the suffix with any source file.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"])
        && Path::new(&log).exists()
    {
        println!("cargo:rerun-if-changed={log}");
    }
    for path in ["build.rs", "src", "presets", "Cargo.toml", "../kernels", "../tape", "../runs"] {
        println!("cargo:rerun-if-changed={path}");
    }
}

/// What a command prints, if it succeeds and prints something.
fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}
