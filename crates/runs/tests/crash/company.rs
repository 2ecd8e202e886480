//! Nobody who reads the words, and signals: what a run does when the world around it goes.

use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use gradroute_kernels::random::Stream;

use crate::program::{output, same, succeed};
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

/// Ten moments of a stretch from 0 to 1, others in each test.
fn ten_moments(of: &str) -> impl Iterator<Item = f64> {
    let mut stream = Stream::new(0, of, 0);
    (0..10).map(move |_| stream.uniform())
}

/// A shorter run, ended as it should be, with the number of bytes of its words and how long it took.
struct Expected {
    place: Place,
    words: usize,
    lasts: Duration,
}

impl Expected {
    fn new() -> Self {
        let place = Place::new();
        let began = Instant::now();
        let (out, err) = succeed(&mut Self::command(&place, "expected"));
        Self { words: out.len() + err.len(), lasts: began.elapsed(), place }
    }

    fn command(place: &Place, name: &str) -> Command {
        let mut command = place.train_with("relearn", &place.path(name), &["relearn_steps=6"]);
        command.args(["--epochs", "200"]);
        command
    }

    fn run(&self, name: &str) -> Command {
        Self::command(&self.place, name)
    }

    fn ended_the_same(&self, name: &str, status: std::process::ExitStatus) {
        assert!(status.success(), "{name}: {status}");
        same(&self.place.path("expected"), &self.place.path(name), name);
        is_whole(&self.place.path(name));
    }
}

#[test]
fn a_run_ends_whole_when_tee_goes_at_any_of_ten_moments() {
    let expected = Expected::new();
    for (trial, moment) in ten_moments("tee").enumerate() {
        let name = format!("tee-{trial}");
        let mut command = expected.run(&name);
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut tee = Command::new("tee");
        tee.stdin(child.stderr.take().unwrap()).stdout(Stdio::null());
        let mut tee = tee.spawn().unwrap();
        sleep(expected.lasts.mul_f64(moment));
        tee.kill().unwrap();
        tee.wait().unwrap();
        drop(child.stdout.take());
        expected.ended_the_same(&name, child.wait().unwrap());
    }
}

#[test]
fn a_run_ends_whole_when_head_has_read_any_of_ten_parts_of_its_words() {
    let expected = Expected::new();
    for (trial, part) in ten_moments("head").enumerate() {
        let name = format!("head-{trial}");
        let bytes = (expected.words as f64 * part) as usize;
        let script = format!("set -o pipefail; \"$0\" \"$@\" 2>&1 | head -c {bytes} > /dev/null");
        let command = expected.run(&name);
        let mut shell = Command::new("bash");
        shell.args(["-c", &script]).arg(command.get_program()).args(command.get_args());
        expected.ended_the_same(&name, shell.status().unwrap());
    }
}

/// Standard error takes a part of the words and then fails with `error`.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn words_fail_at_ten_moments(of: &str, error: i32) {
    let expected = Expected::new();
    let (_, err) = succeed(&mut expected.run("words"));
    for (trial, part) in ten_moments(of).enumerate() {
        let name = format!("{of}-{trial}");
        let limit = format!("{}:{error}", (err.len() as f64 * part) as usize);
        let mut command = expected.run(&name);
        let end = output(crate::shim::with(&mut command, &[("SHIM_WORDS", limit)])).0;
        assert!(end.stderr.len() < err.len(), "all was said");
        expected.ended_the_same(&name, end.status);
    }
}

#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn a_run_ends_whole_when_standard_error_is_full_from_any_of_ten_moments_on() {
    words_fail_at_ten_moments("full", libc::ENOSPC);
}

#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn a_run_ends_whole_when_standard_error_is_closed_from_any_of_ten_moments_on() {
    words_fail_at_ten_moments("closed", libc::EBADF);
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
fn a_shell_sees_status_130_of_a_run_that_ctrl_c_ended() {
    let place = Place::new();
    let run = place.path("run");
    let command = on_a_terminal(&longer(&place, &run));
    // The first lines stay; the first checkpoint is gone soon, and a slow shell would wait forever.
    let script = "\"$0\" \"$@\" & while [ ! -s $BEGUN ]; do sleep 0.01; done; kill -INT $!; wait $!; \
                  echo \"status $?\"";
    let mut shell = Command::new("bash");
    shell.env("BEGUN", run.join("metrics.jsonl"));
    shell.args(["-c", script]).arg(command.get_program()).args(command.get_args());
    let (out, err) = succeed(&mut shell);
    assert!(out.contains("status 130\n") && out.contains("Ended early"), "{out}");
    assert!(err.contains("Ending after this step"), "{err}");
}

/// Processes that take all the time they can get, until it is dropped.
struct Busy(Vec<Child>);

impl Busy {
    fn new(processes: usize) -> Self {
        let one = |_| Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        Self((0..processes).map(one).collect())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        for process in &mut self.0 {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

#[test]
fn with_four_busy_processes_beside_it_ctrl_c_ends_a_run_within_five_seconds() {
    let place = Place::new();
    let run = place.path("run");
    let _busy = Busy::new(4);
    // All threads that there may be, and minutes of work.
    let longer = place.train_with("relearn", &run, &["relearn_steps=6"]);
    let arguments = longer.get_args().filter(|a| !["--threads", "1"].iter().any(|flag| a == flag));
    let mut command = toy(&[]);
    command.args(arguments).args(["--epochs", "1000000"]);
    let child = on_a_terminal(&command).stdout(Stdio::piped()).spawn().unwrap();
    has_begun(&run);
    sleep(Duration::from_millis(500));
    let asked = Instant::now();
    signal("-INT", &child.id().to_string());
    let output = child.wait_with_output().unwrap();
    let took = asked.elapsed();
    assert_eq!(output.status.signal(), Some(2), "{}", output.status);
    assert!(took < Duration::from_secs(5), "it took {took:?}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("Ended early"));
    is_whole(&run);
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
