//! File systems that can't do what others can, or that nothing can be written to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gradroute_runs::run::{RunDirectory, saved};
use tempfile::TempDir;

use crate::program::{copy, output, refused, results, same, succeed};
use crate::run::{Place, is_whole, resume, toy};
use crate::shim;

/// A command on a run.
fn on(run: &Path, command: &[&str]) -> Command {
    let mut on = toy(command);
    on.arg(run);
    on
}

/// Every file below a folder, with its content.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.clone(), fs::read(path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn where_files_can_not_be_locked_a_run_goes_on_with_one_note_and_ends_the_same() {
    let place = Place::new();
    let expected = place.whole("expected");
    for error in [libc::ENOLCK, libc::ENOSYS, libc::EOPNOTSUPP, libc::EINVAL] {
        let lock = [("SHIM_LOCK", error)];
        let run = place.path(&error.to_string());
        let noted = |command: &mut Command| {
            let (_, err) = succeed(shim::with(command, &lock));
            assert_eq!(err.matches("no locks on the file system of").count(), 1, "{err}");
            assert!(err.contains("a second process on this run would not be noticed"), "{err}");
        };
        let mut killed = place.train(&run, &[]);
        output(shim::with(&mut killed, &lock).env("GRADROUTE_FAULT", "kill:100"));
        noted(&mut resume(&run, &[]));
        same(&expected, &run, &format!("lock: {error}"));
        noted(&mut on(&run, &["evaluate"]));
        noted(&mut on(&run, &["figures"]));
        is_whole(&run);
    }
    let mut broken = place.train(&place.path("broken"), &[]);
    refused(shim::with(&mut broken, &[("SHIM_LOCK", libc::EIO)]), 1, &["cannot lock", ".lock"]);
}

#[test]
fn where_folders_can_not_be_written_out_a_run_goes_on_and_ends_the_same() {
    let place = Place::new();
    let expected = place.whole("expected");
    let (open, sync) = ("SHIM_OPEN_FOLDER", "SHIM_SYNC_FOLDER");
    for (call, error) in [
        (sync, libc::EINVAL),
        (sync, libc::EOPNOTSUPP),
        (sync, libc::ENOSYS),
        (sync, libc::EBADF),
        (open, libc::EINVAL),
        (open, libc::EACCES),
        (open, libc::EISDIR),
    ] {
        let context = format!("{call}: {error}");
        let run = place.path(&context);
        succeed(shim::with(&mut place.train(&run, &[]), &[(call, error)]));
        same(&expected, &run, &context);
        is_whole(&run);
    }
}

#[test]
fn an_error_of_the_disk_while_writing_out_still_ends_a_run_by_name() {
    let place = Place::new();
    for call in ["SHIM_OPEN_FOLDER", "SHIM_SYNC_FOLDER", "SHIM_SYNC_FILE"] {
        for error in [libc::EIO, libc::ENOSPC, libc::EDQUOT] {
            let run = place.path(&format!("{call}-{error}"));
            let mut command = place.train(&run, &[]);
            let named = ["error: cannot write out", &*run.to_string_lossy(), "because: "];
            refused(shim::with(&mut command, &[(call, error)]), 1, &named);
        }
    }
}

/// A run on a place that nothing can be written to.
struct ReadOnly {
    place: Place,
    run: PathBuf,
    before: Vec<(PathBuf, Vec<u8>)>,
}

impl ReadOnly {
    fn new() -> Self {
        let place = Place::new();
        let run = place.whole("run");
        let before = files(&run);
        Self { place, run, before }
    }

    fn command(&self, command: &[&str]) -> Command {
        let mut command = on(&self.run, command);
        shim::with(&mut command, &[("SHIM_READ_ONLY", self.run.display())]);
        command
    }

    fn is_as_before(&self) {
        assert!(files(&self.run) == self.before, "the run was changed");
    }
}

#[test]
fn a_run_on_a_read_only_place_is_verified_compared_and_evaluated_there() {
    let read_only = ReadOnly::new();
    let (expected, _) = succeed(&mut on(&read_only.place.whole("other"), &["evaluate"]));
    let (out, _) = succeed(&mut read_only.command(&["verify"]));
    assert!(!out.contains("NOT WHOLE"), "{out}");
    let (out, _) = succeed(&mut read_only.command(&["compare"]));
    assert!(out.contains("found"), "{out}");
    let compared = read_only.place.path("compared");
    succeed(read_only.command(&["compare"]).arg("--out").arg(&compared));

    // All that was asked for is printed; that it could not be written is a failure.
    let why = ["nothing was written", "--out DIR", ".lock", "Read-only file system"];
    let mut evaluate = read_only.command(&["evaluate"]);
    refused(&mut evaluate, 1, &why);
    let (end, _) = output(&mut evaluate);
    let tables = expected.split("Written:").next().unwrap();
    assert!(!tables.is_empty() && end.stdout == tables.as_bytes());
    refused(&mut read_only.command(&["figures"]), 1, &why);
    let begun = ["cannot open", ".lock", "Read-only file system"];
    let mut go_on = resume(&read_only.run, &[]);
    let root = [("SHIM_READ_ONLY", read_only.run.display())];
    refused(shim::with(&mut go_on, &root), 1, &begun);
    read_only.is_as_before();
}

#[test]
fn with_out_a_run_is_evaluated_and_drawn_elsewhere_and_stays_as_it_is() {
    let read_only = ReadOnly::new();
    let elsewhere = read_only.place.path("else/where");
    for name in ["evaluate", "figures"] {
        let (out, _) = succeed(read_only.command(&[name]).arg("--out").arg(&elsewhere));
        assert!(out.contains(&format!("Written: {}", elsewhere.display())), "{out}");
    }
    for (path, content) in files(&elsewhere) {
        let of_run = read_only.run.join(path.strip_prefix(&elsewhere).unwrap());
        assert!(fs::read(&of_run).unwrap() == content, "{} differs", path.display());
    }

    for name in ["evaluation.json", "report.html", "figures/visits.png", "figures/losses.png"] {
        assert!(elsewhere.join(name).is_file(), "no {name}");
    }

    for (name, file) in [("evaluate", "evaluation.json"), ("figures", "figures")] {
        let mut again = read_only.command(&[name]);
        refused(again.arg("--out").arg(&elsewhere), 1, &[file, "there already", "--overwrite"]);
        succeed(again.arg("--overwrite"));
        // Another run's folder, or its own, would have results that its manifest does not know.
        let mut into = on(&read_only.run, &[name, "--overwrite"]);
        into.arg("--out").arg(&read_only.run);
        refused(&mut into, 1, &["it is within the run in"]);
    }
    read_only.is_as_before();
}

#[test]
fn a_run_that_ended_early_is_drawn_elsewhere_without_having_been_evaluated() {
    let place = Place::new();
    let run = place.path("killed");
    output(place.train(&run, &[]).env("GRADROUTE_FAULT", "kill:100"));
    assert!(!run.join("evaluation.json").exists());
    let before = files(&run);
    succeed(on(&run, &["figures"]).arg("--out").arg(place.path("drawn")));
    assert!(place.path("drawn/report.html").is_file() && files(&run) == before);
}

#[test]
fn a_run_that_was_moved_is_as_good_as_before() {
    let place = Place::new();
    let (expected, first) = (place.whole_alone("expected"), place.path("first"));
    succeed(&mut place.train_alone(2, &first));
    // Another file system where there is one.
    let other = Path::new("/dev/shm");
    let other = if other.is_dir() { TempDir::new_in(other) } else { TempDir::new() }.unwrap();
    let moved = other.path().join("moved here");
    copy(&first, &moved);
    fs::remove_dir_all(&first).unwrap();
    for command in ["evaluate", "figures", "verify", "compare"] {
        succeed(&mut on(&moved, &[command]));
    }
    succeed(&mut resume(&moved, &["--epochs", "4"]));
    same(&expected, &moved, "moved");
    is_whole(&moved);
    let back = place.path("back");
    fs::rename(place.path("expected"), &back).unwrap();
    is_whole(&back);
}

#[test]
fn a_disk_with_room_for_a_part_of_a_run_ends_it_by_name_and_costs_no_checkpoint() {
    let place = Place::new();
    let expected = place.whole("expected");
    let before = results(&expected);
    let all: usize = files(&expected).iter().map(|(_, content)| content.len()).sum();
    for (trial, error) in [libc::ENOSPC, libc::EDQUOT].into_iter().cycle().take(12).enumerate() {
        let run = place.path(&format!("full-{trial}"));
        let room = format!("{}:{}:{error}", run.display(), all * trial / 12);
        let mut command = place.train(&run, &[]);
        let named = ["error: cannot ", &*run.to_string_lossy(), "because: ", "make room"];
        refused(shim::with(&mut command, &[("SHIM_ROOM", &room)]), 1, &named);
        if let Ok(directory) = RunDirectory::open(&run) {
            for steps in saved::list(&directory).unwrap() {
                if directory.record(steps).exists() {
                    saved::load(&directory, steps).unwrap();
                }
            }
        }
        succeed(&mut place.go_on(&run));
        same(&expected, &run, &room);
        is_whole(&run);
    }
    // What can't be written is printed all the same.
    let room = [("SHIM_ROOM", format!("{}:10:{}", expected.display(), libc::ENOSPC))];
    let mut evaluate = on(&expected, &["evaluate"]);
    refused(shim::with(&mut evaluate, &room), 1, &["evaluation.json", "make room"]);
    assert!(String::from_utf8(output(&mut evaluate).0.stdout).unwrap().contains("The walkers"));
    assert!(results(&expected) == before);
    is_whole(&expected);
}
