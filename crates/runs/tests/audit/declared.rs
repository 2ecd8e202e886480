//! What an audit refuses, and what it says then.

use gradroute_runs::Driver;
use gradroute_runs::audit::{AuditError, Groups};

use super::network::{Config, Mistake, Net, audit, held_to};

fn refused(mistake: Mistake) -> AuditError {
    audit(&Config::with(mistake), 0, 1).unwrap_err()
}

#[test]
fn a_step_that_does_not_sort_its_samples_or_into_no_group_that_is_is_refused() {
    assert!(matches!(refused(Mistake::Unsorted), AuditError::Unsorted { step: 0 }));
    let expected = "step 0 put sample 2 into group 2, but there are 2";
    // Another number of samples than the values have is refused too.
    let other = refused(Mistake::OtherCount).to_string();
    assert!(other.contains("sorted 5 samples into groups, but input at"), "{other}");
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
fn rows_of_several_parameters_under_one_name_are_one_region_and_a_layers_name_is_taken() {
    let of = |groups: Groups| held_to(&Config::with(Mistake::None), &groups, 0, 1);
    let groups = || Groups::of(["even", "odd"]);
    let norm = |groups, region| of(groups).unwrap().norm("error", "even", region).unwrap();
    let first = norm(groups().rows("r", "bottom_head.weight", 0..1), "r");
    let second = norm(groups().rows("r", "trunk.bias", 1..3), "r");
    let both = groups().rows("r", "bottom_head.weight", 0..1).rows("r", "trunk.bias", 1..3);
    assert!((norm(both, "r") - first.hypot(second)).abs() < 1e-15);
    let layer = of(groups().rows("top_head", "top_head.weight", 0..1)).unwrap_err();
    assert!(layer.to_string().contains("two regions are called `top_head`"), "{layer}");
}

#[test]
fn a_region_on_an_input_is_refused_and_one_that_no_term_reaches_is_named() {
    let refused = refused(Mistake::RegionOnInput).to_string();
    assert!(refused.contains("`inputs` is on an input"), "{refused}");
    let groups = Groups::of(["even", "odd"]).must_not_teach("even", "target");
    let found = held_to(&Config::with(Mistake::Target), &groups, 0, 1).unwrap();
    assert_eq!(found.unreached, ["target"]);
    assert!(gradroute_runs::audit::to_text(&found).contains("No term reaches `target`"));
    assert!(audit(&Config::with(Mistake::None), 0, 1).unwrap().unreached.is_empty());
}

#[test]
fn a_group_does_not_take_the_name_of_what_stands_beside_groups() {
    for name in ["all", "no sample", "decay", "rest"] {
        let refused = std::panic::catch_unwind(|| Groups::of(["own", name])).unwrap_err();
        let words = refused.downcast_ref::<String>().unwrap();
        assert!(words.contains(&format!("`{name}` is no name for a group")), "{words}");
    }
}

#[test]
fn what_an_audit_refuses_of_regions_a_graph_refuses_in_the_same_words() {
    let (right, groups) = (Config::with(Mistake::None), || Groups::of(["even", "odd"]));
    for (config, groups) in [
        (right.clone(), groups().must_not_teach("even", "top halve")),
        (right.clone(), groups().must_not_teach("even", "top half").hold("odd", "top_hat")),
        (right.clone(), groups().rows("top half", "top_head.weight", 0..1)),
        (right, groups().rows("rows", "top_head.weight", 1..3)),
        (Config::with(Mistake::RegionOnInput), groups()),
        (Config::with(Mistake::RegionTooWide), groups()),
        (Config::with(Mistake::Unsorted), groups()),
        (Config::with(Mistake::OtherCount), groups()),
        (Config::with(Mistake::WrongGroup), groups()),
    ] {
        let mut driver = Driver::<Net<f64>, f64>::new(&config, &()).unwrap();
        let found = driver.see(&groups).map(|seen| seen.len());
        let wanted = held_to(&config, &groups, 0, 1).unwrap_err();
        assert_eq!(found.unwrap_err().to_string(), wanted.to_string());
    }
}

#[test]
fn without_groups_there_is_no_audit() {
    let none = held_to(&Config::with(Mistake::None), &Groups::default(), 0, 1).unwrap_err();
    assert!(none.to_string().contains("Experiment::groups"), "{none}");
}
