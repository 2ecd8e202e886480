//! The rules by name, as `routing.rule` has them.

use super::rule::Rule;
use super::{halves, soft};

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

    fn row(text: &str, half: Half) -> [f64; 4] {
        let mut weights = [7.0; 4];
        rule(text).unwrap().weights(3, half, &mut weights);
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
        for text in ["", "half", "halves:1", "soft", "soft:nan", "soft:inf", "soft:x"] {
            let message = rule(text).unwrap_err();
            assert!(message.contains("halves") && message.contains("soft:F"), "{text}: {message}");
        }
    }
}
