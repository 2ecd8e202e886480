//! Where a run and its data lie: names of any kind, other folders to call from, and moving.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;

use crate::program::{copy, manifest, refused, same, succeed};
use crate::run::{Place, is_whole, resume, toy};

/// `train` of the first stage alone, called within a folder.
fn train(within: &Path, epochs: &str, data: &OsStr, run: &OsStr) -> Command {
    let mut command = toy(&["train", "--threads", "1", "--preset", "learn", "--epochs", epochs]);
    for set in ["steps_per_epoch=3", "eval_every=2", "probe_every=4", "checkpoint_every=3"] {
        command.args(["--set", &format!("train.{set}")]);
    }
    command.arg("--data").arg(data).arg("--out").arg(run).current_dir(within);
    command
}

/// Everything that reads the run's data again, called within a folder.
fn all_commands(within: &Path, run: &Path, compared: &Path) {
    for name in ["evaluate", "figures", "verify"] {
        succeed(toy(&[name]).arg(run).current_dir(within));
    }
    let mut compare = toy(&["compare"]);
    succeed(compare.arg(run).arg("--out").arg(compared).current_dir(within));
    succeed(resume(run, &["--epochs", "4"]).current_dir(within));
    is_whole(run);
}

#[test]
fn a_run_finds_its_data_from_every_folder_whatever_they_and_it_are_called() {
    let place = Place::new();
    let expected = place.whole_alone("expected");
    let elsewhere = place.path("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let names: [&[u8]; 6] =
        [b"set", b"with spaces", b"two\nlines", b"quote's \"", b"not \xff UTF-8 \xc3(", b"-dash"];
    for (number, name) in names.into_iter().enumerate() {
        let base = place.path(&number.to_string());
        let (data, run) = (OsStr::from_bytes(name), [b"./run ", name].concat());
        let run = OsStr::from_bytes(&run);
        copy(&place.path("data"), &base.join(data));
        // Relative, as most people write it.
        let given = [b"./", name].concat();
        succeed(&mut train(&base, "2", OsStr::from_bytes(&given), run));
        let run = base.join(run);
        all_commands(&elsewhere, &run, &place.path(&format!("compared-{number}")));
        same(&expected, &run, &String::from_utf8_lossy(name));
    }
}

#[test]
fn data_that_were_moved_are_asked_for_by_the_place_that_the_run_has_recorded() {
    let place = Place::new();
    let run = place.whole_alone("run");
    let (was, is) = (place.path("data"), place.path("moved"));
    fs::rename(&was, &is).unwrap();
    let asked = [&*was.to_string_lossy(), "which it has recorded as their place", "--data"];
    for name in ["evaluate", "figures"] {
        refused(toy(&[name]).arg(&run), 1, &asked);
    }
    refused(&mut resume(&run, &["--epochs", "5"]), 1, &asked);
    let (end, _) = crate::program::output(toy(&["verify"]).arg(&run));
    let out = String::from_utf8(end.stdout).unwrap();
    let line = out.lines().find(|line| line.contains("NOT WHOLE")).unwrap();
    assert!(asked.iter().all(|part| line.contains(part)), "{line}");
    // A run that went on has recorded the new place.
    succeed(resume(&run, &["--epochs", "5"]).arg("--data").arg(&is));
    succeed(toy(&["evaluate"]).arg(&run));
    is_whole(&run);
}

#[test]
fn data_that_were_moved_together_with_their_run_are_found() {
    let place = Place::new();
    let expected = place.whole_alone("expected");
    let project = place.path("project");
    copy(&place.path("data"), &project.join("data"));
    fs::create_dir(project.join("runs")).unwrap();
    succeed(&mut train(&project, "2", "data".as_ref(), "runs/first".as_ref()));
    let moved = place.path("moved");
    fs::rename(&project, &moved).unwrap();
    let run = moved.join("runs/first");
    is_whole(&run);
    // Other data at the old place are not taken for them.
    copy(&place.path("data"), &project.join("data"));
    let numbers = project.join("data/numbers.txt");
    fs::write(&numbers, fs::read_to_string(&numbers).unwrap().replace('4', "5")).unwrap();
    is_whole(&run);
    fs::rename(moved.join("data"), place.path("hidden")).unwrap();
    refused(toy(&["evaluate"]).arg(&run), 1, &["another data set", "numbers.txt", "--data"]);
    fs::rename(place.path("hidden"), moved.join("data")).unwrap();

    all_commands(&place.path(""), &run, &place.path("compared"));
    same(&expected, &run, "moved");
    // It went on there, so it knows the new place, also when it is moved alone.
    let alone = place.path("alone");
    fs::rename(&run, &alone).unwrap();
    is_whole(&alone);
}

#[test]
fn the_weights_that_a_run_began_with_are_recorded_by_a_path_that_means_the_same_everywhere() {
    let place = Place::new();
    let first = place.whole_alone("first");
    let weights = OsStr::from_bytes(b"weights \xff.safetensors");
    let file = place.path("").join(weights);
    fs::copy(first.join("checkpoints/step-00000012.safetensors"), &file).unwrap();
    let (within, run) = (place.path(""), place.path("second"));
    let mut command = train(&within, "2", "data".as_ref(), "second".as_ref());
    succeed(command.arg("--init").arg(weights));
    let recorded = &manifest(&run)["init"];
    let bytes: Vec<u8> = serde_json::from_value(recorded.clone()).unwrap();
    assert_eq!(bytes, file.as_os_str().as_bytes());
    succeed(&mut resume(&run, &["--epochs", "3"]));
    assert_eq!(&manifest(&run)["init"], recorded);
    is_whole(&run);
}
