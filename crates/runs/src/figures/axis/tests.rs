use proptest::prelude::*;

use super::*;

fn labels(ticks: &[Tick]) -> Vec<&str> {
    ticks.iter().filter_map(|t| t.label.as_deref()).collect()
}

fn distinct(ticks: &[Tick]) -> bool {
    let mut labels = labels(ticks);
    labels.sort_unstable();
    labels.windows(2).all(|pair| pair[0] != pair[1])
}

#[test]
fn linear_ticks_are_round_and_reach_both_ends() {
    let ticks = linear_ticks(0.0, 0.3, 6, 0.0);
    assert_eq!(labels(&ticks), ["0.00", "0.05", "0.10", "0.15", "0.20", "0.25", "0.30"]);
    assert_eq!(labels(&linear_ticks(0.0, 6000.0, 6, 1.0)).last(), Some(&"6000"));
    assert_eq!(labels(&linear_ticks(-0.0, 1.0, 2, 0.0)), ["0.0", "0.5", "1.0"]);
}

#[test]
fn step_ticks_never_fall_between_steps() {
    assert_eq!(labels(&linear_ticks(0.0, 2.0, 8, 1.0)), ["0", "1", "2"]);
}

#[test]
fn ticks_of_very_large_and_very_near_numbers_say_what_they_differ_in() {
    let large = linear_ticks(2.6e23, 3.4e23, 5, 0.0);
    assert_eq!(labels(&large), ["2.6e23", "2.8e23", "3.0e23", "3.2e23", "3.4e23"]);
    let near = linear_ticks(1.0, 1.0 + 4e-9, 4, 0.0);
    assert!(distinct(&near) && near.len() > 2, "{near:?}");
    assert_eq!(labels(&linear_ticks(5.0, 5.0, 4, 0.0)), ["5.00"]);
    assert_eq!(labels(&linear_ticks(0.0, 0.0, 4, 0.0)), ["0"]);
}

#[test]
fn there_are_no_ticks_between_ends_that_are_not_finite_or_do_not_ascend() {
    for (low, high) in [(f64::NAN, 1.0), (0.0, f64::INFINITY), (f64::NEG_INFINITY, 0.0), (1.0, 0.0)]
    {
        assert_eq!(linear_ticks(low, high, 5, 0.0), []);
    }
}

#[test]
fn log_ticks_label_one_two_and_five_over_few_decades() {
    let axis = Axis::of([0.1, 2.8].into_iter(), 10);
    assert_eq!(labels(&axis.ticks), ["0.1", "0.2", "0.5", "1", "2"]);
    let low = Axis::of([0.1, 2.8].into_iter(), 4);
    assert_eq!(labels(&low.ticks), ["0.1", "1"], "fewer where there is no room for more");
}

#[test]
fn an_axis_is_linear_as_soon_as_a_value_has_no_logarithm() {
    assert!(Axis::of([0.1, 2.0, f32::NAN].into_iter(), 10).logarithmic);
    for value in [0.0, -1e-3] {
        let axis = Axis::of([0.1, 2.0, value].into_iter(), 10);
        assert!(!axis.logarithmic && axis.holds(value) && !axis.holds(f32::INFINITY));
    }
}

#[test]
fn last_values_keep_three_significant_digits() {
    assert_eq!(significant(0.45678), "0.457");
    assert_eq!(significant(0.006851), "0.00685");
    assert_eq!(significant(2.841), "2.84");
    assert_eq!(significant(f64::NAN), "NaN");
}

proptest! {
    #[test]
    fn any_log_axis_holds_its_values_and_has_a_label_but_no_more_than_asked_for(
        low in -300.0f64..300.0, span in 0.0f64..600.0, most in 2usize..12,
    ) {
        let (low, high) = (10f64.powf(low), 10f64.powf((low + span).min(300.0)));
        let axis = Axis::logarithmic(low, high, most);
        prop_assert!((0.0..=1.0).contains(&axis.share(low)));
        prop_assert!((0.0..=1.0).contains(&axis.share(high)));
        let labels = labels(&axis.ticks);
        prop_assert!((1..=most).contains(&labels.len()), "{labels:?}");
        prop_assert!(distinct(&axis.ticks), "{labels:?}");
    }

    #[test]
    fn any_axis_of_curves_holds_its_values_and_has_few_labels_no_two_the_same(
        values in proptest::collection::vec(any::<f32>(), 1..5), most in 2usize..30,
    ) {
        let axis = Axis::of(values.iter().copied(), most);
        for value in values.into_iter().filter(|value| axis.holds(*value)) {
            prop_assert!((0.0..=1.0).contains(&axis.share(f64::from(value))), "{value} {axis:?}");
        }
        let labels = labels(&axis.ticks);
        prop_assert!((1..=most).contains(&labels.len()), "{labels:?}");
        prop_assert!(distinct(&axis.ticks), "{labels:?}");
    }

    #[test]
    fn any_linear_axis_has_few_ticks_within_it(high in 1e-30f64..1e30, count in 1usize..10) {
        let ticks = linear_ticks(0.0, high, count, 0.0);
        prop_assert!((1..=count + 1).contains(&ticks.len()));
        prop_assert!(ticks.iter().all(|t| t.value <= high * (1.0 + 1e-6)));
    }

    #[test]
    fn labels_of_a_linear_axis_are_distinct_for_any_range(
        ends in any::<(f64, f64)>(), near in 0i32..20, count in 1usize..20,
        finest in prop_oneof![Just(0.0), Just(1.0)],
    ) {
        // Far apart, and as near as numbers can be.
        for other in [ends.1, ends.0 * (1.0 + 10f64.powi(-near)), ends.0 + 1.0] {
            let (low, high) = (ends.0.min(other), ends.0.max(other));
            let ticks = linear_ticks(low, high, count, finest);
            prop_assert!(ticks.len() <= count + 2, "{low} to {high}: {ticks:?}");
            prop_assert!(distinct(&ticks), "{low} to {high}: {ticks:?}");
        }
    }
}
