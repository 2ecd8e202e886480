//! A limit on the size of files, `ulimit -f`.

use std::path::Path;
use std::process::Command;

use gradroute_runs::run::{RunDirectory, saved};

use crate::program::{output, same, succeed};
use crate::run::{Place, is_whole};

/// A command in whose files at most so many blocks of 512 bytes fit.
fn limited(blocks: u32, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -f {blocks} && exec \"$0\" \"$@\"")]);
    shell.arg(command.get_program()).args(command.get_args());
    shell
}

fn checkpoints_are_whole(run: &Path) {
    let Ok(directory) = RunDirectory::open(run) else { return };
    let steps = saved::list(&directory).unwrap();
    for steps in steps.into_iter().filter(|&steps| directory.record(steps).exists()) {
        saved::load(&directory, steps).unwrap();
    }
}

#[test]
fn a_limit_on_the_size_of_files_ends_a_run_by_name_and_costs_no_checkpoint() {
    let place = Place::new();
    let expected = place.whole("expected");
    let (mut failed, mut files) = (0, std::collections::BTreeSet::new());
    for blocks in [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 1024] {
        let run = place.path(&blocks.to_string());
        let (end, err) = output(&mut limited(blocks, &place.train(&run, &[])));
        checkpoints_are_whole(&run);
        if !end.status.success() {
            failed += 1;
            assert_eq!(end.status.code(), Some(1), "{blocks} blocks: {}: {err}", end.status);
            let error = err.lines().find(|line| line.starts_with("error: cannot ")).expect(&err);
            let (named, advice) = error.split_once(';').expect(error);
            assert!(named.contains(&*run.to_string_lossy()), "{error}");
            assert!(advice.contains("`ulimit -f`"), "{error}");
            files.insert(named.rsplit('/').next().unwrap().to_owned());
            succeed(&mut place.go_on(&run));
        }
        same(&expected, &run, &format!("{blocks} blocks"));
        is_whole(&run);
    }
    println!("{failed} runs ended early, at {files:?}");
    assert!(failed > 5 && files.len() > 3 && failed < 17, "{failed} failed, at {files:?}");
}
