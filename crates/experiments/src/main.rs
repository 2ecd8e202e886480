//! The `gradroute` command.

#![forbid(unsafe_code)]

gradroute_runs::main! {
    name: "gradroute",
    about: "Gradient routing: train networks in which each sample teaches a chosen part, and see \
            what each part holds.",
    examples: "\
Examples:
  gradroute train                          train the small preset, a few minutes
  gradroute train --with-control           the same, beside its control without routing
  gradroute train --preset seed            the published replication, 40 minutes or more
  gradroute train --set 'model.hidden=[128,64]' --set optimizer.lr=3e-4
  gradroute train --config runs/quick-0-1/config.toml --seed 2
  gradroute train --resume runs/quick-0-1  go on with a run that was interrupted
  gradroute evaluate runs/quick-0-1        evaluate a run again from its checkpoint
  gradroute verify runs/quick-0-1          say whether a run is whole; --against: the same
  gradroute compare runs/quick-*           several runs, beside published results
  gradroute presets show seed              what a preset sets",
    experiments: gradroute::EXPERIMENTS,
}
