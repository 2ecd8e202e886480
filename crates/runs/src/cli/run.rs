//! From the command line to what it asks for.

use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};

use super::arguments::{Arguments, Asked, Saved};
use super::catalogue::Entry;
use super::commands::{
    AuditRequest, CompareRequest, PlaceRequest, ResumeRequest, SavedRequest, TrainRequest,
    VerifyRequest,
};
use super::compared::Compared;
use super::failure::Failure;
use super::find::{of_request, of_run, of_sweep};
use super::machine::Machine;
use super::place_arguments::Place;
use super::print::print;
use super::{completions, experiments, graph_request, presets, sweep_request};
use crate::interrupt;
use crate::program::Program;
use crate::run::RunDirectory;

/// Does what the command line asks of a program with these experiments, the default first. The
/// exit status is 0, or 2 if the request was wrong, or 1 if it failed.
///
/// # Panics
/// If there is no experiment, or two have one name or presets of one name.
pub fn run(program: &Program, entries: &'static [Entry]) -> ExitCode {
    check(entries);
    interrupt::let_long_files_fail();
    let command = command(program, entries);
    // Clap prints its own messages and ends with 2, or with 0 after `--help`.
    let matches = command.clone().get_matches();
    let outcome = match extra(entries, &matches) {
        Some(outcome) => outcome,
        None => {
            let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|e| e.exit());
            asked(program, entries, command, arguments.command)
        }
    };
    outcome.map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}

fn check(entries: &[Entry]) {
    assert!(!entries.is_empty(), "a program needs an experiment");
    let presets = || entries.iter().flat_map(|entry| entry.presets).map(|preset| preset.name);
    let names: Vec<&str> = entries.iter().map(|entry| entry.name).chain(presets()).collect();
    for (i, name) in names.iter().enumerate() {
        let i_is_experiment = i < entries.len();
        let same = names[..i]
            .iter()
            .enumerate()
            .any(|(j, other)| other == name && (j < entries.len()) == i_is_experiment);
        assert!(!same, "two experiments or presets of the program are called {name}");
    }
}

/// The command line with the program's name, presets and extra commands.
fn command(program: &Program, entries: &'static [Entry]) -> Command {
    let names = || {
        let presets = entries.iter().flat_map(|entry| entry.presets);
        PossibleValuesParser::new(presets.map(|preset| preset.name))
    };
    let mut command = Arguments::command()
        .name(program.name)
        .version(program.version)
        .about(program.about)
        .after_help(program.examples)
        .mut_subcommand("train", |train| {
            train.mut_arg("preset", |preset| preset.value_parser(names()))
        })
        .mut_subcommand("audit", |audit| {
            audit.mut_arg("preset", |preset| preset.value_parser(names()))
        })
        .mut_subcommand("graph", |graph| {
            graph.mut_arg("preset", |preset| preset.value_parser(names()))
        })
        .mut_subcommand("presets", |presets| {
            presets.mut_subcommand("show", |show| {
                show.mut_arg("name", |name| name.value_parser(names()))
            })
        });
    for entry in entries.iter().filter(|entry| !entry.extra.is_empty()) {
        let own = Command::new(entry.name)
            .about(entry.description)
            .arg_required_else_help(true)
            .subcommand_required(true)
            .subcommands(entry.extra.iter().map(|extra| (extra.command)()));
        command = command.subcommand(own);
    }
    command
}

/// Does what a command of an experiment's own does, if one is asked for.
fn extra(entries: &'static [Entry], matches: &ArgMatches) -> Option<Result<(), Failure>> {
    let (name, matches) = matches.subcommand()?;
    let entry = entries.iter().find(|entry| entry.name == name && !entry.extra.is_empty())?;
    let (name, matches) = matches.subcommand()?;
    let extra = entry.extra.iter().find(|extra| (extra.command)().get_name() == name)?;
    let text = (extra.run)(matches).map_err(Failure::boxed);
    Some(text.and_then(|text| print(&text)))
}

fn asked(
    program: &Program,
    entries: &'static [Entry],
    command: Command,
    asked: Asked,
) -> Result<(), Failure> {
    match asked {
        Asked::Train(train) => match &train.resume {
            Some(run) => {
                train.refuse_changes(run)?;
                let (epochs, check_finite) = (train.epochs, train.check_finite);
                let (run, data) = (run.clone(), train.data.clone());
                let request = ResumeRequest { run, epochs, data, check_finite };
                let entry = of_run(entries, &request.run)?;
                train.machine.run(|| entry.commands.resume(program, &request))
            }
            None => {
                let request = TrainRequest {
                    request: train.request(),
                    init: train.init.clone(),
                    data: train.data.clone(),
                    out: train.out.clone(),
                    overwrite: train.overwrite,
                    with_control: train.with_control,
                    check_finite: train.check_finite,
                };
                let entry = of_request(entries, &request.request)?;
                train.machine.run(|| entry.commands.train(program, &request))
            }
        },
        Asked::Evaluate(saved) => {
            let (machine, request) = saved_request(saved);
            let entry = of_run(entries, &request.run)?;
            machine.run(|| entry.commands.evaluate(&request))
        }
        Asked::Figures(saved) => {
            let (machine, request) = saved_request(saved);
            let entry = of_run(entries, &request.run)?;
            machine.run(|| entry.commands.figures(&request))
        }
        Asked::Verify(asked) => {
            let request =
                VerifyRequest { run: asked.run, against: asked.against, data: asked.data };
            of_run(entries, &request.run)?.commands.verify(&request)
        }
        Asked::Compare(compare) => {
            let Compared { runs, swept } = Compared::at(&compare.runs)?;
            let entry = of_run(entries, &runs[0])?;
            let request = CompareRequest {
                runs,
                swept,
                over: compare.over,
                format: compare.format,
                tables: compare.tables,
                out: compare.out,
                overwrite: compare.overwrite,
                data: compare.data,
            };
            compare.machine.run(|| entry.commands.compare(&request))
        }
        Asked::Audit(asked) => {
            let (entry, place) = place_request(entries, &asked.place, asked.batch)?;
            let request = AuditRequest {
                place,
                steps: asked.steps as u64, // at least 1, by the parser
                json: asked.json.clone(),
                heat_map: asked.heat_map.clone(),
                assert_no_leak: asked.assert_no_leak,
                expect: asked.expect.clone(),
            };
            asked.machine.run(|| entry.commands.audit(&request))
        }
        Asked::Graph(asked) => {
            let (entry, place) = place_request(entries, &asked.place, asked.batch)?;
            let request = graph_request::request(&asked, place)?;
            asked.machine.run(|| entry.commands.graph(&request))
        }
        Asked::Sweep(asked) => {
            let request = sweep_request::request(&asked)?;
            let entry = of_sweep(entries, &request.file)?;
            asked.machine.run(|| entry.commands.sweep(program, &request))
        }
        #[cfg(feature = "serve")]
        Asked::Serve(asked) => super::serve::run(program, entries, &asked),
        Asked::Experiments(_) => experiments::run(entries),
        Asked::Presets(asked) => presets::run(entries, asked.action),
        Asked::Completions(asked) => completions::run(command, program.name, asked.shell),
    }
}

fn saved_request(saved: Saved) -> (Machine, SavedRequest) {
    let Saved { run, data, out, overwrite, machine } = saved;
    (machine, SavedRequest { run, data, out, overwrite })
}

/// Which step is to be looked at, and the experiment that it is of. All that is wrong with it ends with 2.
fn place_request<'e>(
    entries: &'e [Entry],
    asked: &Place,
    batch: Option<i64>,
) -> Result<(&'e Entry, PlaceRequest), Failure> {
    let file = match &asked.run {
        Some(run) => Some(RunDirectory::open(run).map_err(Failure::usage)?.config()),
        None => asked.config.clone(),
    };
    let request = asked.request(file, batch);
    let entry = match &asked.run {
        Some(run) => of_run(entries, run).map_err(Failure::into_usage)?,
        None => of_request(entries, &request)?,
    };
    let at = asked.at.map(|at| at as u64); // at least 0, by the parser
    let (run, data) = (asked.run.clone(), asked.data.clone());
    Ok((entry, PlaceRequest { run, request, at, data, told: false }))
}
