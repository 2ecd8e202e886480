//! Where an axis puts its ticks and what they say.

/// A tick of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The value it stands at.
    pub value: f64,
    /// What it says; none for a minor one.
    pub label: Option<String>,
}

/// Ticks of a linear axis from `low` to `high`, about `count` of them, at multiples of 1, 2 or 5
/// times a power of ten, and no nearer to each other than `finest`, which is 0 for an axis that
/// can show any fraction and 1 for one that counts. All of them have labels.
///
/// Both ends must be finite and `low` must not be above `high`; otherwise the ticks mean nothing.
pub fn linear_ticks(low: f64, high: f64, count: usize, finest: f64) -> Vec<Tick> {
    let step = round_step((high - low) / count.max(1) as f64).max(finest);
    let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
    let plain = (1e-6..1e7).contains(&step) && high.abs() < 1e9;
    // A last tick may miss the end of the axis by rounding alone.
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    (0..=(last - first).max(0.0) as usize)
        .map(|i| {
            let value = (first + i as f64) * step;
            let label = if plain { format!("{value:.decimals$}") } else { format!("{value:.0e}") };
            Tick { value, label: Some(label) }
        })
        .collect()
}

/// The least of 1, 2, 5 times a power of ten that is no less than `raw`.
fn round_step(raw: f64) -> f64 {
    let power = 10f64.powi(raw.max(1e-300).log10().floor() as i32);
    [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|&s| s >= raw).unwrap_or(power * 10.0)
}

/// Whether a logarithmic axis can hold the value.
pub(super) fn shown(value: f32) -> bool {
    value.is_finite() && value > 0.0
}

/// A logarithmic axis that holds every value from `low` to `high`, with its ticks.
#[derive(Debug)]
pub(super) struct LogAxis {
    /// log10 of both ends.
    pub(super) ends: (f64, f64),
    pub(super) ticks: Vec<Tick>,
}

impl LogAxis {
    /// The axis for positive, finite values from `low` to `high`, with `most` labels or fewer, and
    /// two where `most` is less.
    pub(super) fn around(low: f64, high: f64, most: usize) -> LogAxis {
        // A little air, so that the lowest curve doesn't lie on the axis.
        let (mut bottom, mut top) = (low.log10() - 0.06, high.log10() + 0.06);
        let missing = 1.0 - (top - bottom);
        if missing > 0.0 {
            bottom -= missing / 2.0;
            top += missing / 2.0;
        }
        LogAxis { ends: (bottom, top), ticks: log_ticks(bottom, top, most.max(2) as f64) }
    }

    /// Where `value` lies: 0 at the lower end, 1 at the upper one.
    pub(super) fn share(&self, value: f64) -> f64 {
        (value.log10() - self.ends.0) / (self.ends.1 - self.ends.0)
    }
}

fn log_ticks(bottom: f64, top: f64, most: f64) -> Vec<Tick> {
    let decades = top - bottom;
    let close = decades <= 2.5 && 3.0 * decades + 1.0 <= most;
    let labelled: &[u32] = if close { &[1, 2, 5] } else { &[1] };
    // Never so far apart that the axis could hold none.
    let every = (decades / (most - 1.0)).ceil().min(decades.floor()).max(1.0) as i32;
    let mut ticks = Vec::new();
    for power in bottom.floor() as i32..=top.ceil() as i32 {
        for multiple in 1..=9u32 {
            let value = f64::from(multiple) * 10f64.powi(power);
            if !(bottom..=top).contains(&value.log10()) || (every > 1 && multiple > 1) {
                continue;
            }
            let shown = labelled.contains(&multiple) && power % every == 0;
            ticks.push(Tick { value, label: shown.then(|| power_label(multiple, power)) });
        }
    }
    ticks
}

fn power_label(multiple: u32, power: i32) -> String {
    match power {
        0..=4 => format!("{}", u64::from(multiple) * 10u64.pow(power as u32)),
        -4..0 => format!("{:.*}", -power as usize, f64::from(multiple) * 10f64.powi(power)),
        _ => format!("{multiple}e{power}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().filter_map(|t| t.label.as_deref()).collect()
    }

    #[test]
    fn linear_ticks_are_round_and_reach_both_ends() {
        let ticks = linear_ticks(0.0, 0.3, 6, 0.0);
        assert_eq!(labels(&ticks), ["0.00", "0.05", "0.10", "0.15", "0.20", "0.25", "0.30"]);
        assert_eq!(labels(&linear_ticks(0.0, 6000.0, 6, 1.0)).last(), Some(&"6000"));
    }

    #[test]
    fn step_ticks_never_fall_between_steps() {
        assert_eq!(labels(&linear_ticks(0.0, 2.0, 8, 1.0)), ["0", "1", "2"]);
    }

    #[test]
    fn log_ticks_label_one_two_and_five_over_few_decades() {
        let axis = LogAxis::around(0.1, 2.8, 10);
        assert_eq!(labels(&axis.ticks), ["0.1", "0.2", "0.5", "1", "2"]);
        let low = LogAxis::around(0.1, 2.8, 4);
        assert_eq!(labels(&low.ticks), ["0.1", "1"], "fewer where there is no room for more");
    }

    proptest! {
        #[test]
        fn any_log_axis_holds_its_values_and_has_a_label_but_no_more_than_asked_for(
            low in -300.0f64..300.0, span in 0.0f64..600.0, most in 2usize..12,
        ) {
            let (low, high) = (10f64.powf(low), 10f64.powf((low + span).min(300.0)));
            let axis = LogAxis::around(low, high, most);
            prop_assert!((0.0..=1.0).contains(&axis.share(low)));
            prop_assert!((0.0..=1.0).contains(&axis.share(high)));
            let labels = labels(&axis.ticks);
            prop_assert!((1..=most).contains(&labels.len()), "{labels:?}");
        }

        #[test]
        fn any_linear_axis_has_few_ticks_within_it(high in 1e-30f64..1e30, count in 1usize..10) {
            let ticks = linear_ticks(0.0, high, count, 0.0);
            prop_assert!((1..=count + 1).contains(&ticks.len()));
            prop_assert!(ticks.iter().all(|t| t.value <= high * (1.0 + 1e-6)));
        }
    }
}
