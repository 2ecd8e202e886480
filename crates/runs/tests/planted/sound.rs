//! Experiments without a mistake.

use gradroute_runs::config::Request;
use gradroute_runs::{Experiment, assert_resumes};

use crate::little::{Part, resumes};
use crate::seeker::Seeker;

struct Plain;

impl Part for Plain {
    fn new() -> Self {
        Self
    }
}

#[test]
fn a_plain_experiment_resumes() {
    resumes::<Plain>();
}

#[test]
fn walkers_in_a_world_with_two_optimizers_and_two_stages_resume() {
    let set = ["epochs=2", "steps_per_epoch=4", "relearn_steps=7"];
    let set = set.iter().map(|key| format!("train.{key}")).collect();
    let request = Request { set, ..Request::default() };
    let config = Seeker::resolve(&request).unwrap().config;
    let (numbers, _) = Seeker::load(&config, None).unwrap();
    assert_resumes::<Seeker>(&config, &numbers);
}
