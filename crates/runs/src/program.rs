//! Which program this is.

/// Facts about the program that the command line belongs to, for its help and its manifests. They
/// are those of the binary and not of this library, so [`main!`](crate::main) fills them in.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// The command's name.
    pub name: &'static str,
    /// What it is for, in a line.
    pub about: &'static str,
    /// Lines below its help.
    pub examples: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Git revision that it was built from, where its build script tells by
    /// `GRADROUTE_GIT_REVISION`.
    pub git_revision: Option<&'static str>,
    /// Whether it was built with optimisation.
    pub optimised: bool,
}
