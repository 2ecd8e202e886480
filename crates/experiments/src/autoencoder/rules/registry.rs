//! The rules by name, as `routing.rule` has them.

use super::rule::Rule;
use super::{halves, random, soft};

/// A rule that the configuration can name.
pub struct Named {
    /// Its name.
    pub name: &'static str,
    /// How it is written, and what it does.
    pub about: &'static str,
    /// Makes it from the number behind the colon, if there is one, and the run's seed; `None` if it takes
    /// another number.
    make: fn(Option<f64>, u64) -> Option<Box<dyn Rule>>,
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
        about: "\"random-digit\": a control; five digits, drawn by the run's seed, teach the bottom half \
                in all terms, the others the top half; \"random-digit:SEED\" draws by another seed",
        make: random::make_by_digit,
    },
    Named {
        name: "random-sample",
        about: "\"random-sample\": a control; each image teaches one half in all terms, drawn by the run's \
                seed and its place in the training set; \"random-sample:SEED\" draws by another seed",
        make: random::make_by_sample,
    },
];

/// The rule that `text` names, such as `halves` or `soft:0.25`, in a run with this seed.
///
/// # Errors
/// When there is none, or it takes another number; the message says which there are.
pub fn rule(text: &str, seed: u64) -> Result<Box<dyn Rule>, String> {
    let (name, number) = match text.split_once(':') {
        None => (text, None),
        Some((name, number)) => (name, Some(number.parse::<f64>().unwrap_or(f64::NAN))),
    };
    let named = RULES.iter().find(|rule| rule.name == name);
    named.and_then(|rule| (rule.make)(number, seed)).ok_or_else(|| {
        let all: Vec<&str> = RULES.iter().map(|rule| rule.about).collect();
        format!("one of {}", all.join("; "))
    })
}

/// What the rule that `text` names does, in words that follow "the rule"; `None` for the paper's.
pub fn unusual(text: &str) -> Option<&'static str> {
    let name = text.split(':').next()?;
    RULES.iter().find(|rule| rule.name == name && name != "halves").map(|rule| rule.about)
}

/// What the rule that `text` names drew, in a run with this seed, as [`Rule::drawn`] says it.
pub fn drawn(text: &str, seed: u64) -> Option<String> {
    rule(text, seed).ok()?.drawn()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autoencoder::digit_list::digit_list;
    use crate::autoencoder::halves::Half;
    use crate::autoencoder::rules::Sample;

    fn row(text: &str, half: Half) -> [f64; 4] {
        let mut weights = [7.0; 4];
        let sample = Sample { label: 3, key: 0 };
        rule(text, 0).unwrap().weights(sample, half, &mut weights);
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
    fn a_random_rule_is_drawn_by_the_runs_seed_or_by_its_own_and_says_what_was_drawn() {
        let of = |text, seed| drawn(text, seed).unwrap();
        assert_eq!(of("random-digit", 7), of("random-digit:7", 0));
        assert!((1..9).any(|seed| of("random-digit", seed) != of("random-digit", 0)));
        assert_eq!(of("random-digit:7", 1), of("random-digit:7", 2));
        assert!(of("random-sample", 0).contains("each image"));
        assert_eq!(drawn("soft:0.1", 0), None);
        let rule = rule("random-digit", 7).unwrap();
        let mut weights = [0.0; 2];
        let taught: Vec<u8> = (0..10)
            .filter(|&label| {
                rule.weights(Sample { label, key: 0 }, Half::Top, &mut weights);
                weights == [1.0, 0.0]
            })
            .collect();
        let expected = format!("the bottom half for the digits {},", digit_list(&taught));
        assert!(rule.drawn().unwrap().starts_with(&expected), "{expected}");
    }

    #[test]
    fn what_is_no_rule_is_answered_with_all_of_them() {
        let texts = ["", "half", "halves:1", "soft", "soft:nan", "soft:inf", "soft:x"];
        let seeds = ["random-digit:", "random-digit:-1", "random-sample:0.5", "random-sample:1e16"];
        for text in texts.into_iter().chain(seeds) {
            let message = rule(text, 0).unwrap_err();
            assert!(message.contains("halves") && message.contains("soft:F"), "{text}: {message}");
        }
    }
}
