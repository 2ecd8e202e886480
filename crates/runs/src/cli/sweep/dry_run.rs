//! How much work a sweep is.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::cost::Cost;
use super::local::{counted, share};
use super::plan::Sweep;
use crate::cli::failure::Failure;
use crate::cli::print::print;
use crate::progress::duration_text;
use crate::sweep::Standing;

/// How long is measured at most before the rest is taken to be as what was measured.
const BUDGET: Duration = Duration::from_secs(60);

/// How many runs are listed.
const LISTED: usize = 40;

/// Counts and measures the runs, and prints what was found. Nothing is written.
pub(super) fn dry_run(sweep: &Sweep<'_>) -> Result<(), Failure> {
    let missing = sweep.missing();
    let share = share(sweep.request.jobs, missing.len());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(share.threads_of(0)).build()?;
    let Measured { costs, measured, settings, failed } =
        pool.install(|| share.isa.run(|| measure(sweep, &missing)))?;
    let begun = |index: usize| match sweep.runs[&index].standing {
        Standing::Begun { steps, .. } => Some(steps),
        _ => None,
    };
    let (mut seconds, mut bytes) = (0.0, 0u64);
    for &index in &missing {
        let (made, Some(cost)) = (begun(index), costs.get(&index)) else { continue };
        seconds += cost.seconds_after(made.unwrap_or(0));
        bytes = bytes.saturating_add(if made.is_some() { 0 } else { cost.bytes });
    }
    let all = sweep.wanted.len();
    let going = missing.iter().filter(|&&index| begun(index).is_some()).count();
    let mut text =
        format!("{} of {} in {}\n", counted(all, "run"), sweep.swept.name(), sweep.out.display());
    text += &format!(
        "  done: {}, begun: {going}, to begin: {}\n",
        all - missing.len(),
        missing.len() - going
    );
    if !missing.is_empty() {
        let jobs = match share.jobs {
            1 => "one after another".to_owned(),
            jobs => format!("{jobs} side by side"),
        };
        text += &format!(
            "  time: about {}, {jobs} on {}; by steps and an evaluation of {measured} of {}\n",
            duration_text(seconds / share.jobs as f64),
            counted(share.threads, "thread"),
            counted(settings, "setting"),
        );
        text += &format!("  disk: about {} more\n", size_text(bytes));
    }
    for (index, reason) in &failed {
        let name = &sweep.wanted[*index].name;
        text += &format!("  {name} can't be measured, and is not counted: {reason}\n");
    }
    for (&index, run) in sweep.runs.iter().take(LISTED) {
        let how_far = match &run.standing {
            Standing::Finished(_) => "done".to_owned(),
            Standing::Begun { steps, .. } => match costs.get(&index) {
                Some(cost) => format!("{steps} of {} steps made", cost.steps),
                None => format!("{steps} steps made"),
            },
            _ => match costs.get(&index) {
                Some(cost) => format!("to begin, about {}", duration_text(cost.seconds_after(0))),
                None => "to begin".to_owned(),
            },
        };
        text += &format!("  {}: {how_far}\n", sweep.wanted[index].name);
    }
    if all > LISTED {
        text += &format!("  and {} more\n", all - LISTED);
    }
    print(&text)
}

/// Bytes as people say them.
fn size_text(bytes: u64) -> String {
    match bytes as f64 / f64::from(1 << 20) {
        mebi if mebi < 1000.0 => format!("{mebi:.0} MiB"),
        mebi => format!("{:.1} GiB", mebi / 1024.0),
    }
}

/// What runs cost.
struct Measured {
    /// By the runs' places in the sweep.
    costs: BTreeMap<usize, Cost>,
    /// How many settings were measured.
    measured: usize,
    /// How many there are.
    settings: usize,
    /// A run of each that could not be measured, and why.
    failed: Vec<(usize, String)>,
}

/// Measures a run of each setting, while the time for that lasts.
fn measure(sweep: &Sweep<'_>, missing: &[usize]) -> Result<Measured, Failure> {
    let mut settings: Vec<Vec<usize>> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for &index in missing {
        let key = format!("{:?}", sweep.runs[&index].configured.setting);
        let place = *places.entry(key).or_insert(settings.len());
        match settings.get_mut(place) {
            Some(runs) => runs.push(index),
            None => settings.push(vec![index]),
        }
    }
    let mut costs = BTreeMap::new();
    let began = Instant::now();
    let (mut measured, mut last, mut failed) = (0, None::<Cost>, Vec::new());
    // Evenly over the sweep, so that small and large ones are among those that are measured.
    for runs in spread(settings.len()).into_iter().map(|place| &settings[place]) {
        let cost = match last.filter(|_| began.elapsed() > BUDGET) {
            Some(cost) => cost,
            None => {
                let text = &sweep.runs[&runs[0]].configured.text;
                match sweep.swept.cost(text, sweep.request.data.as_deref()) {
                    Ok(cost) => {
                        measured += 1;
                        cost
                    }
                    Err(failure) => {
                        failed.push((runs[0], failure.words()));
                        continue;
                    }
                }
            }
        };
        costs.extend(runs.iter().map(|&index| (index, cost)));
        last = Some(cost);
    }
    Ok(Measured { costs, measured, settings: settings.len(), failed })
}

/// All numbers below `n`, the first few far from each other.
fn spread(n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|i| i.reverse_bits());
    order
}
