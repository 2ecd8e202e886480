//! Who teaches what at the end of a run.

use crate::audit::heat_map;
use crate::console::say;
use crate::driver::Driver;
use crate::experiment::Experiment;
use crate::figures::Canvas;
use crate::page::Figure;
use crate::state::{Parameters, Snapshot, State};

/// An audit holds a gradient of all parameters for each group; from so many numbers on, 256 MB, a run's
/// page does without it. The command `audit` makes it all the same.
const MOST_NUMBERS: u64 = 1 << 26;

/// The heat map of the audit of a run's last step, on the weights after it: none for an experiment without
/// groups. The experiment stays as it is. What goes wrong is said and is no reason to lose a run.
pub(super) fn teaching<E: Experiment>(
    config: &E::Config,
    steps: u64,
    experiment: &mut E,
    data: &E::Data,
) -> Option<Figure> {
    match drawn(config, steps, experiment, data) {
        Ok(drawing) => {
            let caption = "Who teaches what: the gradient of each term of the loss, by groups of \
                           samples, where it arrives. Routing holds where there is a 0 at a part that \
                           the group must not teach; a frame is a leak. From the run's last batch, \
                           which may be a short one, on its final weights.";
            drawing.map(|drawing| Figure::new("teaching", caption, drawing))
        }
        Err(error) => {
            say!("warning: the page has no picture of who teaches what: {error:#}");
            None
        }
    }
}

fn drawn<E: Experiment>(
    config: &E::Config,
    steps: u64,
    experiment: &mut E,
    data: &E::Data,
) -> Result<Option<Canvas>, anyhow::Error> {
    let groups = E::groups(config);
    let mut count = Parameters::default();
    State::visit(&mut count, |state| experiment.state(state))?;
    let numbers = count.0 * (groups.names().len() as u64 + 1);
    if groups.names().is_empty() || steps == 0 || numbers > MOST_NUMBERS {
        return Ok(None);
    }
    let mut driver = Driver::<E>::new(config, data)?;
    {
        // Its memory is given back before the audit takes its own.
        let snapshot = Snapshot::take(|state| experiment.state(state))?;
        snapshot.restore(|state| driver.experiment_mut().state(state))?;
    }
    driver.set_made(steps - 1);
    let audit = driver.audit(&groups, 1)?;
    Ok(Some(heat_map(&audit)?))
}
