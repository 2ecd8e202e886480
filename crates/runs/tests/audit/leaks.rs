//! Planted mistakes in the routing.

use gradroute_runs::audit::{Audit, Leak};

use super::network::{Config, Mistake, audit};

fn of(mistake: Mistake) -> Audit {
    audit(&Config::with(mistake), 1, 1).unwrap()
}

/// Term, group and region of each leak.
fn names(audit: &Audit) -> Vec<(&str, Option<&str>, &str)> {
    audit.leaks.iter().map(|leak| (&*leak.term, leak.group.as_deref(), &*leak.region)).collect()
}

fn ops(leak: &Leak) -> Vec<&str> {
    leak.path.iter().map(|place| &*place.op).collect()
}

#[test]
fn a_network_that_is_right_has_no_leak_and_exact_zeros() {
    let found = of(Mistake::None);
    assert_eq!(found.leaks, []);
    assert_eq!(found.norm("error", "even", "top half"), Some(0.0));
    assert_eq!(found.norm("error", "odd", "bottom half"), Some(0.0));
    assert_eq!(found.norm("error", "even", "top_head"), Some(0.0));
    assert!(found.norm("error", "even", "bottom half").unwrap() > 0.0);
    assert!(found.norm("error", "odd", "trunk").unwrap() > 0.0);
    assert_eq!(found.norm("error", "no sample", "trunk"), None, "nothing is of no sample");
}

#[test]
fn a_mask_that_is_shifted_by_a_column_is_found_at_both_halves_through_the_route() {
    let found = of(Mistake::ShiftedMask);
    let halves = [("error", Some("odd"), "bottom half"), ("error", Some("even"), "top half")];
    halves.iter().for_each(|leak| assert!(names(&found).contains(leak), "{leak:?} of {found:#?}"));
    assert!(found.leaks.iter().all(|leak| ops(leak).contains(&"route")));
    let to_half = found.leaks.iter().find(|leak| leak.region == "top half").unwrap();
    assert_eq!(ops(to_half), ["route", "linear", "squared_error", "sum", "affine"]);
}

#[test]
fn a_mask_of_other_samples_is_found() {
    let found = of(Mistake::OtherSamples);
    assert!(names(&found).contains(&("error", Some("even"), "top half")));
    assert!(names(&found).contains(&("error", Some("odd"), "bottom half")));
    assert_eq!(found.norm("error", "even", "bottom half"), Some(0.0));
}

#[test]
fn a_way_around_the_route_is_named_and_the_route_is_not() {
    for mistake in [Mistake::Around, Mistake::AroundBehindOneOp] {
        let found = of(mistake);
        assert!(names(&found).contains(&("error", Some("odd"), "bottom half")), "{mistake:?}");
        for leak in &found.leaks {
            let ops = ops(leak);
            assert!(ops.contains(&"slice_columns") && !ops.contains(&"route"), "{ops:?}");
            assert!(leak.path[0].at.starts_with("audit/network.rs:"), "{:?}", leak.path[0]);
        }
    }
}

#[test]
fn a_bias_that_both_heads_share_is_found_where_it_stands() {
    let found = of(Mistake::SharedBias);
    assert_eq!(names(&found), [("error", Some("even"), "top_head")]);
    assert_eq!(ops(&found.leaks[0])[..3], ["linear", "concat_columns", "route"]);
}

#[test]
fn a_penalty_beside_the_route_is_found_and_only_that() {
    let found = of(Mistake::Penalty);
    assert!(found.leaks.iter().all(|leak| leak.term == "penalty"));
    let at_halves: Vec<_> = names(&found).into_iter().filter(|n| n.2.ends_with("half")).collect();
    let expected = [("penalty", Some("odd"), "bottom half"), ("penalty", Some("even"), "top half")];
    assert_eq!(at_halves, expected);
    assert_eq!(found.norm("error", "even", "top half"), Some(0.0));
    let leak = found.leaks.iter().find(|leak| leak.region == "top half").unwrap();
    // 6 samples, 2 dims, each 0.1.
    assert!((leak.norm - 0.1 * 6f64.sqrt()).abs() < 1e-12, "{}", leak.norm);
}

#[test]
fn what_belongs_to_no_sample_is_a_leak_of_no_group() {
    let found = of(Mistake::PenaltyOnParameters);
    assert_eq!(names(&found), [("penalty", None, "top_head")]);
    assert!(found.norm("penalty", "no sample", "top_head").unwrap() > 0.0);
    assert_eq!(found.norm("penalty", "even", "top_head"), None);
}

#[test]
fn statistics_of_the_batch_let_samples_of_one_group_teach_where_only_others_may() {
    let found = of(Mistake::Standardized);
    let expected = ("spread", Some("even"), "top half");
    assert!(names(&found).contains(&expected), "{:?}", names(&found));
    let leak = found.leaks.iter().find(|leak| leak.region == "top half").unwrap();
    assert_eq!(ops(leak)[0], "standardize");
}

#[test]
fn known_leaks_are_told_from_new_ones_each_as_often_as_it_is_known() {
    let (penalty, around) = (of(Mistake::Penalty), of(Mistake::Around));
    assert!(penalty.new_leaks(&penalty.leaks).is_empty());
    assert_eq!(around.new_leaks(&penalty.leaks).len(), around.leaks.len());
    assert_eq!(penalty.new_leaks(&penalty.leaks[1..]), [&penalty.leaks[0]]);
    let mut louder = penalty.leaks.clone();
    for leak in &mut louder {
        leak.norm *= 2.0;
        leak.path[0].at = "moved.rs:1".into();
    }
    assert!(penalty.new_leaks(&louder).is_empty(), "neither size nor line makes it another leak");
    let twice =
        Audit { leaks: [&penalty.leaks[..], &penalty.leaks[..]].concat(), ..of(Mistake::None) };
    assert_eq!(twice.new_leaks(&penalty.leaks).len(), penalty.leaks.len());
}
