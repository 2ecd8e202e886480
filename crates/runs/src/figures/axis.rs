//! Where an axis puts its ticks and what they say.

/// A tick of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The value it stands at.
    pub value: f64,
    /// What it says; none for a minor one.
    pub label: Option<String>,
}

/// The most digits that tell two numbers apart.
const MOST_DIGITS: usize = 17;

/// Ticks of a linear axis from `low` to `high`, about `count` of them, at multiples of 1, 2 or 5
/// times a power of ten, and no nearer to each other than `finest`, which is 0 for an axis that
/// can show any fraction and 1 for one that counts. All of them have labels, no two the same.
///
/// There is one tick where both ends are the same, and none where one is not finite or `low` is
/// above `high`.
pub fn linear_ticks(low: f64, high: f64, count: usize, finest: f64) -> Vec<Tick> {
    if !(low.is_finite() && high.is_finite() && low <= high) {
        return Vec::new();
    }
    let far = low.abs().max(high.abs());
    let parts = count.max(1) as f64;
    let span =
        if (high - low).is_finite() { (high - low) / parts } else { high / parts - low / parts };
    let step = round_step(span).max(finest);
    let only = || vec![Tick { value: low, label: Some(significant(low)) }];
    // Nearer together, numbers of this size are no longer told apart.
    if (low == high && finest == 0.0) || !step.is_finite() || step < far * 1e-14 {
        return only();
    }
    // A last tick may miss the end of the axis by rounding alone.
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    if last < first {
        // So few may all fall beside a short axis; one that counts may have none at all.
        return match count {
            _ if step == finest => Vec::new(),
            ..16 => linear_ticks(low, high, 2 * count.max(1), finest),
            _ => only(),
        };
    }
    // There is no -0.
    let value = |i: usize| (first + i as f64) * step + 0.0;
    let values: Vec<f64> = (0..=(last - first) as usize).map(value).collect();
    let labels = labels(&values, step, far);
    let tick = |(value, label)| Tick { value, label: Some(label) };
    values.into_iter().zip(labels).map(tick).collect()
}

/// Labels with as many digits as it takes to tell them apart.
fn labels(values: &[f64], step: f64, far: f64) -> Vec<String> {
    if (1e-6..1e7).contains(&step) && far < 1e9 {
        let decimals = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
        return values.iter().map(|value| format!("{value:.decimals$}")).collect();
    }
    let of = |digits: usize| values.iter().map(move |value| format!("{value:.digits$e}"));
    let differ = |digits: &usize| {
        let mut labels: Vec<String> = of(*digits).collect();
        labels.sort();
        labels.windows(2).all(|pair| pair[0] != pair[1])
    };
    of((0..MOST_DIGITS).find(differ).unwrap_or(MOST_DIGITS)).collect()
}

/// The least of 1, 2, 5 times a power of ten that is no less than `raw`.
fn round_step(raw: f64) -> f64 {
    let power = 10f64.powi(raw.max(1e-300).log10().floor() as i32);
    [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|&s| s >= raw).unwrap_or(power * 10.0)
}

/// Three significant digits.
pub(super) fn significant(value: f64) -> String {
    match value.abs() {
        size if !size.is_finite() || size == 0.0 => format!("{value}"),
        size if !(1e-4..1e5).contains(&size) => format!("{value:.2e}"),
        size => format!("{value:.*}", (2 - size.log10().floor() as i32).max(0) as usize),
    }
}

/// The vertical axis of curves, with its ticks: logarithmic, or linear where there are values that
/// no logarithm has.
#[derive(Debug)]
pub(super) struct Axis {
    pub(super) logarithmic: bool,
    /// Both ends, on a logarithmic axis their log10.
    pub(super) ends: (f64, f64),
    pub(super) ticks: Vec<Tick>,
}

impl Axis {
    /// The axis that holds every finite value, with `most` labels or fewer, and two where `most` is
    /// less. It is linear if one of them is 0 or below.
    pub(super) fn of(values: impl Iterator<Item = f32>, most: usize) -> Axis {
        let finite = values.filter(|value| value.is_finite()).map(f64::from);
        let (low, high) =
            finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        let most = most.max(2);
        if low > high {
            Axis::logarithmic(0.1, 1.0, most)
        } else if low > 0.0 {
            Axis::logarithmic(low, high, most)
        } else {
            Axis::linear(low, high, most)
        }
    }

    /// The axis for positive, finite values from `low` to `high`.
    pub(super) fn logarithmic(low: f64, high: f64, most: usize) -> Axis {
        // A little air, so that the lowest curve doesn't lie on the axis.
        let (mut bottom, mut top) = (low.log10() - 0.06, high.log10() + 0.06);
        let missing = 1.0 - (top - bottom);
        if missing > 0.0 {
            bottom -= missing / 2.0;
            top += missing / 2.0;
        }
        let ticks = log_ticks(bottom, top, most as f64);
        Axis { logarithmic: true, ends: (bottom, top), ticks }
    }

    /// The axis for finite values from `low` to `high`, which may be the same.
    pub(super) fn linear(low: f64, high: f64, most: usize) -> Axis {
        let air = match high - low {
            0.0 if low == 0.0 => 1.0,
            0.0 => low.abs() / 2.0,
            span => span * 0.04,
        };
        let ends = (low - air, high + air);
        // With up to twice as many fall into it as are asked for.
        let ticks = linear_ticks(ends.0, ends.1, (most / 2).min(8), 0.0);
        Axis { logarithmic: false, ends, ticks }
    }

    /// Whether the axis can hold the value.
    pub(super) fn holds(&self, value: f32) -> bool {
        value.is_finite() && (value > 0.0 || !self.logarithmic)
    }

    /// Where `value` lies: 0 at the lower end, 1 at the upper one.
    pub(super) fn share(&self, value: f64) -> f64 {
        let at = if self.logarithmic { value.log10() } else { value };
        (at - self.ends.0) / (self.ends.1 - self.ends.0)
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
mod tests;
