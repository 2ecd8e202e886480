//! What a run achieved: the content of `evaluation.json`.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::nonfinite::NonFinite;
use crate::state::finite;

/// A number by which runs are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Its name, such as `accuracy`: the key in `evaluation.json`.
    pub name: String,
    /// What it is, in a few words, with its unit.
    pub about: String,
    /// The number; NaN where there is none.
    pub value: f64,
    /// What knowing nothing would give, where that is known.
    pub floor: Option<f64>,
}

impl Measure {
    /// A number without a floor.
    pub fn new(name: impl Into<String>, about: impl Into<String>, value: f64) -> Self {
        Self { name: name.into(), about: about.into(), value, floor: None }
    }

    /// The same with what knowing nothing would give.
    #[must_use]
    pub fn with_floor(self, floor: f64) -> Self {
        Self { floor: Some(floor), ..self }
    }
}

/// Numbers by name, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measures(pub Vec<(String, f64)>);

impl Measures {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&[Measure]> for Measures {
    fn from(measures: &[Measure]) -> Self {
        Self(measures.iter().map(|measure| (measure.name.clone(), measure.value)).collect())
    }
}

impl Serialize for Measures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, NonFinite(*value))))
    }
}

impl<'de> Deserialize<'de> for Measures {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = Map::deserialize(deserializer)?;
        let number = |(name, value): (String, Value)| {
            let number: NonFinite<f64> = serde_json::from_value(value)?;
            Ok((name, number.0))
        };
        map.into_iter()
            .map(number)
            .collect::<Result<_, serde_json::Error>>()
            .map(Self)
            .map_err(D::Error::custom)
    }
}

/// Measures in the middle of a stage: a line of `epochs.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interim {
    /// Epochs of the stage done, where it has epochs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<u64>,
    /// Steps of the run done.
    pub step: u64,
    /// The measures.
    pub measures: Measures,
}

/// What there was at the end of a stage: a line of `stages.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageResults<R> {
    /// The stage.
    pub stage: String,
    /// Steps of the run done.
    pub step: u64,
    /// What the experiment's evaluation gave.
    pub results: R,
}

/// Keys of `evaluation.json` that no field of the results may have.
const RESERVED: [&str; 2] = ["measures", "stages"];

/// Whether results that are written can be read again.
///
/// # Errors
/// Why not, and what to do about it.
pub(crate) fn readable<R: Serialize + DeserializeOwned>(results: &R) -> Result<(), String> {
    finite::check(results)
        .map_err(|reason| format!("{reason}, or write it by gradroute_runs::nonfinite"))?;
    let text = serde_json::to_string(results).map_err(|error| error.to_string())?;
    let value: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let Value::Object(map) = value else {
        return Err(format!("they are written as {text}; expected a struct with named fields"));
    };
    if let Some(name) = RESERVED.iter().find(|name| map.contains_key(**name)) {
        return Err(format!("`{name}` is a key of evaluation.json; give the field another name"));
    }
    let read: Result<R, _> = serde_json::from_value(Value::Object(map));
    read.map(drop).map_err(|error| format!("they can't be read back: {error}"))
}

/// The whole of `evaluation.json`: the keys of the experiment's own results, then `measures`, and
/// `stages` where the run had several.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation<R> {
    /// At the run's end.
    pub results: R,
    /// At the ends of the stages before.
    pub earlier: Vec<StageResults<R>>,
    /// Numbers by which runs are compared.
    pub measures: Measures,
}

impl<R: Serialize> Serialize for Evaluation<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Flat<'e, R> {
            #[serde(flatten)]
            results: &'e R,
            #[serde(skip_serializing_if = "Measures::is_empty")]
            measures: &'e Measures,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            stages: &'e [StageResults<R>],
        }
        let Self { results, earlier, measures } = self;
        Flat { results, measures, stages: earlier }.serialize(serializer)
    }
}

/// By hand, as serde's `flatten` does not let the results refuse unknown keys.
impl<'de, R: DeserializeOwned> Deserialize<'de> for Evaluation<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut map = Map::deserialize(deserializer)?;
        let (measures, stages) = (map.remove("measures"), map.remove("stages"));
        Ok(Self {
            // Files from before there were measures have none.
            measures: read_or_default(measures).map_err(D::Error::custom)?,
            earlier: read_or_default(stages).map_err(D::Error::custom)?,
            results: serde_json::from_value(Value::Object(map)).map_err(D::Error::custom)?,
        })
    }
}

fn read_or_default<T: DeserializeOwned + Default>(
    value: Option<Value>,
) -> Result<T, serde_json::Error> {
    value.map_or_else(|| Ok(T::default()), serde_json::from_value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Plain {
        a: f64,
        b: Option<f32>,
    }

    #[derive(Serialize, Deserialize)]
    struct Kept {
        #[serde(with = "crate::nonfinite")]
        a: f64,
    }

    #[derive(Serialize, Deserialize)]
    struct Taken {
        stages: u32,
    }

    fn refused<R: Serialize + DeserializeOwned>(results: &R, part: &str) {
        let reason = readable(results).unwrap_err();
        assert!(reason.contains(part), "{reason}");
    }

    #[test]
    fn results_that_could_not_be_read_again_are_refused() {
        readable(&Plain { a: 0.5, b: None }).unwrap();
        readable(&Kept { a: f64::NAN }).unwrap();
        refused(&Plain { a: f64::NAN, b: None }, "nonfinite");
        refused(&Plain { a: 0.0, b: Some(f32::INFINITY) }, "inf");
        refused(&Taken { stages: 3 }, "`stages`");
        refused(&7, "named fields");
    }
}
