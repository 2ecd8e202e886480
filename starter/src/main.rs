//! The `starter` command: train, evaluate, compare and more, for the experiment in `lib.rs`.
gradroute_runs::main! {
    name: "starter",
    about: "An encoding in three blocks, each taught by its own digits",
    experiments: [starter::Starter],
}
