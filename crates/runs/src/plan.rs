//! What a run is made of: stages, one after the other.

/// A part of a run, such as pretraining, ablating or relearning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its name, which [`Step::stage`](crate::Step::stage) gives.
    pub name: &'static str,
    /// How many steps it has, at least one. To ablate is a stage of one step.
    pub steps: u64,
    /// Steps in an epoch, where the stage passes over a data set.
    pub epoch: Option<u64>,
    /// Steps between evaluations within the stage; `None` for only at its end.
    pub evaluate_every: Option<u64>,
    /// Steps between lines of the [flow map](crate::flow); `None` for no flow map.
    pub flow_every: Option<u64>,
    /// Steps between [probes](crate::Probe), beside those before its first step and after its last;
    /// `None` for none at all.
    pub probe_every: Option<u64>,
    /// Steps between checkpoints; `None` for only at the run's beginning and end.
    pub checkpoint_every: Option<u64>,
}

impl Stage {
    /// A stage without epochs, evaluated at its end.
    pub fn new(name: &'static str, steps: u64) -> Self {
        Self {
            name,
            steps,
            epoch: None,
            evaluate_every: None,
            flow_every: None,
            probe_every: None,
            checkpoint_every: None,
        }
    }
}

/// The stages of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    stages: Vec<Stage>,
}

/// Why stages make no run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// There are none.
    #[error("a run needs at least one stage, but the experiment gives none")]
    NoStage,
    /// A stage would never begin.
    #[error(
        "the stage `{stage}` has no steps, so it would never begin; give it some, or leave it out"
    )]
    NoSteps {
        /// Its name.
        stage: &'static str,
    },
    /// Two stages could not be told apart.
    #[error("two stages are called `{stage}`; each needs a name of its own")]
    SameName {
        /// Their name.
        stage: &'static str,
    },
    /// Steps, epochs or intervals don't add up.
    #[error("the stage `{stage}` has {what} 0; leave it out instead")]
    Zero {
        /// The stage.
        stage: &'static str,
        /// What is zero.
        what: &'static str,
    },
}

impl Plan {
    /// A run of these stages.
    ///
    /// # Errors
    /// When there is none, one has no steps, or two have one name.
    pub fn new(stages: Vec<Stage>) -> Result<Self, PlanError> {
        if stages.is_empty() {
            return Err(PlanError::NoStage);
        }
        for (i, stage) in stages.iter().enumerate() {
            let name = stage.name;
            if stage.steps == 0 {
                return Err(PlanError::NoSteps { stage: name });
            }
            if stages[..i].iter().any(|other| other.name == name) {
                return Err(PlanError::SameName { stage: name });
            }
            for (what, every) in [
                ("an epoch of length", stage.epoch),
                ("an interval between evaluations of", stage.evaluate_every),
                ("an interval between lines of a flow map of", stage.flow_every),
                ("an interval between probes of", stage.probe_every),
                ("an interval between checkpoints of", stage.checkpoint_every),
            ] {
                if every == Some(0) {
                    return Err(PlanError::Zero { stage: name, what });
                }
            }
        }
        Ok(Self { stages })
    }

    /// The stages, in order.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// Whether a stage has a flow map.
    pub fn has_flow_map(&self) -> bool {
        self.stages.iter().any(|stage| stage.flow_every.is_some())
    }

    /// Whether a stage has probes.
    pub fn has_probes(&self) -> bool {
        self.stages.iter().any(|stage| stage.probe_every.is_some())
    }

    /// Steps of all stages.
    pub fn steps(&self) -> u64 {
        self.stages.iter().fold(0, |sum, stage| sum.saturating_add(stage.steps))
    }

    /// Whether a run of this plan, `made` steps of which are made, can go on by the `longer` one:
    /// then all of these steps are where they would have been in that.
    ///
    /// # Errors
    /// The stage that they are not in, in words that follow "`--epochs 5: `".
    pub(crate) fn goes_on_as(&self, longer: &Self, made: u64) -> Result<(), String> {
        let mut before = 0;
        for (index, stage) in self.stages.iter().enumerate() {
            if before >= made {
                break;
            }
            let other = longer.stages.get(index);
            let is_last = index + 1 == self.stages.len() && index + 1 == longer.stages.len();
            let is_over = made >= before + stage.steps && !is_last;
            let fits = other.is_some_and(|other| {
                let long_enough = before + other.steps >= made;
                other.name == stage.name
                    && if is_over { other.steps == stage.steps } else { long_enough }
            });
            if !fits {
                return Err(format!(
                    "the stage `{}`, which the run has passed, had {} steps and would have had {}: \
                     train a new one",
                    stage.name,
                    stage.steps,
                    other.map_or(0, |other| other.steps)
                ));
            }
            before += stage.steps;
        }
        Ok(())
    }

    /// The stage that ends with the last of `made` steps, if one does that is not the run's last.
    pub(crate) fn ends(&self, made: u64) -> Option<&Stage> {
        let (index, position) = self.place(made.checked_sub(1)?);
        let stage = &self.stages[index];
        (position + 1 == stage.steps && index + 1 < self.stages.len()).then_some(stage)
    }

    /// The stage in which step `number` of the run lies, by its place in [`Plan::stages`], and the
    /// step's place in it, both from 0.
    ///
    /// # Panics
    /// If the run has no such step.
    pub fn place(&self, number: u64) -> (usize, u64) {
        let mut position = number;
        for (index, stage) in self.stages.iter().enumerate() {
            if position < stage.steps {
                return (index, position);
            }
            position -= stage.steps;
        }
        panic!("a run of {} steps has no step {number}", self.steps());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_goes_on_by_a_longer_plan_only_if_its_steps_are_where_they_would_have_been() {
        let plan = |train, relearn| {
            Plan::new(vec![Stage::new("train", train), Stage::new("relearn", relearn)]).unwrap()
        };
        let goes_on = |longer: &Plan, made| plan(8, 6).goes_on_as(longer, made).is_ok();
        for made in 0..=14 {
            assert!(goes_on(&plan(8, 6), made) && goes_on(&plan(8, 9), made));
            assert_eq!(goes_on(&plan(16, 6), made), made < 8, "after {made} steps");
            assert_eq!(goes_on(&plan(5, 6), made), made <= 5, "after {made} steps");
        }
        let one = Plan::new(vec![Stage::new("train", 8)]).unwrap();
        assert!(one.goes_on_as(&Plan::new(vec![Stage::new("train", 16)]).unwrap(), 8).is_ok());
        assert!(one.goes_on_as(&Plan::new(vec![Stage::new("other", 16)]).unwrap(), 8).is_err());
        let message = plan(8, 6).goes_on_as(&plan(16, 6), 9).unwrap_err();
        assert!(message.contains("`train`") && message.contains("had 8 steps"), "{message}");
    }

    #[test]
    fn a_step_lies_in_the_stage_that_its_number_falls_in() {
        let plan =
            Plan::new(vec![Stage::new("a", 2), Stage::new("b", 1), Stage::new("c", 3)]).unwrap();
        assert_eq!(plan.steps(), 6);
        let places = [(0, 0), (0, 1), (1, 0), (2, 0), (2, 1), (2, 2)];
        assert!((0..6).map(|step| plan.place(step)).eq(places));
    }

    #[test]
    fn stages_without_steps_or_with_one_name_are_refused() {
        let refused = |stages| Plan::new(stages).unwrap_err();
        assert_eq!(refused(vec![]), PlanError::NoStage);
        let empty = vec![Stage::new("a", 1), Stage::new("b", 0)];
        assert_eq!(refused(empty), PlanError::NoSteps { stage: "b" });
        let twice = vec![Stage::new("a", 1), Stage::new("a", 1)];
        assert_eq!(refused(twice), PlanError::SameName { stage: "a" });
        let never = vec![Stage { evaluate_every: Some(0), ..Stage::new("a", 1) }];
        assert!(refused(never).to_string().contains("evaluations of 0"));
    }
}
