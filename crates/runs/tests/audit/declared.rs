//! What an audit refuses, and what it says then.

use gradroute_runs::audit::{AuditError, Groups};

use super::network::{Config, Mistake, audit, held_to};

fn refused(mistake: Mistake) -> AuditError {
    audit(&Config::with(mistake), 0, 1).unwrap_err()
}

#[test]
fn a_step_that_does_not_sort_its_samples_or_into_no_group_that_is_is_refused() {
    assert!(matches!(refused(Mistake::Unsorted), AuditError::Unsorted { step: 0 }));
    let expected = "step 0 put sample 2 into group 2, but there are 2";
    assert!(refused(Mistake::WrongGroup).to_string().contains(expected));
    assert!(matches!(refused(Mistake::NoBackward), AuditError::NoPass { step: 0 }));
}

#[test]
fn regions_and_rows_that_there_are_not_are_named_with_those_that_there_are() {
    let of = |groups: Groups| {
        held_to(&Config::with(Mistake::None), &groups, 0, 1).unwrap_err().to_string()
    };
    let groups = || Groups::of(["even", "odd"]);
    let message = of(groups().must_not_teach("even", "top halve"));
    assert!(message.contains("`top halve`") && message.contains("`top half`"), "{message}");
    let message = of(groups().rows("rows", "top_head.weight", 1..3));
    assert!(message.contains("rows 1..3 of `top_head.weight`, which has 2"), "{message}");
    let message = of(groups().rows("rows", "top_hat.weight", 0..1));
    assert!(message.contains("`top_hat.weight`") && message.contains("`top_head.weight`"));
    let message = of(groups().rows("top half", "top_head.weight", 0..1));
    assert!(message.contains("two regions are called `top half`"), "{message}");
}

#[test]
fn without_groups_there_is_no_audit() {
    let none = held_to(&Config::with(Mistake::None), &Groups::default(), 0, 1).unwrap_err();
    assert!(none.to_string().contains("Experiment::groups"), "{none}");
}
