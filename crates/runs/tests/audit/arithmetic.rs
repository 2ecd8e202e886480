//! Terms and groups add up to the whole, and causes to the movement.

use proptest::prelude::*;

use super::network::{Config, Mistake, audit};

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
fn a_part_of_the_loss_that_is_no_term_shows_in_what_is_missing() {
    let found = audit(&Config::with(Mistake::NotATerm), 0, 1).unwrap();
    assert!(found.off_by > 0.01, "{}", found.off_by);
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
