//! The program is ended, or its disk fails, at changes that it makes on the disk.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use gradroute_runs::run::{RunDirectory, saved};

use crate::program::{copy, output, same, succeed};
use crate::run::{Place, STEPS, is_whole, resume};

/// The changes that are tried are this far apart, unless `GRADROUTE_EVERY_CHANGE` is set: a run
/// makes some 170 of them, and to try each one in all ways takes minutes.
const APART: u64 = 4;

/// Calls `trial(number)` for changes from the first on, on two threads, until it says that there
/// is no such change any more; returns the last one.
fn at_changes(trial: impl Fn(u64) -> bool + Sync) -> u64 {
    let apart = if std::env::var_os("GRADROUTE_EVERY_CHANGE").is_some() { 1 } else { APART };
    let (next, end) = (AtomicU64::new(1), AtomicU64::new(u64::MAX));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(apart, Ordering::Relaxed);
                    if number >= end.load(Ordering::Relaxed) {
                        return;
                    }
                    if !trial(number) {
                        end.fetch_min(number, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let last = end.into_inner() - 1;
    println!("at changes 1 to {last}, {apart} apart");
    last
}

/// All checkpoints that have a record are whole, and there are at least `at_least`.
fn checkpoints_are_whole(run: &Path, at_least: usize, context: &str) {
    let directory = RunDirectory::open(run).unwrap();
    let with_record: Vec<u64> = saved::list(&directory)
        .unwrap()
        .into_iter()
        .filter(|&steps| directory.record(steps).exists())
        .collect();
    assert!(with_record.len() >= at_least, "{context}: {with_record:?} are left");
    for steps in with_record {
        saved::load(&directory, steps).unwrap_or_else(|damage| panic!("{context}: {damage}"));
    }
}

/// Whether the program made this change and was killed at it, and not the end of it.
fn killed_at(number: u64, command: &mut Command, context: &str) -> bool {
    let (end, err) = output(command.env("GRADROUTE_FAULT", format!("kill:{number}")));
    if end.status.success() {
        return false;
    }
    assert_eq!(end.status.code(), None, "{context}: it ended by itself: {err}");
    true
}

/// The run goes on and ends as `expected`; nothing of it is kept.
fn goes_on_to(expected: &Path, run: &Path, go_on: &mut Command, context: &str) {
    succeed(go_on);
    same(expected, run, context);
    is_whole(run);
    fs::remove_dir_all(run).unwrap();
}

#[test]
fn killed_at_any_change_and_resumed_a_run_ends_as_if_nothing_had_been() {
    let place = Place::new();
    let expected = place.whole("whole");
    let changes = at_changes(|number| {
        let context = format!("killed at change {number}");
        let run = place.path(&number.to_string());
        if !killed_at(number, &mut place.train(&run, &[]), &context) {
            return false;
        }
        if run.join("config.toml").exists() {
            checkpoints_are_whole(&run, 0, &context);
        }
        goes_on_to(&expected, &run, &mut place.go_on(&run), &context);
        true
    });
    assert!(changes > 150, "{changes} changes are fewer than the files of a run need");
}

#[test]
fn killed_at_any_change_while_going_on_it_goes_on_once_more() {
    let place = Place::new();
    let expected = place.whole("whole");
    // A checkpoint after 6 steps, and what was going on after it.
    let begun = place.path("begun");
    let mut killed = place.train(&begun, &[]);
    output(killed.env("GRADROUTE_FAULT", "kill:100"));
    checkpoints_are_whole(&begun, 2, "begun");
    let newest = saved::list(&RunDirectory::open(&begun).unwrap()).unwrap();
    assert!(newest.contains(&6) && !newest.contains(&STEPS), "{newest:?}");
    let changes = at_changes(|number| {
        let context = format!("killed at change {number} of a resumed run");
        let run = place.path(&number.to_string());
        copy(&begun, &run);
        if !killed_at(number, &mut resume(&run, &[]), &context) {
            return false;
        }
        checkpoints_are_whole(&run, 1, &context);
        goes_on_to(&expected, &run, &mut resume(&run, &[]), &context);
        true
    });
    assert!(changes > 80, "{changes} changes are fewer than the files of half a run need");
}

fn fails_cleanly(kind: &str) -> u64 {
    let place = Place::new();
    let expected = place.whole("whole");
    at_changes(|number| {
        let context = format!("{kind} at change {number}");
        let run = place.path(&number.to_string());
        let mut failing = place.train(&run, &[]);
        let (end, err) = output(failing.env("GRADROUTE_FAULT", format!("{kind}:{number}")));
        if end.status.success() {
            return false;
        }
        assert_eq!(end.status.code(), Some(1), "{context}: {err}");
        let (error, because) = err.split_once("  because: ").expect(&context);
        let named = error.lines().last().unwrap();
        assert!(
            named.starts_with("error: cannot ") && named.contains(&*run.to_string_lossy()),
            "{context}: {err}"
        );
        assert!(!because.trim().is_empty(), "{context}: {err}");
        if run.join("manifest.json").exists() {
            // The name is there, and only what comes after it failed.
            same(&expected, &run, &context);
        }
        if run.join("config.toml").exists() {
            checkpoints_are_whole(&run, 0, &context);
        }
        goes_on_to(&expected, &run, &mut place.go_on(&run), &context);
        true
    })
}

#[test]
fn a_disk_that_is_full_from_any_change_on_ends_the_run_by_name_and_costs_no_checkpoint() {
    let changes = fails_cleanly("full");
    assert!(changes > 150, "{changes} changes");
}

#[test]
fn an_io_error_at_any_change_ends_the_run_by_name_and_costs_no_checkpoint() {
    let changes = fails_cleanly("io");
    assert!(changes > 150, "{changes} changes");
}
