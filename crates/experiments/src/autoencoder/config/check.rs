//! Ranges of single keys, and keys that must fit each other.

use gradroute_runs::config::{ConfigError, MAX_WIDTH, require, require_parameters, require_widths};

use super::keys::Config;
use super::loss::{Loss, Routing};
use crate::autoencoder::halves::CLASSES;
use crate::autoencoder::rules::rule;

/// Refuses what no run could use.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let Config { model, train, data: _, optimizer, loss, routing } = config;
    require_widths("model.hidden", &model.hidden)?;
    require(
        (2..=MAX_WIDTH).contains(&model.encoding) && model.encoding.is_multiple_of(2),
        "model.encoding",
        model.encoding,
        &format!("an even number from 2 to {MAX_WIDTH}, as the encoding has two equal halves"),
    )?;
    train.check()?;
    optimizer.check()?;
    check_loss(loss)?;
    check_routing(routing)?;
    require(
        loss.correlation == 0.0 || train.batch > 1,
        "train.batch",
        train.batch,
        "at least 2, as loss.correlation needs two samples to correlate anything",
    )?;
    let both = loss.good + loss.good_bad > 0.0 && loss.bad > 0.0;
    let needed = "unless loss.bad and one of loss.good and loss.good_bad are above 0";
    require(
        both || !model.separate_decoders,
        "model.separate_decoders",
        model.separate_decoders,
        &format!("false, {needed}"),
    )?;
    require(
        both || !routing.is_partial(),
        "routing.fraction",
        routing.fraction,
        &format!("1, {needed}"),
    )
}

fn check_loss(loss: &Loss) -> Result<(), ConfigError> {
    let Loss { good, good_bad, bad, mean_over: _, .. } = *loss;
    let Loss { certificates, l1, l1_top_extra, l1_divisor: _, correlation, .. } = *loss;
    for (key, weight) in [
        ("loss.good", good),
        ("loss.good_bad", good_bad),
        ("loss.bad", bad),
        ("loss.l1", l1),
        ("loss.correlation", correlation),
    ] {
        require(weight.is_finite() && weight >= 0.0, key, weight, "a finite number, 0 or more")?;
    }
    require(
        good + good_bad + bad > 0.0,
        "loss.good",
        good,
        "above 0, as loss.good_bad and loss.bad are 0 and nothing would train the decoder",
    )?;
    require(
        certificates.is_finite() && certificates > 0.0,
        "loss.certificates",
        certificates,
        "a finite number above 0, or nothing would train the certificates",
    )?;
    require(
        l1_top_extra.is_finite() && l1 + l1_top_extra >= 0.0,
        "loss.l1_top_extra",
        l1_top_extra,
        &format!("a finite number, at least -{l1}, so that the weight is 0 or more"),
    )
}

fn check_routing(routing: &Routing) -> Result<(), ConfigError> {
    let Routing { enabled, rule: name, bottom, top, fraction, scheduled: _ } = routing;
    if let Err(expected) = rule(name, 0) {
        return require(false, "routing.rule", name, &expected);
    }
    require((0.0..=1.0).contains(fraction), "routing.fraction", fraction, "a number from 0 to 1")?;
    require(
        *enabled || !routing.is_partial(),
        "routing.fraction",
        fraction,
        "1, as routing.enabled is false",
    )?;
    let mut owner = [None; CLASSES];
    for (key, digits) in [("routing.bottom", bottom), ("routing.top", top)] {
        let expected = format!("a list of at least one digit from 0 to {}", CLASSES - 1);
        let known = digits.iter().all(|&digit| usize::from(digit) < CLASSES);
        require(!digits.is_empty() && known, key, digits, &expected)?;
        for &digit in digits {
            if let Some(other) = owner[usize::from(digit)].replace(key) {
                let expected = if other == key {
                    format!("each digit once, but {digit} is there twice")
                } else {
                    format!("digits that are not in {other} too, but {digit} is")
                };
                return require(false, key, digits, &expected);
            }
        }
    }
    Ok(())
}

/// Refuses a model for images of `pixels` pixels that has more parameters than
/// [`MAX_PARAMETERS`](gradroute_runs::config::MAX_PARAMETERS).
///
/// # Errors
/// When it has.
pub fn check_size(config: &Config, pixels: usize) -> Result<(), ConfigError> {
    require_parameters("model.hidden", &config.model.hidden, config.parameters(pixels))
}

/// Refuses batches of one sample, of which there is no correlation, wherever the run would come to
/// one in `samples` training samples.
///
/// # Errors
/// When it would.
pub fn check_last_batch(config: &Config, samples: usize) -> Result<(), ConfigError> {
    let Config { train, loss, .. } = config;
    let epoch = train.steps_per_epoch(samples);
    let alone = train.last_batch(samples) == 1 && train.total_steps(samples) >= epoch;
    require(
        loss.correlation == 0.0 || !alone,
        "train.batch",
        train.batch,
        &format!(
            "another number, or another data.limit, as the last batch of an epoch has 1 of the \
             {samples} training samples, and loss.correlation needs two to correlate anything; or \
             loss.correlation=0"
        ),
    )
}
