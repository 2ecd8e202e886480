//! What a step leaves in the logs.

use std::borrow::Cow;
use std::fmt;

use gradroute_tape::Real;
use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::nonfinite::NonFinite;

/// A number with the width that it was computed in, so that its text is the shortest one that
/// reads back to the same bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Computed in f32.
    Single(f32),
    /// Computed in f64.
    Double(f64),
}

impl Number {
    /// A number of a graph.
    pub(crate) fn of<T: Real>(value: T) -> Self {
        let wide = value.to_f64();
        if size_of::<T>() == size_of::<f32>() {
            Number::Single(wide as f32)
        } else {
            Number::Double(wide)
        }
    }

    /// The number, exactly.
    pub fn to_f64(self) -> f64 {
        match self {
            Number::Single(value) => f64::from(value),
            Number::Double(value) => value,
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Number::Single(value) => NonFinite(*value).serialize(serializer),
            Number::Double(value) => NonFinite(*value).serialize(serializer),
        }
    }
}

/// What one step told: a line of `metrics.jsonl`, such as
/// `{"step":0,"total":0.5,"error":0.5,"lr":0.001}`. Numbers that are not finite stand there as
/// `"NaN"`, `"inf"` or `"-inf"`.
#[derive(Clone, Debug, PartialEq)]
pub struct StepLine {
    /// The step, from 0; its numbers are those before its update.
    pub step: u64,
    /// The total loss first, then terms, then notes, in the order in which they were named.
    pub numbers: Vec<(Cow<'static, str>, Number)>,
}

impl StepLine {
    /// The number of this name.
    pub fn get(&self, name: &str) -> Option<f64> {
        let found = self.numbers.iter().find(|(other, _)| other == name)?;
        Some(found.1.to_f64())
    }
}

impl Serialize for StepLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1 + self.numbers.len()))?;
        map.serialize_entry("step", &self.step)?;
        for (name, number) in &self.numbers {
            map.serialize_entry(name, number)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for StepLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LineVisitor;

        impl<'de> Visitor<'de> for LineVisitor {
            type Value = StepLine;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with the key `step` and numbers by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<StepLine, A::Error> {
                let (mut step, mut numbers) = (None, Vec::new());
                while let Some(name) = map.next_key::<String>()? {
                    if name == "step" {
                        step = Some(map.next_value()?);
                        continue;
                    }
                    let number = map
                        .next_value::<NonFinite<f64>>()
                        .map_err(|error| de::Error::custom(format_args!("`{name}`: {error}")))?;
                    numbers.push((Cow::Owned(name), Number::Double(number.0)));
                }
                let step = step.ok_or_else(|| de::Error::missing_field("step"))?;
                Ok(StepLine { step, numbers })
            }
        }

        deserializer.deserialize_map(LineVisitor)
    }
}

/// What a step left.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// What it told.
    pub line: StepLine,
    /// How many of the line's numbers, the first ones, are the total loss and its terms.
    pub terms: usize,
    /// How many samples it took, if it said so.
    pub samples: Option<usize>,
}

/// How long a step took: a line of `timing.jsonl`, apart from `metrics.jsonl`, so that metrics of
/// equal runs are equal bytes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepTiming {
    /// The step, from 0.
    pub step: u64,
    /// Seconds that the step took.
    pub seconds: f64,
    /// Samples in its batch, where the experiment tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<usize>,
}

/// Numbers by name, each with how often it was told.
#[derive(Debug, Default)]
pub(super) struct Terms(Vec<(&'static str, Number, f64, u32)>);

impl Terms {
    pub fn add(&mut self, name: &'static str, number: Number) {
        match self.0.iter_mut().find(|(other, ..)| *other == name) {
            None => self.0.push((name, number, number.to_f64(), 1)),
            Some((_, _, sum, count)) => {
                *sum += number.to_f64();
                *count += 1;
            }
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(other, ..)| *other == name)
    }

    /// The mean of what was told of each; what was told once stays as it was, to the bit.
    pub fn into_means(self) -> impl Iterator<Item = (Cow<'static, str>, Number)> {
        self.0.into_iter().map(|(name, first, sum, count)| {
            let mean = sum / f64::from(count);
            let number = match first {
                _ if count == 1 => first,
                Number::Single(_) => Number::Single(mean as f32),
                Number::Double(_) => Number::Double(mean),
            };
            (Cow::Borrowed(name), number)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(numbers: &[(&'static str, Number)]) -> StepLine {
        let numbers = numbers.iter().map(|(name, n)| (Cow::Borrowed(*name), *n)).collect();
        StepLine { step: 3, numbers }
    }

    #[test]
    fn a_line_keeps_order_and_width_and_names_what_is_not_finite() {
        let numbers = [
            ("total", Number::Single(f32::NAN)),
            ("b", Number::Single(0.1)),
            ("a", Number::Double(0.1f32.into())),
            ("lr", Number::Double(f64::NEG_INFINITY)),
        ];
        let text = serde_json::to_string(&line(&numbers)).unwrap();
        let expected = r#"{"step":3,"total":"NaN","b":0.1,"a":0.10000000149011612,"lr":"-inf"}"#;
        assert_eq!(text, expected);
        let back: StepLine = serde_json::from_str(&text).unwrap();
        assert_eq!((back.step, back.get("b"), back.get("c")), (3, Some(0.1), None));
        assert!(back.get("total").unwrap().is_nan());
    }

    #[test]
    fn a_term_that_was_told_twice_has_its_mean_and_one_told_once_its_bits() {
        let mut terms = Terms::default();
        for (name, value) in [("once", 0.1), ("twice", 1.0), ("twice", 2.0)] {
            terms.add(name, Number::Single(value));
        }
        let means: Vec<_> = terms.into_means().collect();
        assert_eq!(
            means,
            line(&[("once", Number::Single(0.1)), ("twice", Number::Single(1.5))]).numbers
        );
    }

    #[test]
    fn lines_without_a_step_or_with_something_that_is_no_number_are_refused_by_name() {
        for (text, part) in [
            (r#"{"total":1}"#, "step"),
            (r#"{"step":0,"total":null}"#, "`total`"),
            (r#"{"step":-1}"#, "-1"),
            ("[1]", "an object with the key `step`"),
        ] {
            let message = serde_json::from_str::<StepLine>(text).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        }
    }
}
