//! Mistakes with what a step keeps for later ones.

use std::collections::{BTreeMap, HashMap};

use gradroute_runs::{Learner, State, Step};

use crate::little::{Part, is_told, resumes};

const NOT_SHOWN: &str = "Something that the step depends on is not shown in `state`";

/// Counts steps.
struct Counter<const SHOWN: bool>(u64);

impl<const SHOWN: bool> Part for Counter<SHOWN> {
    fn new() -> Self {
        Self(0)
    }

    fn state(&mut self, state: &mut State<'_>) {
        if SHOWN {
            state.value("counter", &mut self.0);
        }
    }

    fn target(&mut self, _: &mut Learner, _: &Step<'_>) -> f64 {
        self.0 += 1;
        self.0 as f64
    }
}

#[test]
fn a_counter_that_is_not_shown_is_told_at_the_first_step_after_it_counted() {
    resumes::<Counter<true>>();
    is_told::<Counter<false>>(&["interrupted before step 1 and resumed: step 1 told", NOT_SHOWN]);
}

/// Sets in one step what a later one uses.
struct Later<const SHOWN: bool>(f64);

impl<const SHOWN: bool> Part for Later<SHOWN> {
    fn new() -> Self {
        Self(0.0)
    }

    fn state(&mut self, state: &mut State<'_>) {
        if SHOWN {
            state.value("later", &mut self.0);
        }
    }

    fn target(&mut self, _: &mut Learner, at: &Step<'_>) -> f64 {
        match at.number() {
            2 => self.0 = 0.5,
            7 => return self.0,
            _ => {}
        }
        1.0
    }
}

#[test]
fn a_value_that_is_not_shown_is_told_even_if_only_a_step_long_after_uses_it() {
    resumes::<Later<true>>();
    is_told::<Later<false>>(&["interrupted before step 3 and resumed: step 7 told", NOT_SHOWN]);
}

/// Keeps running means.
struct Means<const SHOWN: bool>([f32; 3]);

impl<const SHOWN: bool> Part for Means<SHOWN> {
    fn new() -> Self {
        Self([0.0; 3])
    }

    fn state(&mut self, state: &mut State<'_>) {
        if SHOWN {
            state.tensor("means", &mut self.0);
        }
    }

    fn target(&mut self, learner: &mut Learner, _: &Step<'_>) -> f64 {
        let before = f64::from(self.0[1]);
        for (mean, value) in self.0.iter_mut().zip(learner.params.flat()) {
            *mean = 0.9 * *mean + 0.1 * value;
        }
        before
    }
}

#[test]
fn a_tensor_that_is_not_shown_is_told() {
    resumes::<Means<true>>();
    is_told::<Means<false>>(&["interrupted before step 1 and resumed: step 1 told", NOT_SHOWN]);
}

/// Keeps a float in a value from step 3 on.
struct Floats<const FINITE: bool>(f64);

impl<const FINITE: bool> Part for Floats<FINITE> {
    fn new() -> Self {
        Self(0.0)
    }

    fn state(&mut self, state: &mut State<'_>) {
        state.value("ratio", &mut self.0);
    }

    fn target(&mut self, _: &mut Learner, at: &Step<'_>) -> f64 {
        if at.number() == 3 {
            self.0 = if FINITE { f64::MAX } else { f64::NAN };
        }
        1.0
    }
}

#[test]
fn a_float_in_a_value_that_is_not_finite_is_told_with_name_and_step() {
    resumes::<Floats<true>>();
    is_told::<Floats<false>>(&["after 4 steps", "ratio", "it holds NaN, which JSON does not have"]);
}

/// The same in an option, which would be read back as nothing.
struct Options(Option<f32>);

impl Part for Options {
    fn new() -> Self {
        Self(None)
    }

    fn state(&mut self, state: &mut State<'_>) {
        state.value("best", &mut self.0);
    }

    fn target(&mut self, _: &mut Learner, _: &Step<'_>) -> f64 {
        self.0 = Some(f32::INFINITY);
        1.0
    }
}

#[test]
fn a_float_in_an_option_that_is_not_finite_is_told_too() {
    is_told::<Options>(&["after 1 steps", "best", "it holds inf, which JSON does not have"]);
}

/// Keeps a map in a value.
struct Maps<M>(M);

macro_rules! keeps {
    ($map:ident) => {
        impl Part for Maps<$map<u32, u32>> {
            fn new() -> Self {
                Self((0..6).map(|key| (key, 0)).collect())
            }

            fn state(&mut self, state: &mut State<'_>) {
                state.value("visits", &mut self.0);
            }

            fn target(&mut self, _: &mut Learner, at: &Step<'_>) -> f64 {
                *self.0.entry((at.number() % 6) as u32).or_insert(0) += 1;
                1.0
            }
        }
    };
}

keeps!(HashMap);
keeps!(BTreeMap);

#[test]
fn a_hash_map_in_a_value_is_told_with_what_to_use_instead() {
    resumes::<Maps<BTreeMap<u32, u32>>>();
    is_told::<Maps<HashMap<u32, u32>>>(&["after 0 steps", "visits", "use a BTreeMap or a Vec"]);
}

/// Keeps the order in which a map happens to be.
struct Order(Vec<u32>);

impl Part for Order {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn state(&mut self, state: &mut State<'_>) {
        state.value("order", &mut self.0);
    }

    fn target(&mut self, _: &mut Learner, _: &Step<'_>) -> f64 {
        let map: HashMap<u32, ()> = (0..20).map(|key| (key, ())).collect();
        self.0 = map.into_keys().collect();
        1.0
    }
}

#[test]
fn the_order_of_a_hash_map_in_a_value_is_told_as_chance_and_not_as_something_forgotten() {
    let named = ["made a second time: the state after step 0 is another one", "of a HashMap"];
    is_told::<Order>(&named);
}

/// Adds up in the order in which a map happens to be.
struct Sum;

impl Part for Sum {
    fn new() -> Self {
        Self
    }

    fn target(&mut self, _: &mut Learner, _: &Step<'_>) -> f64 {
        let map: HashMap<u32, f64> = (0..50).map(|key| (key, 1.0 / f64::from(key + 1))).collect();
        map.values().enumerate().map(|(place, value)| place as f64 * value).sum()
    }
}

#[test]
fn the_order_of_a_hash_map_in_the_loss_is_told_as_chance_too() {
    is_told::<Sum>(&["made a second time: step 0 told", "of a HashMap"]);
}

/// Is shown only once it is there.
struct Once(Option<u64>);

impl Part for Once {
    fn new() -> Self {
        Self(None)
    }

    fn state(&mut self, state: &mut State<'_>) {
        if let Some(counter) = &mut self.0 {
            state.value("once", counter);
        }
    }

    fn target(&mut self, _: &mut Learner, _: &Step<'_>) -> f64 {
        let counter = self.0.get_or_insert(0);
        *counter += 1;
        *counter as f64
    }
}

#[test]
fn a_value_that_is_not_shown_from_the_beginning_is_named() {
    is_told::<Once>(&["`once`", "it was saved, but `state` does not show it now"]);
}

/// Keeps more and more.
struct Large(String);

impl Part for Large {
    fn new() -> Self {
        Self(String::new())
    }

    fn state(&mut self, state: &mut State<'_>) {
        state.value("large", &mut self.0);
    }

    fn target(&mut self, _: &mut Learner, at: &Step<'_>) -> f64 {
        if at.number() == 3 {
            self.0 = "\"".repeat(1 << 24);
        }
        1.0
    }
}

#[test]
fn a_value_that_no_checkpoint_can_hold_is_told_when_it_is_saved() {
    is_told::<Large>(&["after 4 steps", "`large`", "33554434 bytes", "by `tensor`"]);
}

/// Has a name that means something else in a file.
struct Metadata([f32; 2]);

impl Part for Metadata {
    fn new() -> Self {
        Self([0.0; 2])
    }

    fn state(&mut self, state: &mut State<'_>) {
        state.tensor("__metadata__", &mut self.0);
    }
}

#[test]
fn a_name_that_files_use_themselves_is_refused() {
    is_told::<Metadata>(&["`__metadata__` is no name"]);
}
