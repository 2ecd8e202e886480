//! Tells the library what it is built with, for manifests: it is the same for all of a build.

#![forbid(unsafe_code)]

use std::env;
use std::process::Command;

fn main() {
    let compiler = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = Command::new(compiler).arg("--version").output().ok();
    let version = output.and_then(|output| String::from_utf8(output.stdout).ok());
    let version = version.as_deref().map(str::trim).filter(|text| !text.is_empty());
    println!("cargo:rustc-env=GRADROUTE_COMPILER={}", version.unwrap_or("unknown"));
    println!("cargo:rustc-env=GRADROUTE_TARGET={}", env::var("TARGET").unwrap_or_default());
    println!("cargo:rerun-if-changed=build.rs");
}
