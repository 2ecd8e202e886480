//! The program is ended at changes that it makes on the disk.

use crate::program::{output, same, succeed};
use crate::run::Place;

/// Changes from the first files of a run to its last figures, far apart.
const CHANGES: [u64; 6] = [5, 40, 75, 100, 120, 140];

#[test]
fn killed_at_a_change_and_resumed_a_run_ends_as_if_nothing_had_been() {
    let place = Place::new();
    let expected = place.whole("whole");
    for number in CHANGES {
        let run = place.path(&number.to_string());
        let mut command = place.train(&run, &[]);
        let (end, err) = output(command.env("GRADROUTE_FAULT", format!("kill:{number}")));
        assert_eq!(end.status.code(), None, "at change {number} it ended by itself: {err}");
        succeed(&mut place.go_on(&run));
        same(&expected, &run, &format!("killed at change {number}"));
    }
}
