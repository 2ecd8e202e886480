//! Terms and groups add up to the whole, and causes to the movement.

use proptest::prelude::*;

use gradroute_runs::Driver;
use gradroute_tape::trace::Number;

use super::network::{Config, Mistake, Net, audit, groups, held_to};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn terms_and_groups_add_up_to_the_whole_and_causes_to_the_movement(
        seed in 0u64..1000,
        made in 0u64..4,
        steps in 1u64..3,
        decay in 0.0..0.1,
        decoupled: bool,
        mistake in prop_oneof![
            Just(Mistake::None), Just(Mistake::Penalty), Just(Mistake::Around),
            Just(Mistake::Standardized), Just(Mistake::PenaltyOnParameters),
        ],
    ) {
        let config = Config { seed, decay, decoupled, ..Config::with(mistake) };
        let found = audit(&config, made, steps).unwrap();
        prop_assert!(found.off_by <= 1e-12, "{}", found.off_by);
        prop_assert_eq!(found.steps, steps);
        for (region, moved) in &found.movement {
            prop_assert!(moved.rest <= 1e-9 * moved.whole, "{}: {:?}", region, moved);
        }
    }
}

#[test]
fn a_part_of_the_loss_that_is_no_term_is_audited_as_unnamed() {
    let found = audit(&Config::with(Mistake::NotATerm), 0, 1).unwrap();
    assert_eq!(found.terms, ["error", "unnamed"]);
    assert!(found.off_by < 1e-12, "{}", found.off_by);
    let halves: Vec<_> = found.leaks.iter().filter(|leak| leak.region.ends_with("half")).collect();
    assert_eq!(halves.len(), 2);
    assert!(found.leaks.iter().all(|leak| leak.term == "unnamed" && leak.path[0].op != "route"));
}

#[test]
fn terms_of_one_name_are_one_term() {
    let once = audit(&Config::with(Mistake::None), 0, 1).unwrap();
    let twice = audit(&Config::with(Mistake::TwoOfOneName), 0, 1).unwrap();
    assert_eq!(twice.terms, ["error"]);
    for region in ["bottom half", "decoder", "trunk"] {
        let [once, twice] = [&once, &twice].map(|of| of.norm("error", "even", region).unwrap());
        assert!((twice - 2.0 * once).abs() <= 1e-12 * once, "{region}: {twice} and {once}");
    }
}

#[test]
fn a_copy_of_the_parameters_that_is_shown_first_is_told_from_those_that_are_trained() {
    let plain = audit(&Config::with(Mistake::None), 1, 1).unwrap();
    let found = audit(&Config::with(Mistake::Target), 1, 1).unwrap();
    assert_eq!(found.leaks, plain.leaks);
    assert_eq!(found.norm("error", "even", "target.trunk"), None);
    assert_eq!(found.norm("error", "even", "trunk"), plain.norm("error", "even", "trunk"));
    assert_eq!(found.movement["trunk"], plain.movement["trunk"]);
    assert_eq!(found.movement["target.trunk"].whole, 0.0);
}

#[test]
fn a_step_that_is_audited_leaves_the_state_that_it_would_leave_otherwise() {
    use gradroute_runs::Driver;

    use super::network::{Net, groups};

    let config = Config::with(Mistake::Penalty);
    let mut plain = Driver::<Net<f32>>::new(&config, &()).unwrap();
    let mut audited = Driver::<Net<f32>>::new(&config, &()).unwrap();
    for _ in 0..4 {
        plain.step().unwrap();
        audited.audit(&groups(&config), 1).unwrap();
        assert_eq!(plain.digest().unwrap(), audited.digest().unwrap());
    }
}

#[test]
fn the_norms_of_a_graph_are_those_of_an_audit() {
    let mistakes = [
        Mistake::None,
        Mistake::Penalty,
        Mistake::PenaltyOnParameters,
        Mistake::Standardized,
        Mistake::SharedBias,
        Mistake::RegionMadeOfParameters,
    ];
    for mistake in mistakes {
        let config = Config::with(mistake);
        let groups = match mistake {
            Mistake::RegionMadeOfParameters => {
                groups(&config).must_not_teach("odd", "first inputs")
            }
            _ => groups(&config),
        };
        let audit = held_to(&config, &groups, 0, 1).unwrap();
        let mut driver = Driver::<Net<f64>, f64>::new(&config, &()).unwrap();
        let trace = driver.see(&groups).unwrap().pop().unwrap().trace;
        for (t, pass) in trace.passes.iter().enumerate().filter(|(_, pass)| pass.term != "total") {
            let names: Vec<_> = trace.regions.iter().map(|region| region.name.clone()).collect();
            assert_eq!(names, audit.regions);
            for region in &trace.regions {
                for (group, found) in trace.selections[1..4].iter().zip(&region.norms[t][1..4]) {
                    let what = format!("{mistake:?}: {}, {group}, {}", pass.term, region.name);
                    let wanted = audit.norm(&pass.term, group, &region.name);
                    if region.name == "first inputs" && pass.term == "again" {
                        assert!(wanted.is_some_and(|wanted| wanted > 0.0), "{what}");
                    }
                    match (found, wanted) {
                        (Some(Number(found)), Some(wanted)) => {
                            assert!(
                                (found - wanted).abs() <= 1e-12 * wanted,
                                "{what}: {found}, {wanted}"
                            );
                        }
                        (found, wanted) => assert_eq!(found.is_some(), wanted.is_some(), "{what}"),
                    }
                }
            }
        }
    }
}
