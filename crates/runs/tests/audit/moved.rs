//! What moves without a gradient.

use gradroute_runs::audit::{Audit, Groups};

use super::network::{Config, Mistake, audit, held_to};

fn terms(audit: &Audit) -> Vec<&str> {
    audit.leaks.iter().map(|leak| &*leak.term).collect()
}

#[test]
fn what_is_held_does_not_move_and_is_no_leak() {
    let config = Config { even_alone: true, decay: 0.1, ..Config::with(Mistake::None) };
    let found = audit(&config, 2, 1).unwrap();
    assert_eq!(found.leaks, []);
    assert_eq!(found.movement["one row"].whole, 0.0);
    assert_eq!(found.movement["top_head"].whole, 0.0);
    assert!(found.movement["bottom_head"].momentum > 0.0);
}

#[test]
fn momentum_and_decay_that_move_a_held_row_are_leaks_of_no_group() {
    for (decay, decoupled, expected) in [
        (0.0, false, &["momentum"][..]),
        (0.1, false, &["decay", "momentum"]),
        (0.1, true, &["decay", "momentum"]),
    ] {
        let config =
            Config { even_alone: true, decay, decoupled, ..Config::with(Mistake::NotHeld) };
        let found = audit(&config, 1, 1).unwrap();
        assert_eq!(terms(&found), expected, "decay {decay}");
        assert!(found.leaks.iter().all(|leak| leak.group.is_none() && leak.region == "one row"));
        assert_eq!(found.movement["one row"].gradient, 0.0, "its gradient is exactly 0");
    }
}

#[test]
fn what_is_not_declared_held_may_move_and_what_is_held_for_some_groups_too() {
    let config = Config { even_alone: true, ..Config::with(Mistake::NotHeld) };
    let none = Groups::of(["even", "odd"]);
    assert_eq!(held_to(&config, &none, 1, 1).unwrap().leaks, []);
    let of_odd = none.clone().hold("odd", "top_head");
    assert_eq!(held_to(&config, &of_odd, 1, 1).unwrap().leaks, [], "the batch has none of them");
    let both = Config::with(Mistake::None);
    let of_even = none.hold("even", "top_head");
    assert_eq!(held_to(&both, &of_even, 1, 1).unwrap().leaks, [], "the batch has others as well");
}

#[test]
fn a_gradient_that_moves_what_is_held_is_one_too() {
    let groups = Groups::of(["even", "odd"]).hold("even", "trunk").hold("odd", "trunk");
    let found = held_to(&Config::with(Mistake::None), &groups, 0, 1).unwrap();
    assert_eq!(terms(&found), ["gradient"]);
}
