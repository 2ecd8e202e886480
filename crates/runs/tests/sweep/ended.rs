//! Sweeps that are ended midway, by signals and by force, and folders that others work on.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use gradroute_kernels::random::Stream;

use crate::place::{NAMES, Place, SMALL, all_finished, listed, times};
use crate::program::{manifest, same, succeed};

/// Runs of so many epochs, with a checkpoint every tenth.
fn of_epochs(place: &Place, epochs: u32) -> std::path::PathBuf {
    let lines = SMALL
        .replace("\"train.epochs\" = 2", &format!("\"train.epochs\" = {epochs}"))
        .replace("\"train.checkpoint_every\" = 3", "\"train.checkpoint_every\" = 30")
        .replace("\"train.eval_every\" = 2", "\"train.eval_every\" = 60");
    place.file(&lines)
}

/// Runs that take long enough to be met midway.
fn longer(place: &Place) -> std::path::PathBuf {
    of_epochs(place, 400)
}

fn start(place: &Place, file: &Path, more: &[&str]) -> Child {
    // Whoever runs the tests in the background may have signals ignored.
    let sweep = place.sweep(file, more);
    let mut perl = Command::new("perl");
    perl.args(["-e", "$SIG{$_} = 'DEFAULT' for qw(INT TERM HUP); exec @ARGV or die $!"]);
    perl.arg(sweep.get_program()).args(sweep.get_args());
    perl.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn wait_for(path: &Path) {
    let began = Instant::now();
    while !std::fs::metadata(path).is_ok_and(|data| data.len() > 0) {
        assert!(began.elapsed() < Duration::from_secs(60), "no {} in a minute", path.display());
        sleep(Duration::from_millis(2));
    }
}

/// The names of the runs that are finished by their folders.
fn finished(out: &Path) -> Vec<&'static str> {
    NAMES.into_iter().filter(|name| out.join(name).join("manifest.json").is_file()).collect()
}

#[test]
fn a_sweep_that_is_killed_redoes_nothing_that_was_finished_and_ends_the_same() {
    let place = Place::new();
    let file = longer(&place);
    let began = Instant::now();
    let expected = place.path("expected");
    succeed(&mut place.sweep(&file, &["--out", expected.to_str().unwrap()]));
    let lasts = began.elapsed();
    let mut stream = Stream::new(0, "kill", 0);
    // More of them in `.ci/run --all`.
    let trials = std::env::var("GRADROUTE_KILLS").map_or(4, |trials| trials.parse().unwrap());
    for trial in 0..trials {
        let out = place.path(&format!("killed-{trial}"));
        let more =
            ["--jobs", if trial % 2 == 0 { "1" } else { "2" }, "--out", out.to_str().unwrap()];
        let mut child = start(&place, &file, &more);
        sleep(lasts.mul_f64(stream.uniform()));
        child.kill().unwrap();
        child.wait().unwrap();
        let done = finished(&out);
        let before: Vec<_> = done.iter().map(|name| times(&out.join(name))).collect();
        succeed(&mut place.sweep(&file, &more));
        for (name, before) in done.iter().zip(before) {
            assert_eq!(times(&out.join(name)), before, "trial {trial}: {name} was touched");
        }
        all_finished(&out);
        assert_eq!(listed(&out, "weights_sha256"), listed(&expected, "weights_sha256"));
        for name in NAMES {
            same(&expected.join(name), &out.join(name), &format!("trial {trial}: {name}"));
        }
    }
}

#[test]
fn a_signal_saves_what_is_at_work_and_the_same_command_goes_on() {
    let place = Place::new();
    let file = of_epochs(&place, 2000);
    for (name, number) in [("-INT", 2), ("-TERM", 15)] {
        let out = place.path(name);
        let more = ["--jobs", "2", "--out", out.to_str().unwrap()];
        let child = start(&place, &file, &more);
        wait_for(&out.join(NAMES[0]).join("metrics.jsonl"));
        let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.signal(), Some(number), "{}", output.status);
        let out_text = String::from_utf8(output.stdout).unwrap();
        assert!(out_text.contains("the same command goes on"), "{out_text}");
        assert_eq!(listed(&out, "state")[NAMES[0]], "begun");
        succeed(&mut place.sweep(&file, &more));
        all_finished(&out);
        let resumed = manifest(&out.join(NAMES[0]))["resumed"].clone();
        assert_eq!(resumed.as_array().unwrap().len(), 1, "{resumed}");
    }
    let weights = |name: &str| listed(&place.path(name), "weights_sha256");
    assert_eq!(weights("-INT"), weights("-TERM"));
}

#[test]
fn no_run_outlives_a_sweep_that_is_killed() {
    let place = Place::new();
    let file = of_epochs(&place, 100_000);
    let mut child = start(&place, &file, &["--jobs", "2"]);
    let metrics = place.out().join(NAMES[0]).join("metrics.jsonl");
    wait_for(&metrics);
    child.kill().unwrap();
    child.wait().unwrap();
    let before = times(&place.out());
    sleep(Duration::from_millis(300));
    assert_eq!(times(&place.out()), before, "somebody is still at work");
}

#[test]
fn a_folder_that_is_locked_is_waited_for() {
    let place = Place::new();
    let file = of_epochs(&place, 1500);
    let name = NAMES[0];
    let mut first = start(&place, &file, &["--run", name]);
    wait_for(&place.out().join(name).join("metrics.jsonl"));
    let (_, err) = succeed(&mut place.sweep(&file, &[]));
    assert!(first.wait().unwrap().success());
    let waits = format!("{name}: another process is working on it, and is waited for");
    // On a machine that is very busy the other process may be done before the sweep looks.
    let done = ["1 of them done before".to_owned(), format!("{name}: finished in 0 s")];
    assert!(err.contains(&waits) || done.iter().any(|words| err.contains(words)), "{err}");
    all_finished(&place.out());
    let resumed = manifest(&place.out().join(name))["resumed"].clone();
    assert_eq!(resumed, serde_json::json!([]), "it was taken from who worked on it");
}

#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn without_locks_and_folders_that_can_be_written_out_a_sweep_ends_the_same() {
    let place = Place::new();
    let file = place.small();
    succeed(&mut place.sweep(&file, &[]));
    let out = place.path("without");
    let mut sweep = place.sweep(&file, &["--jobs", "2", "--out", out.to_str().unwrap()]);
    let lacks = [("SHIM_LOCK", libc::ENOLCK), ("SHIM_SYNC_FOLDER", libc::EINVAL)];
    succeed(crate::shim::with(&mut sweep, &lacks));
    assert_eq!(listed(&out, "weights_sha256"), listed(&place.out(), "weights_sha256"));
}
