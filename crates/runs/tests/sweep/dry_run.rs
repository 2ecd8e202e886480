//! How much work a sweep is said to be.

use crate::place::{NAMES, Place};
use crate::program::succeed;

#[test]
fn a_dry_run_counts_measures_and_writes_nothing() {
    let place = Place::new();
    let file = place.small();
    let (out, _) = succeed(&mut place.sweep(&file, &["--dry-run", "--jobs", "2"]));
    assert!(out.contains("4 runs of seeker in "), "{out}");
    assert!(out.contains("done: 0, begun: 0, to begin: 4"), "{out}");
    assert!(out.contains("of 2 of 2 settings") || out.contains("of 2 settings"), "{out}");
    assert!(out.contains(" MiB more"), "{out}");
    for name in NAMES {
        assert!(out.contains(&format!("  {name}: to begin, about ")), "{out}");
    }
    assert!(!place.out().exists());
}

#[test]
fn a_dry_run_says_what_is_done_already() {
    let place = Place::new();
    let file = place.small();
    succeed(&mut place.sweep(&file, &["--run", NAMES[3]]));
    let (out, _) = succeed(&mut place.sweep(&file, &["--dry-run"]));
    assert!(out.contains("done: 1, begun: 0, to begin: 3"), "{out}");
    assert!(out.contains(&format!("  {}: done", NAMES[3])), "{out}");
    succeed(&mut place.sweep(&file, &[]));
    let (out, _) = succeed(&mut place.sweep(&file, &["--dry-run"]));
    assert!(out.contains("done: 4, begun: 0, to begin: 0") && !out.contains("time:"), "{out}");
}
