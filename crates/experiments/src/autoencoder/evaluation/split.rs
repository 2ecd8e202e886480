//! Does each half hold its own digits, and only those?

use gradroute_runs::nonfinite;
use serde::{Deserialize, Serialize};

use super::errors::{DecoderErrors, Groups};
use super::floors::Floors;
use crate::autoencoder::digit_list::digit_list;
use crate::autoencoder::halves::{CLASSES, Halves};

/// A digit's own certificate counts as clearly ahead from this margin on.
pub const CLEAR_MARGIN: f64 = 0.10;

/// The verdict on the split, from the certificates' test MAE.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// Whether, on every assigned digit that the test set shows, the
    /// certificate of the digit's own half is ahead by at least
    /// [`CLEAR_MARGIN`]; not where that can't be judged.
    pub holds: bool,
    /// Per digit 1 - own/other: by which fraction the certificate of the
    /// digit's own half has the lower test MAE; negative where it has the
    /// higher one, NaN for digits that belong to no half or have no samples.
    #[serde(with = "nonfinite::array")]
    pub margins: [f64; CLASSES],
    /// The same in words, one line.
    pub verdict: String,
}

impl Split {
    /// Judges the two certificates digit by digit; `counts` are the test
    /// samples per digit.
    pub fn judge(
        halves: &Halves,
        counts: &[u64; CLASSES],
        top: &DecoderErrors,
        bottom: &DecoderErrors,
        floors: &Floors,
    ) -> Self {
        let mut margins = [f64::NAN; CLASSES];
        for (digits, own, other) in [(&halves.bottom, bottom, top), (&halves.top, top, bottom)] {
            for digit in digits.iter().map(|&d| usize::from(d)) {
                margins[digit] = 1.0 - own.mae[digit] / other.mae[digit];
            }
        }
        let mut judged: Vec<usize> =
            halves.bottom.iter().chain(&halves.top).map(|&d| usize::from(d)).collect();
        judged.retain(|&digit| counts[digit] > 0);
        judged.sort_unstable();

        if let Some(obstacle) = obstacle(halves, counts, top, bottom, floors) {
            return Self { holds: false, margins, verdict: obstacle };
        }
        let holds = judged.iter().all(|&d| margins[d] >= CLEAR_MARGIN);
        let mut verdict = who_is_ahead(halves, &judged, &margins);
        if let Some(crossing) = across_the_split(top, bottom, floors) {
            verdict.push_str("; ");
            verdict.push_str(&crossing);
        }
        verdict.push('.');
        Self { holds, margins, verdict }
    }
}

/// Why the split can't be judged, if it can't: a half has no digit that the test set shows, no error
/// is a finite number, or no certificate has learned to draw anything yet.
pub fn obstacle(
    halves: &Halves,
    counts: &[u64; CLASSES],
    top: &DecoderErrors,
    bottom: &DecoderErrors,
    floors: &Floors,
) -> Option<String> {
    let unseen = |digits: &[u8]| digits.iter().all(|&digit| counts[usize::from(digit)] == 0);
    let which = match (unseen(&halves.bottom), unseen(&halves.top)) {
        (true, true) => Some("either half".to_owned()),
        (true, false) => Some(format!("the bottom half ({})", digit_list(&halves.bottom))),
        (false, true) => Some(format!("the top half ({})", digit_list(&halves.top))),
        (false, false) => None,
    };
    if let Some(which) = which {
        return Some(format!("The split can't be judged: the test set shows no digit of {which}."));
    }
    if top.mae.iter().chain(&bottom.mae).all(|error| !error.is_finite()) {
        return Some(
            "The split can't be judged: the certificates' errors are no finite numbers, so training \
             went wrong; a lower learning rate is the usual remedy."
                .to_owned(),
        );
    }
    // A certificate that has learned nothing but the digits' common look is at the median image.
    let black = &floors.constant.groups;
    let untrained = |errors: &DecoderErrors| {
        let Groups { bottom, top } = &errors.groups;
        bottom.mae.by_sample > black.bottom.mae.by_sample
            && top.mae.by_sample > black.top.mae.by_sample
    };
    (untrained(top) && untrained(bottom)).then(|| {
        let on = |errors: &DecoderErrors| {
            let Groups { bottom, top } = &errors.groups;
            format!("{:.2} and {:.2}", bottom.mae.by_sample, top.mae.by_sample)
        };
        format!(
            "Not trained yet, so the split can't be judged: on the digits of either half both \
             certificates are worse than an image without any ink. On the bottom and the top \
             half's digits the test MAE of the bottom certificate is {}, of the top certificate \
             {}, of the empty image {}.",
            on(bottom),
            on(top),
            on(&floors.constant)
        )
    })
}

fn who_is_ahead(halves: &Halves, judged: &[usize], margins: &[f64; CLASSES]) -> String {
    let all = judged.len();
    // Negated, so that a NaN margin counts as behind.
    let (ahead, behind): (Vec<usize>, Vec<usize>) = judged.iter().partition(|&&d| margins[d] > 0.0);
    let named = |digit: usize| format!("{} (digit {digit})", percent(margins[digit]));
    if ahead.is_empty() {
        return format!(
            "There is no split: on none of the {all} digits does the certificate of the digit's \
             own half have the lower test MAE"
        );
    }
    if let Some((name, digits)) = one_sided(halves, judged, &behind) {
        return format!(
            "There is no split: the {name} certificate has the lower test MAE on the other \
             half's digits ({digits}) too"
        );
    }
    if !behind.is_empty() {
        return format!(
            "The split holds on {} of {all} digits only: on {} the other half's certificate does \
             at least as well",
            ahead.len(),
            list(behind.iter().map(usize::to_string).collect())
        );
    }
    let narrow: Vec<usize> = ahead.iter().copied().filter(|&d| margins[d] < CLEAR_MARGIN).collect();
    if !narrow.is_empty() {
        return format!(
            "The split holds narrowly: on all {all} digits the certificate of the digit's own \
             half has the lower test MAE, but by less than {} on {}",
            percent(CLEAR_MARGIN),
            list(narrow.iter().map(|&d| format!("{d} ({})", below_margin(margins[d]))).collect())
        );
    }
    let by_margin = |a: &usize, b: &usize| margins[*a].total_cmp(&margins[*b]);
    let least = ahead.iter().copied().min_by(by_margin).expect("ahead is not empty");
    let most = ahead.iter().copied().max_by(by_margin).expect("ahead is not empty");
    format!(
        "The split holds: on all {all} digits the certificate of the digit's own half has the \
         lower test MAE, by {} to {}",
        named(least),
        named(most)
    )
}

/// The certificate that is ahead on every judged digit of the other half, if
/// one is, and these digits.
fn one_sided(
    halves: &Halves,
    judged: &[usize],
    behind: &[usize],
) -> Option<(&'static str, String)> {
    [("top", &halves.bottom), ("bottom", &halves.top)].into_iter().find_map(|(name, others)| {
        let others: Vec<usize> =
            judged.iter().copied().filter(|&d| others.contains(&(d as u8))).collect();
        let lost = !others.is_empty() && others.iter().all(|digit| behind.contains(digit));
        lost.then(|| (name, list(others.iter().map(usize::to_string).collect())))
    })
}

/// How near each certificate comes, on the digits that are not its half's, to
/// the MAE of the median image, which knows nothing.
fn across_the_split(
    top: &DecoderErrors,
    bottom: &DecoderErrors,
    floors: &Floors,
) -> Option<String> {
    let floor = &floors.median.groups;
    let top = top.groups.bottom.mae.by_sample / floor.bottom.mae.by_sample;
    let bottom = bottom.groups.top.mae.by_sample / floor.top.mae.by_sample;
    (top.is_finite() && bottom.is_finite()).then(|| {
        format!(
            "on the other half's digits the top certificate is at {} of the median image's MAE \
             and the bottom one at {} (100 % would be nothing known)",
            percent(top),
            percent(bottom)
        )
    })
}

/// What is less than the margin does not read as the margin.
fn below_margin(share: f64) -> String {
    match percent(share) {
        text if text == percent(CLEAR_MARGIN) => {
            format!("{:.1} %", (share * 1000.0).floor() / 10.0)
        }
        text => text,
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn list(items: Vec<String>) -> String {
    match items.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
