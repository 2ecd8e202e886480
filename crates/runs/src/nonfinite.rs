//! Floats in JSON that survive being NaN or infinite.
//!
//! JSON has no such numbers and `serde_json` writes `null` for them, which
//! loses what a diverged run most needs to tell. Here they are the strings
//! `"NaN"`, `"inf"` and `"-inf"`; finite values stay numbers, in the shortest
//! text that reads back to the same bits. Use as `#[serde(with = "nonfinite")]`
//! on an `f32` or `f64`, [`mod@array`] on an array of `f64`, [`table`] on an array of such arrays, or [`NonFinite`] as the type.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A float type that this module can write and read.
pub trait Float: Copy + Serialize {
    /// The value as `f64`, exact.
    fn widen(self) -> f64;
    /// The nearest value of this type.
    fn narrow(value: f64) -> Self;
}

impl Float for f32 {
    fn widen(self) -> f64 {
        f64::from(self)
    }
    fn narrow(value: f64) -> Self {
        value as f32
    }
}

impl Float for f64 {
    fn widen(self) -> f64 {
        self
    }
    fn narrow(value: f64) -> Self {
        value
    }
}

/// Writes a float: a number if finite, else one of the three strings.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<F: Float, S: Serializer>(value: &F, serializer: S) -> Result<S::Ok, S::Error> {
    match text(value.widen()) {
        None => value.serialize(serializer),
        Some(text) => serializer.serialize_str(text),
    }
}

/// Reads a float written by [`serialize`]; any finite JSON number is accepted.
///
/// # Errors
/// When the value is neither a number nor one of the three strings.
pub fn deserialize<'de, F: Float, D: Deserializer<'de>>(deserializer: D) -> Result<F, D::Error> {
    deserializer.deserialize_any(FloatVisitor(PhantomData))
}

fn text(value: f64) -> Option<&'static str> {
    if value.is_finite() {
        None
    } else if value.is_nan() {
        Some("NaN")
    } else if value > 0.0 {
        Some("inf")
    } else {
        Some("-inf")
    }
}

struct FloatVisitor<F>(PhantomData<F>);

impl<F: Float> Visitor<'_> for FloatVisitor<F> {
    type Value = F;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, \"NaN\", \"inf\" or \"-inf\"")
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<F, E> {
        Ok(F::narrow(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<F, E> {
        Ok(F::narrow(value as f64))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<F, E> {
        Ok(F::narrow(value as f64))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<F, E> {
        match value {
            "NaN" => Ok(F::narrow(f64::NAN)),
            "inf" => Ok(F::narrow(f64::INFINITY)),
            "-inf" => Ok(F::narrow(f64::NEG_INFINITY)),
            other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
        }
    }
}

/// A float that is written and read in this way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent, bound(deserialize = "F: Float"))]
pub struct NonFinite<F: Float>(#[serde(with = "self")] pub F);

/// The same for an array of `f64`: `#[serde(with = "nonfinite::array")]`.
pub mod array {
    use super::{Deserialize, Deserializer, NonFinite, Serializer, de};

    /// Writes the array as a JSON list.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer, const N: usize>(
        values: &[f64; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(|&value| NonFinite(value)))
    }

    /// Reads a list of exactly `N` floats.
    ///
    /// # Errors
    /// When the list has another length or an item is no float.
    pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[f64; N], D::Error> {
        let items = Vec::<NonFinite<f64>>::deserialize(deserializer)?;
        let found = items.len();
        let values: Vec<f64> = items.into_iter().map(|item| item.0).collect();
        values
            .try_into()
            .map_err(|_| de::Error::invalid_length(found, &format!("a list of {N}").as_str()))
    }
}

/// The same for an array of arrays: `#[serde(with = "nonfinite::table")]`.
pub mod table {
    use super::{Deserialize, Deserializer, Serialize, Serializer, array, de};

    #[derive(Serialize, Deserialize)]
    struct Row<const N: usize>(#[serde(with = "array")] [f64; N]);

    /// Writes the rows as a JSON list of lists.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer, const N: usize, const M: usize>(
        rows: &[[f64; N]; M],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(rows.iter().map(|row| Row(*row)))
    }

    /// Reads a list of exactly `M` lists of `N` floats.
    ///
    /// # Errors
    /// When a list has another length or an item is no float.
    pub fn deserialize<'de, D: Deserializer<'de>, const N: usize, const M: usize>(
        deserializer: D,
    ) -> Result<[[f64; N]; M], D::Error> {
        let rows = Vec::<Row<N>>::deserialize(deserializer)?;
        let found = rows.len();
        let rows: Vec<[f64; N]> = rows.into_iter().map(|row| row.0).collect();
        rows.try_into()
            .map_err(|_| de::Error::invalid_length(found, &format!("a list of {M}").as_str()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Pair {
        #[serde(with = "super")]
        single: f32,
        #[serde(with = "super")]
        double: f64,
        #[serde(with = "super::array")]
        list: [f64; 2],
        #[serde(with = "super::table")]
        table: [[f64; 1]; 2],
    }

    proptest! {
        #[test]
        fn every_float_reads_back_to_the_same_bits(single: u32, double: u64) {
            let pair = Pair {
                single: f32::from_bits(single),
                double: f64::from_bits(double),
                list: [f64::from_bits(double), f64::from_bits(!double)],
                table: [[f64::from_bits(double)], [f64::from_bits(!double)]],
            };
            let back: Pair = serde_json::from_str(&serde_json::to_string(&pair).unwrap()).unwrap();
            let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
            prop_assert!(same(f64::from(pair.single), f64::from(back.single)));
            prop_assert!(same(pair.double, back.double));
            prop_assert!(same(pair.list[0], back.list[0]) && same(pair.list[1], back.list[1]));
            prop_assert!((0..2).all(|i| same(pair.table[i][0], back.table[i][0])));
        }
    }

    #[test]
    fn non_finite_values_are_named_in_the_text() {
        let pair = Pair {
            single: f32::NAN,
            double: f64::INFINITY,
            list: [f64::NEG_INFINITY, -0.0],
            table: [[1.0], [f64::NAN]],
        };
        assert_eq!(
            serde_json::to_string(&pair).unwrap(),
            r#"{"single":"NaN","double":"inf","list":["-inf",-0.0],"table":[[1.0],["NaN"]]}"#
        );
    }

    #[test]
    fn null_other_text_and_short_lists_are_refused() {
        for bad in [
            r#"{"single":null,"double":0,"list":[0,0],"table":[[0],[0]]}"#,
            r#"{"single":"nil","double":0,"list":[0,0],"table":[[0],[0]]}"#,
            r#"{"single":0,"double":0,"list":[0],"table":[[0],[0]]}"#,
            r#"{"single":0,"double":0,"list":[0,0],"table":[[0]]}"#,
            r#"{"single":0,"double":0,"list":[0,0],"table":[[0],[0,0]]}"#,
        ] {
            assert!(serde_json::from_str::<Pair>(bad).is_err(), "{bad} was accepted");
        }
    }
}
