//! Nobody who reads the words, and signals: what a run does when the world around it goes.

use std::fs;
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::program::{same, succeed};
use crate::run::{Place, is_whole, resume, toy};

/// A run that takes a second or so, in two stages.
fn longer(place: &Place, run: &Path) -> Command {
    let mut command = place.train_with("relearn", run, &["relearn_steps=6"]);
    command.args(["--epochs", "1500"]);
    command
}

/// Waits until the run has made a step.
fn has_begun(run: &Path) {
    let began = Instant::now();
    while !run.join("checkpoints/step-00000000.json").is_file() {
        assert!(began.elapsed() < Duration::from_secs(60), "no checkpoint in a minute");
        sleep(Duration::from_millis(1));
    }
}

/// The same command with signals as they are on a terminal. Whoever runs the tests in the background
/// may have them ignored, which a program then respects.
pub fn on_a_terminal(command: &Command) -> Command {
    let mut perl = Command::new("perl");
    perl.args(["-e", "$SIG{$_} = 'DEFAULT' for qw(INT TERM HUP); exec @ARGV or die $!"]);
    perl.arg(command.get_program()).args(command.get_args());
    perl
}

fn signal(name: &str, process: &str) {
    let sent = Command::new("kill").args([name, "--", process]).status().unwrap();
    assert!(sent.success(), "kill {name} {process}");
}

#[test]
fn a_run_goes_on_when_nobody_reads_its_words_any_more() {
    let place = Place::new();
    let expected = place.path("expected");
    let began = Instant::now();
    succeed(&mut longer(&place, &expected));
    let lasts = began.elapsed();
    for moment in 0..10 {
        let run = place.path(&format!("lost-{moment}"));
        let mut command = longer(&place, &run);
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut words = child.stderr.take().unwrap();
        if moment > 0 {
            words.read_exact(&mut [0; 5]).unwrap();
            sleep(lasts * (moment - 1) / 10);
        }
        drop((words, child.stdout.take()));
        assert!(child.wait().unwrap().success(), "lost at moment {moment}");
        same(&expected, &run, &format!("lost at moment {moment}"));
        is_whole(&run);
    }
}

#[test]
fn a_run_needs_no_standard_error() {
    let place = Place::new();
    let expected = place.path("expected");
    succeed(&mut longer(&place, &expected));
    for (name, redirect) in [("full", "2>/dev/full"), ("closed", "2>&-"), ("all", ">&- 2>&- <&-")] {
        let run = place.path(name);
        let command = longer(&place, &run);
        let script = format!("exec \"$0\" \"$@\" {redirect}");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).arg(command.get_program()).args(command.get_args());
        let status = shell.status().unwrap();
        assert!(status.success(), "{redirect}: {status}");
        same(&expected, &run, redirect);
        is_whole(&run);
    }
    let refused = Command::new("sh")
        .args(["-c", "exec \"$0\" nonsense 2>/dev/full"])
        .arg(env!("CARGO_BIN_EXE_toy"))
        .status()
        .unwrap();
    assert_eq!(refused.code(), Some(2), "an error that can't be told is still one");
}

/// The run, interrupted by a signal once it has begun.
fn interrupted(place: &Place, run: &Path, name: &str) -> std::process::Output {
    let mut command = on_a_terminal(&longer(place, run));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    has_begun(run);
    signal(name, &child.id().to_string());
    child.wait_with_output().unwrap()
}

#[test]
fn a_signal_ends_a_run_after_its_step_with_a_word_and_by_that_signal() {
    let place = Place::new();
    let expected = place.path("expected");
    succeed(&mut longer(&place, &expected));
    for (name, number) in [("-INT", 2), ("-TERM", 15), ("-HUP", 1)] {
        let run = place.path(name);
        let output = interrupted(&place, &run, name);
        assert_eq!(output.status.signal(), Some(number), "{name}: {}", output.status);
        let [out, err] = [output.stdout, output.stderr].map(|b| String::from_utf8(b).unwrap());
        assert!(err.contains("Ending after this step"), "{name}: {err}");
        assert!(out.contains("Ended early, after ") && out.contains("--resume"), "{name}: {out}");
        is_whole(&run);
        succeed(&mut resume(&run, &[]));
        same(&expected, &run, name);
    }
}

#[test]
fn a_hangup_that_the_process_was_started_to_ignore_is_ignored() {
    let place = Place::new();
    let run = place.path("run");
    let command = longer(&place, &run);
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]);
    shell.arg(command.get_program()).args(command.get_args());
    let mut child = shell.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    has_begun(&run);
    signal("-HUP", &child.id().to_string());
    assert!(child.wait().unwrap().success());
    is_whole(&run);
}

#[test]
fn ctrl_c_ends_a_shells_loop_over_runs_and_not_only_the_run() {
    let place = Place::new();
    let run = place.path("run");
    let command = longer(&place, &run);
    let script =
        "for seed in 1 2 3; do \"$0\" \"$@\" --seed $seed --overwrite; echo $?; done; echo on";
    let mut shell = Command::new("bash");
    shell.args(["-c", script]).arg(command.get_program()).args(command.get_args());
    let mut shell = on_a_terminal(&shell);
    // A group of its own, as a terminal gives to what runs in the foreground.
    let child: Child = shell.process_group(0).stdout(Stdio::piped()).spawn().unwrap();
    has_begun(&run);
    signal("-INT", &format!("-{}", child.id()));
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("Ended early") && !out.contains("on\n"), "{out}");
    assert_eq!(output.status.signal(), Some(2), "{}", output.status);
}

#[test]
fn more_threads_than_processors_are_brought_down_with_a_note() {
    let place = Place::new();
    let run = place.path("run");
    let mut command = place.train(&run, &[]);
    let arguments: Vec<_> = command.get_args().map(|a| a.to_owned()).collect();
    command = toy(&[]);
    command.args(arguments.iter().map(|a| if a == "1" { "1000".as_ref() } else { a.as_os_str() }));
    let (_, err) = succeed(&mut command);
    assert!(err.contains("--threads 1000 is more than"), "{err}");
    assert!(fs::metadata(run.join("manifest.json")).is_ok());
}
