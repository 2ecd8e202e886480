//! Proof that an experiment resumes exactly.

use serde::Serialize;

use crate::driver::Driver;
use crate::evaluation::{Evaluation, Measures, StageResults, readable};
use crate::experiment::Experiment;
use crate::inputs::Inputs;
use crate::run::saved::{self, Loaded};
use crate::run::{DataRecord, Origin, RunDirectory};
use crate::state::{Layout, State};

/// Asserts that a run of this configuration, interrupted before any of its steps and resumed from
/// a checkpoint on disk by a fresh experiment, goes on with the very bits that it would have had,
/// that it is judged, probed and shown as without that, and that evaluating and probing change
/// nothing. For tests of experiments; takes a time that grows with the square of the number of steps, so give it a
/// configuration of some ten or twenty, with every stage among them.
///
/// # Panics
/// If it does not, naming the first step at which something differs; if a value of the state holds
/// a float that is not finite or has no lasting order; and if a step fails.
pub fn assert_resumes<E: Experiment>(config: &E::Config, data: &E::Data) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let directory =
        RunDirectory::create(folder.path(), false).expect("a run directory can be made");
    let mut driver = fresh::<E>(config, data);
    let (mut checkpoints, mut digests, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        checkpoints.push(checkpoint(&directory, &mut driver));
        digests.push(digest(&mut driver));
        if driver.is_done() {
            break;
        }
        lines.push(line(&mut driver));
    }

    let (again, cause) = (
        "made a second time",
        "It depends on something else than state, data and step, such as the order of a HashMap",
    );
    follow(&mut fresh::<E>(config, data), 0, &digests, &lines, (again, cause), |_| {});
    let (results, earlier) = evaluating_changes_nothing(fresh::<E>(config, data), &digests, &lines);
    let probes = probing_changes_nothing(fresh::<E>(config, data), &digests, &lines);
    let page = page(&mut driver, &earlier);
    for (start, loaded) in checkpoints.iter().enumerate() {
        let mut driver = fresh::<E>(config, data);
        loaded
            .restore(&mut |state| driver.experiment_mut().state(state))
            .unwrap_or_else(|error| panic!("restoring before step {start}: {error}"));
        driver.set_made(start as u64);
        assert!(
            digest(&mut driver) == digests[start],
            "interrupted before step {start}: right after restoring, the state is another one"
        );
        let resumed = format!("interrupted before step {start} and resumed");
        assert!(
            results_text::<E>(&driver.evaluate()) == results[start],
            "{resumed}: the results are others. Something that `evaluate` depends on is not shown \
             in `state`"
        );
        assert!(
            probe(&mut driver) == probes[start],
            "{resumed}: the probe is another one. Something that `probe` depends on is not shown in \
             `state`"
        );
        let cause = "Something that the step depends on is not shown in `state`";
        follow(&mut driver, start, &digests, &lines, (&resumed, cause), |_| {});
        if start == lines.len() {
            let shown = self::page(&mut driver, &earlier);
            assert!(
                shown == page,
                "restored at its end, a run is shown in another way. Something that `page` depends \
                 on is not shown in `state`"
            );
        }
    }
}

/// What is shown of a run, figures included.
fn page<E: Experiment>(driver: &mut Driver<'_, E>, earlier: &Earlier<E>) -> String {
    let results = driver.evaluate();
    let measures = Measures::from(&E::measures(&results, earlier)[..]);
    let evaluation = Evaluation { results, earlier: earlier.clone(), measures };
    let page = driver.page(&evaluation).unwrap_or_else(|error| panic!("the page: {error}"));
    format!("{page:?}")
}

/// The results at the ends of the stages before the last one.
type Earlier<E> = Vec<StageResults<<E as Experiment>::Results>>;

/// Evaluates before the first step and after each; returns the results.
fn evaluating_changes_nothing<E: Experiment>(
    mut driver: Driver<'_, E>,
    digests: &[String],
    lines: &[String],
) -> (Vec<String>, Earlier<E>) {
    let (mut results, mut earlier) = (vec![results_text::<E>(&driver.evaluate())], Vec::new());
    assert!(
        digest(&mut driver) == digests[0],
        "evaluating before the first step changes the state"
    );
    let cause = "Evaluating changes something that the step depends on";
    follow(&mut driver, 0, digests, lines, ("evaluated after each step", cause), |driver| {
        let before = digest(driver);
        let (made, found) = (driver.made(), driver.evaluate());
        results.push(results_text::<E>(&found));
        if let Some(stage) = driver.plan().ends(made) {
            earlier.push(StageResults { stage: stage.name.to_owned(), step: made, results: found });
        }
        assert!(digest(driver) == before, "evaluating after {made} steps changes the state");
    });
    (results, earlier)
}

/// Makes a probe before the first step and after each; returns them.
fn probing_changes_nothing<E: Experiment>(
    mut driver: Driver<'_, E>,
    digests: &[String],
    lines: &[String],
) -> Vec<String> {
    let mut probes = vec![probe(&mut driver)];
    assert!(digest(&mut driver) == digests[0], "probing before the first step changes the state");
    let cause = "Probing changes something that the step depends on";
    follow(&mut driver, 0, digests, lines, ("probed after each step", cause), |driver| {
        let before = digest(driver);
        probes.push(probe(driver));
        let made = driver.made();
        assert!(digest(driver) == before, "probing after {made} steps changes the state");
    });
    probes
}

/// What a probe shows, pictures included.
fn probe<E: Experiment>(driver: &mut Driver<'_, E>) -> String {
    let made = driver.made();
    let probe = driver.probe();
    format!("{:?}", probe.unwrap_or_else(|error| panic!("the probe after {made} steps: {error}")))
}

/// Makes all steps that are left, each of which must be as it was; `cause` is what the likely
/// reason is if one is not.
fn follow<'d, E: Experiment>(
    driver: &mut Driver<'d, E>,
    start: usize,
    digests: &[String],
    lines: &[String],
    (context, cause): (&str, &str),
    mut after: impl FnMut(&mut Driver<'d, E>),
) {
    for step in start..lines.len() {
        let found = line(driver);
        assert!(
            found == lines[step],
            "{context}: step {step} told {found}, but {} without that. {cause}",
            lines[step]
        );
        assert!(
            digest(driver) == digests[step + 1],
            "{context}: the state after step {step} is another one. {cause}"
        );
        after(driver);
    }
}

fn fresh<'d, E: Experiment>(config: &E::Config, data: &'d E::Data) -> Driver<'d, E> {
    Driver::new(config, data).unwrap_or_else(|error| panic!("{error}"))
}

fn checkpoint<E: Experiment>(directory: &RunDirectory, driver: &mut Driver<'_, E>) -> Loaded {
    let made = driver.made();
    let show = &mut |state: &mut State<'_>| driver.experiment_mut().state(state);
    State::visit_strictly(&mut Layout::default(), &mut *show)
        .unwrap_or_else(|error| panic!("after {made} steps: {error}"));
    let origin = Origin {
        configuration_sha256: String::new(),
        length: None,
        data: DataRecord::new(&Inputs::none(), directory.root()),
        init: None,
        steps_planned: None,
        started: String::new(),
        resumed: Vec::new(),
    };
    saved::save(directory, made, show, origin, [])
        .unwrap_or_else(|error| panic!("after {made} steps: {error}"));
    saved::load(directory, made).unwrap_or_else(|error| panic!("after {made} steps: {error}"))
}

fn digest<E: Experiment>(driver: &mut Driver<'_, E>) -> String {
    let made = driver.made();
    driver.digest().unwrap_or_else(|error| panic!("after {made} steps: {error}"))
}

/// The results as text, which must be readable again.
fn results_text<E: Experiment>(results: &E::Results) -> String {
    readable(results).unwrap_or_else(|reason| panic!("the results can't be kept: {reason}"));
    text(results)
}

fn line<E: Experiment>(driver: &mut Driver<'_, E>) -> String {
    let step = driver.made();
    let made = driver.step().unwrap_or_else(|error| panic!("step {step}: {error}"));
    text(&made.line)
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("it has a text")
}
