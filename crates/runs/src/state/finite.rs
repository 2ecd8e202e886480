//! Looking through a value for a float that JSON can't hold.
//!
//! `serde_json` writes NaN and infinities as `null`, which an `Option` then reads as nothing: a
//! resumed run would silently be another one.

use std::fmt::{self, Display};

use serde::ser::{self, Serialize, Serializer};

/// Refuses a value that holds a NaN or an infinity anywhere.
pub(crate) fn check<V: Serialize + ?Sized>(value: &V) -> Result<(), String> {
    value.serialize(Finite).map_err(|error| error.0)
}

/// Writes nothing and fails at a float that is not finite.
#[derive(Clone, Copy)]
struct Finite;

#[derive(Debug)]
struct Found(String);

impl Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Found {}

impl ser::Error for Found {
    fn custom<M: Display>(message: M) -> Self {
        Found(message.to_string())
    }
}

type Outcome = Result<(), Found>;

fn float(value: f64) -> Outcome {
    if value.is_finite() {
        return Ok(());
    }
    Err(Found(format!("it holds {value}, which JSON does not have; keep a finite number, or none")))
}

/// Methods that take a plain value and find nothing.
macro_rules! plain {
    ($($method:ident($value:ty)),+ $(,)?) => {
        $(fn $method(self, _: $value) -> Outcome { Ok(()) })+
    };
}

impl Serializer for Finite {
    type Ok = ();
    type Error = Found;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    plain!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_i128(i128),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_u128(u128),
        serialize_char(char),
        serialize_str(&str),
        serialize_bytes(&[u8]),
        serialize_unit_struct(&'static str),
    );

    fn serialize_f32(self, value: f32) -> Outcome {
        float(value.into())
    }

    fn serialize_f64(self, value: f64) -> Outcome {
        float(value)
    }

    fn serialize_none(self) -> Outcome {
        Ok(())
    }

    fn serialize_some<V: Serialize + ?Sized>(self, value: &V) -> Outcome {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Outcome {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Outcome {
        Ok(())
    }

    fn serialize_newtype_struct<V: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &V,
    ) -> Outcome {
        value.serialize(self)
    }

    fn serialize_newtype_variant<V: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &V,
    ) -> Outcome {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Found> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Found> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Found> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Found> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Found> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Found> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Found> {
        Ok(self)
    }
}

/// The parts of what is made of several.
macro_rules! parts {
    ($($kind:ident::$method:ident($($key:ty)?)),+ $(,)?) => {
        $(impl ser::$kind for Finite {
            type Ok = ();
            type Error = Found;

            fn $method<V: Serialize + ?Sized>(&mut self, $(_: $key,)? value: &V) -> Outcome {
                value.serialize(*self)
            }

            fn end(self) -> Outcome {
                Ok(())
            }
        })+
    };
}

parts!(
    SerializeSeq::serialize_element(),
    SerializeTuple::serialize_element(),
    SerializeTupleStruct::serialize_field(),
    SerializeTupleVariant::serialize_field(),
    SerializeStruct::serialize_field(&'static str),
    SerializeStructVariant::serialize_field(&'static str),
);

impl ser::SerializeMap for Finite {
    type Ok = ();
    type Error = Found;

    fn serialize_key<K: Serialize + ?Sized>(&mut self, key: &K) -> Outcome {
        key.serialize(*self)
    }

    fn serialize_value<V: Serialize + ?Sized>(&mut self, value: &V) -> Outcome {
        value.serialize(*self)
    }

    fn end(self) -> Outcome {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(serde::Serialize)]
    enum Any {
        Unit,
        New(Option<f32>),
        Tuple(u8, f64),
        Struct { a: BTreeMap<String, Vec<f64>> },
    }

    #[test]
    fn a_nan_or_infinity_is_found_wherever_it_is() {
        let map = |value| BTreeMap::from([("k".to_owned(), vec![0.0, value])]);
        for sound in [Any::Unit, Any::New(None), Any::Tuple(1, -0.0), Any::Struct { a: map(1e300) }]
        {
            check(&sound).unwrap();
        }
        for (value, named) in [
            (Any::New(Some(f32::NAN)), "NaN"),
            (Any::Tuple(1, f64::INFINITY), "inf"),
            (Any::Struct { a: map(f64::NEG_INFINITY) }, "-inf"),
        ] {
            let reason = check(&value).unwrap_err();
            assert!(reason.contains(named), "{reason}");
        }
    }
}
