//! The numbers by which runs are compared.

use gradroute_runs::Measure;

use super::evaluation::{DecoderErrors, GroupErrors, GroupMean, Results};
use super::halves::Half;

/// The errors of decoders and certificates on the digits of each half, every sample counting the
/// same, and by how much each digit's own certificate is ahead.
pub fn measures(results: &Results) -> Vec<Measure> {
    let Results { decoder, bad_decoder, top, bottom, probes, floors, split, .. } = results;
    let mut measures = Vec::new();
    let mut add = |name: &str, who: &str, errors: &DecoderErrors| {
        for (metric, of, floor) in [
            ("mae", (|errors| errors.mae) as fn(&GroupErrors) -> GroupMean, &floors.median),
            ("mse", |errors| errors.mse, &floors.mean),
        ] {
            for half in Half::BOTH {
                let on = |errors: &DecoderErrors| of(errors.groups.of(half)).by_sample;
                let (upper, half) = (metric.to_uppercase(), half.name());
                measures.push(
                    Measure::new(
                        format!("{name}_{metric}_on_{half}"),
                        format!("test {upper} of {who} on the digits of the {half} half"),
                        on(errors),
                    )
                    .with_floor(on(floor)),
                );
            }
        }
    };
    add("decoder", "the decoder", decoder);
    if let Some(bad_decoder) = bad_decoder {
        add("bad_decoder", "the second decoder", bad_decoder);
    }
    add("top", "the top certificate", top);
    add("bottom", "the bottom certificate", bottom);

    for half in Half::BOTH {
        let Some(probe) = probes.map(|probes| probes.of(half)) else { continue };
        for (whose, accuracy) in [("own", probe.own), ("other", probe.other)] {
            let digits = if whose == "own" { "its own digits" } else { "the other half's digits" };
            let about =
                format!("test accuracy of a linear probe on the {} half, on {digits}", half.name());
            measures.push(Measure::new(format!("probe_{}_{whose}", half.name()), about, accuracy));
        }
    }

    let mut margins: Vec<f64> = split.margins.iter().copied().filter(|m| !m.is_nan()).collect();
    margins.sort_by(f64::total_cmp);
    let middle = margins.len() / 2;
    let median = match (margins.is_empty(), margins.len() % 2) {
        (true, _) => f64::NAN,
        (false, 1) => margins[middle],
        (false, _) => (margins[middle - 1] + margins[middle]) / 2.0,
    };
    let weakest = margins.first().copied().unwrap_or(f64::NAN);
    let ahead = "by which share the certificate of a digit's own half has the lower test MAE";
    measures.push(Measure::new("margin_weakest", format!("{ahead}, weakest digit"), weakest));
    measures.push(Measure::new("margin_median", format!("{ahead}, median over digits"), median));
    measures
}
