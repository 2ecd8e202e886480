//! Experiments without a mistake.

use gradroute_runs::config::Request;
use gradroute_runs::{Evaluation, Experiment, assert_resumes};

use crate::little::{Part, Results, SECOND, resumes};
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

struct Looking;

impl Part for Looking {
    fn new() -> Self {
        Self
    }

    fn page(&mut self, evaluation: &Evaluation<Results>) {
        let [first] = &evaluation.earlier[..] else { panic!("there is one stage before") };
        assert!((&*first.stage, first.step) == ("first", SECOND));
    }
}

#[test]
fn a_page_may_show_how_the_stages_before_ended() {
    resumes::<Looking>();
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
