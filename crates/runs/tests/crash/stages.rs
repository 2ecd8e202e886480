//! Runs that end between two stages, or in the second one.

use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use gradroute_runs::run::{RunDirectory, saved};

use crate::program::{manifest, output, same, succeed};
use crate::run::{Place, is_whole, resume};

/// The newest checkpoint that is whole.
fn newest(run: &Path) -> Option<u64> {
    let directory = RunDirectory::open(run).ok()?;
    Some(saved::newest(&directory, |_| {}).ok()?.record.steps)
}

#[test]
fn killed_just_before_or_after_a_stage_begins_a_run_ends_as_if_nothing_had_been() {
    let place = Place::new();
    let expected = place.whole("whole");
    // Of the stage's end, nothing, its results alone, or its checkpoint too was on the disk.
    let (mut evaluated, mut saved, mut within) = (0, 0, 0);
    for number in 1.. {
        let run = place.path(&number.to_string());
        let mut command = place.train(&run, &[]);
        let (end, _) = output(command.env("GRADROUTE_FAULT", format!("kill:{number}")));
        if end.status.success() {
            break;
        }
        let stages = fs::read_to_string(run.join("stages.jsonl")).unwrap_or_default();
        let ended = stages.ends_with('\n');
        let (count, from) = match newest(&run) {
            Some(3) if ended => (&mut evaluated, 3),
            Some(6) if ended => (&mut saved, 6),
            Some(9) => (&mut within, 9),
            _ => continue,
        };
        *count += 1;
        let (_, err) = succeed(&mut resume(&run, &[]));
        let named = format!("Going on after step {from} of 12");
        assert!(err.contains(&named), "{err}");
        same(&expected, &run, &format!("killed at change {number}, from {from}"));
        is_whole(&run);
    }
    println!(
        "{evaluated} before the stage's checkpoint, {saved} after it, {within} within the next"
    );
    assert!(evaluated > 5 && saved > 10 && within > 10);
}

#[test]
#[cfg(unix)]
fn interrupted_in_its_second_stage_a_run_is_saved_and_goes_on_to_the_same_end() {
    let place = Place::new();
    let long = ["epochs=2", "relearn_steps=30000", "eval_every=500", "checkpoint_every=10000"];
    let train = |name: &str| {
        let run = place.path(name);
        let command = place.train_with("relearn", &run, &long);
        (run, command)
    };
    let (expected, mut whole) = train("whole");
    succeed(&mut whole);
    let (run, command) = train("run");
    let child = crate::company::on_a_terminal(&command).spawn().unwrap();
    wait_for(&run.join("epochs.jsonl"));
    let ended = interrupt(child);
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(2), "{ended}");
    let left = manifest(&run);
    let steps = left["steps"].as_u64().unwrap();
    assert_eq!(left["interrupted"], true, "the run was over before it was interrupted");
    assert!(steps > 6 && steps < 30_006, "{steps}");
    is_whole(&run);

    let (_, err) = succeed(&mut resume(&run, &[]));
    assert!(err.contains(&format!("Going on after step {steps} of 30006")), "{err}");
    same(&expected, &run, "interrupted");
    is_whole(&run);
}

/// Waits until there is a line in the file, which is of the second stage then.
fn wait_for(file: &Path) {
    let began = Instant::now();
    while !fs::read_to_string(file).is_ok_and(|text| text.contains('\n')) {
        assert!(began.elapsed() < Duration::from_secs(60), "no evaluation in a minute");
        sleep(Duration::from_millis(2));
    }
}

fn interrupt(mut child: Child) -> std::process::ExitStatus {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    child.wait().unwrap()
}
