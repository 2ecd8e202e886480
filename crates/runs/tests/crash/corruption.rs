//! Checkpoint files that are not to the byte what was written are never loaded.

use std::fs;
use std::path::{Path, PathBuf};

use gradroute_kernels::random::Stream;
use gradroute_runs::run::{RunDirectory, saved};

use crate::run::{BETWEEN, Place, STEPS};

const CORRUPTIONS: usize = 10_000;

/// Does something to `bytes`, of which `other` is a sound neighbour; `None` deletes the file.
fn corrupt(bytes: &[u8], other: &[u8], random: &mut impl FnMut(usize) -> usize) -> Option<Vec<u8>> {
    let mut changed = bytes.to_vec();
    match random(8) {
        0..=2 => changed[random(bytes.len())] ^= 1 << random(8),
        3 => changed[random(bytes.len())] = random(256) as u8,
        4 => changed.truncate(random(bytes.len())),
        5 => {
            // A block that never reached the disk.
            let (from, length) = (random(bytes.len()), 1 + random(512));
            let to = bytes.len().min(from + length);
            changed[from..to].fill(0);
        }
        6 => {
            let extra = 1 + random(64);
            changed.extend((0..extra).map(|_| random(256) as u8));
        }
        _ => match random(4) {
            0 => return None,
            1 => changed = other.to_vec(),
            2 => changed.clear(),
            _ => {
                let (a, b) = (random(bytes.len()), random(bytes.len()));
                changed.swap(a, b);
            }
        },
    }
    Some(changed)
}

#[test]
fn ten_thousand_corruptions_of_checkpoint_files_are_all_found() {
    let place = Place::new();
    let run = place.whole("whole");
    let directory = RunDirectory::open(&run).unwrap();
    let files = |steps: u64| -> [PathBuf; 3] {
        [directory.checkpoint(steps), directory.optimizer(steps), directory.record(steps)]
    };
    let (last, before) = (files(STEPS), files(STEPS - BETWEEN));
    let read = |path: &Path| fs::read(path).unwrap();
    let sound: Vec<(Vec<u8>, Vec<u8>)> =
        last.iter().zip(&before).map(|(a, b)| (read(a), read(b))).collect();
    saved::load(&directory, STEPS).expect("it is whole to begin with");

    let mut stream = Stream::new(0, "corruptions", 0);
    let mut random = |below: usize| stream.below(below as u64) as usize;
    let (mut found, mut unchanged) = (0, 0);
    while found < CORRUPTIONS {
        let which = random(3);
        let (bytes, other) = &sound[which];
        let changed = corrupt(bytes, other, &mut random);
        if changed.as_ref() == Some(bytes) {
            unchanged += 1;
            continue;
        }
        match &changed {
            Some(changed) => fs::write(&last[which], changed).unwrap(),
            None => fs::remove_file(&last[which]).unwrap(),
        }
        assert!(
            saved::load(&directory, STEPS).is_err(),
            "corruption {found} of {} was loaded",
            last[which].display()
        );
        found += 1;
        fs::write(&last[which], bytes).unwrap();
    }
    println!("{found} corruptions found ({unchanged} attempts changed nothing)");
    saved::load(&directory, STEPS).expect("it is whole again");
}
