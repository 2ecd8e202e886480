//! A file system as others have it: `shim.c` stands between the program and the C library, so that
//! what fails is the very call that would fail there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The library, built once by the linker that Rust has anyway.
static LIBRARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("crash/shim.c");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (unfinished, library) =
        (folder.join(format!("shim-{}.so", std::process::id())), folder.join("shim.so"));
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-o"]).arg(&unfinished).arg(source);
    let status = compiler.status().expect("there is a C compiler, which links Rust programs too");
    assert!(status.success(), "{compiler:?}: {status}");
    std::fs::rename(unfinished, &library).unwrap();
    library
});

/// Lets `command` meet what `what` says, such as `("SHIM_LOCK", libc::ENOLCK)`.
pub fn with<'c, V: ToString>(command: &'c mut Command, what: &[(&str, V)]) -> &'c mut Command {
    command.env("LD_PRELOAD", &*LIBRARY);
    command.envs(what.iter().map(|(name, value)| (name, value.to_string())))
}
