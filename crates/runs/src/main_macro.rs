//! The `main` of a program with experiments.

/// Makes the `main` function of a program with a list of experiments, the default first. It gives
/// the program the whole command line: `train`, `sweep`, `evaluate`, `figures`, `compare`, `audit`,
/// `graph`, `verify`, `experiments`, `presets`, `completions`.
///
/// ```text
/// gradroute_runs::main! {
///     name: "mine",
///     about: "My experiment",
///     experiments: [mine::Mine],
/// }
/// ```
///
/// A list that a library holds may be named instead, as `experiments: mine::EXPERIMENTS`, a
/// `&'static [gradroute_runs::cli::Entry]`. Then the library is where the code for each experiment
/// is compiled, which goes on beside other crates, while a program waits for all of them.
///
/// Version and profile are those of the crate that the macro is used in. If its build script sets
/// `GRADROUTE_GIT_REVISION`, the manifests of its runs hold that.
#[macro_export]
macro_rules! main {
    (
        name: $name:literal,
        about: $about:literal,
        $(examples: $examples:expr,)?
        experiments: [$($experiment:ty),+ $(,)?] $(,)?
    ) => {
        static EXPERIMENTS: &[$crate::cli::Entry] = &[$($crate::cli::entry::<$experiment>()),+];
        $crate::main! {
            name: $name,
            about: $about,
            $(examples: $examples,)?
            experiments: EXPERIMENTS,
        }
    };
    (
        name: $name:literal,
        about: $about:literal,
        $(examples: $examples:expr,)?
        experiments: $experiments:path $(,)?
    ) => {
        fn main() -> ::std::process::ExitCode {
            #[allow(unused_mut, unused_assignments)]
            let mut examples = "";
            $(examples = $examples;)?
            let program = $crate::Program {
                name: $name,
                about: $about,
                examples,
                version: env!("CARGO_PKG_VERSION"),
                git_revision: option_env!("GRADROUTE_GIT_REVISION"),
                optimised: !cfg!(debug_assertions),
            };
            $crate::cli::run(&program, $experiments)
        }
    };
}
