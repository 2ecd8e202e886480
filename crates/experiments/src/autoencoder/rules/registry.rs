//! The rules by name, as `routing.rule` has them.

use super::rule::Rule;
use super::{halves, random, soft};

/// A rule that the configuration can name.
pub struct Named {
    /// Its name.
    pub name: &'static str,
    /// How it is written, and what it does.
    pub about: &'static str,
    /// Makes it from the number behind the colon, if there is one; `None` if it takes another.
    make: fn(Option<f64>) -> Option<Box<dyn Rule>>,
}

/// All rules.
pub const RULES: &[Named] = &[
    Named {
        name: "halves",
        about: "\"halves\": a term teaches its own half only",
        make: halves::make,
    },
    Named {
        name: "soft",
        about: "\"soft:F\": a term teaches the other half too, by the factor F",
        make: soft::make,
    },
    Named {
        name: "random-digit",
        about: "\"random-digit:SEED\": a control; five digits, drawn by SEED, teach the bottom half in \
                all terms, the others the top half",
        make: random::make_by_digit,
    },
    Named {
        name: "random-sample",
        about: "\"random-sample:SEED\": a control; each image teaches one half in all terms, drawn by \
                SEED and its place in the training set",
        make: random::make_by_sample,
    },
];

/// The rule that `text` names, such as `halves` or `soft:0.25`.
///
/// # Errors
/// When there is none, or it takes another number; the message says which there are.
pub fn rule(text: &str) -> Result<Box<dyn Rule>, String> {
    let (name, number) = match text.split_once(':') {
        None => (text, None),
        Some((name, number)) => (name, Some(number.parse::<f64>().unwrap_or(f64::NAN))),
    };
    let named = RULES.iter().find(|rule| rule.name == name);
    named.and_then(|rule| (rule.make)(number)).ok_or_else(|| {
        let all: Vec<&str> = RULES.iter().map(|rule| rule.about).collect();
        format!("one of {}", all.join("; "))
    })
}

/// What the rule that `text` names does, in words that follow "the rule"; `None` for the paper's.
pub fn unusual(text: &str) -> Option<&'static str> {
    let name = text.split(':').next()?;
    RULES.iter().find(|rule| rule.name == name && name != "halves").map(|rule| rule.about)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autoencoder::halves::Half;
    use crate::autoencoder::rules::Sample;

    fn row(text: &str, half: Half) -> [f64; 4] {
        let mut weights = [7.0; 4];
        let sample = Sample { label: 3, key: 0 };
        rule(text).unwrap().weights(sample, half, &mut weights);
        weights
    }

    #[test]
    fn rules_are_found_by_name_and_number() {
        assert_eq!(row("halves", Half::Bottom), [1.0, 1.0, 0.0, 0.0]);
        assert_eq!(row("halves", Half::Top), [0.0, 0.0, 1.0, 1.0]);
        assert_eq!(row("soft:0.25", Half::Top), [0.25, 0.25, 1.0, 1.0]);
        assert_eq!(row("soft:-1", Half::Bottom), [1.0, 1.0, -1.0, -1.0]);
    }

    #[test]
    fn what_is_no_rule_is_answered_with_all_of_them() {
        let texts = ["", "half", "halves:1", "soft", "soft:nan", "soft:inf", "soft:x"];
        let seeds = ["random-digit", "random-digit:-1", "random-sample:0.5", "random-sample:1e16"];
        for text in texts.into_iter().chain(seeds) {
            let message = rule(text).unwrap_err();
            assert!(message.contains("halves") && message.contains("soft:F"), "{text}: {message}");
        }
    }
}
