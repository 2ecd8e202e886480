//! The numbers of a log by name, reduced to what a screen can show.
//!
//! Up to [`MOST`] steps are kept one by one. Then two neighbours become one, with the smallest and
//! the largest of their values, and so on each time that there are too many: what stands out stays.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::nonfinite::NonFinite;

/// The most points of a curve.
const MOST: usize = 4096;

/// The numbers of all lines so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Columns {
    names: Vec<String>,
    /// How many lines a point stands for.
    width: usize,
    /// How many of them the last point has so far.
    last: usize,
    /// The first step of each point.
    steps: Vec<u64>,
    /// For each name and point the smallest and the largest value; NaN where there is none.
    values: Vec<Vec<[f32; 2]>>,
    /// Points that nobody was told of, from this one on.
    fresh: usize,
    /// Numbers that are not finite.
    not_finite: u64,
}

/// What is to be drawn anew.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Fresh<'c> {
    /// From this point on, what was told before is no longer so.
    from: usize,
    names: &'c [String],
    steps: &'c [u64],
    /// For each name the smallest values, then the largest ones; `null` where there is none.
    low: Vec<Vec<Option<f32>>>,
    high: Vec<Vec<Option<f32>>>,
    not_finite: u64,
}

impl Columns {
    /// Adds the line, which is whole.
    ///
    /// # Errors
    /// When it is no object with a key `step` and numbers.
    pub fn add(&mut self, line: &[u8]) -> serde_json::Result<()> {
        self.width = self.width.max(1);
        let mut deserializer = serde_json::Deserializer::from_slice(line);
        let begins = self.last == self.width || self.steps.is_empty();
        if begins {
            self.halve_if_full();
            self.steps.push(0);
            self.values.iter_mut().for_each(|values| values.push([f32::NAN; 2]));
            self.last = 0;
        }
        self.fresh = self.fresh.min(self.steps.len() - 1);
        let step = Line(self).deserialize(&mut deserializer)?;
        if begins {
            *self.steps.last_mut().expect("it was pushed") = step;
        }
        self.last += 1;
        Ok(())
    }

    fn halve_if_full(&mut self) {
        if self.steps.len() < MOST {
            return;
        }
        let mut place = 0..;
        self.steps.retain(|_| place.next().is_some_and(|place| place % 2 == 0));
        for values in &mut self.values {
            let pairs = values.chunks(2).map(|pair| pair.iter().copied().reduce(wider));
            *values = pairs.map(|pair| pair.expect("a chunk is never empty")).collect();
        }
        self.width *= 2;
        self.fresh = 0;
    }

    fn set(&mut self, hint: usize, name: &str, value: f32) {
        // Lines name the same numbers in the same order.
        let known = match self.names.get(hint) {
            Some(found) if found == name => Some(hint),
            _ => self.names.iter().position(|found| found == name),
        };
        let at = known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.values.push(vec![[f32::NAN; 2]; self.steps.len()]);
            // They do not know the name yet.
            self.fresh = 0;
            self.names.len() - 1
        });
        self.not_finite += u64::from(!value.is_finite());
        let last = self.values[at].last_mut().expect("there is a point");
        if value.is_finite() {
            *last = wider(*last, [value; 2]);
        }
    }

    /// What was added since this was asked last; `None` if nothing was.
    pub fn take_fresh(&mut self) -> Option<Fresh<'_>> {
        let from = std::mem::replace(&mut self.fresh, self.steps.len());
        let of = |side: usize| {
            let values = self.values.iter().map(|values| {
                let values = values[from..].iter().map(|pair| pair[side]);
                values.map(|value| Some(value).filter(|value| !value.is_nan())).collect()
            });
            values.collect()
        };
        let (names, steps) = (&self.names[..], &self.steps[from..]);
        let (low, high, not_finite) = (of(0), of(1), self.not_finite);
        (!steps.is_empty()).then_some(Fresh { from, names, steps, low, high, not_finite })
    }
}

/// The smallest and the largest of both; `min` and `max` leave out NaN.
fn wider(a: [f32; 2], b: [f32; 2]) -> [f32; 2] {
    [a[0].min(b[0]), a[1].max(b[1])]
}

/// A name that is copied only where the line writes it with escapes.
#[derive(Deserialize)]
struct Name<'l>(#[serde(borrow)] Cow<'l, str>);

/// A line, whose numbers are noted while it is read.
struct Line<'c>(&'c mut Columns);

impl<'de> DeserializeSeed<'de> for Line<'_> {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Line<'_> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the key `step` and numbers by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<u64, A::Error> {
        let (mut step, mut number) = (None, 0);
        while let Some(Name(name)) = map.next_key()? {
            if name == "step" {
                step = Some(map.next_value()?);
            } else {
                self.0.set(number, &name, map.next_value::<NonFinite<f32>>()?.0);
                number += 1;
            }
        }
        step.ok_or_else(|| serde::de::Error::missing_field("step"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: impl IntoIterator<Item = String>) -> Columns {
        let mut columns = Columns::default();
        for line in lines {
            columns.add(line.as_bytes()).unwrap();
        }
        columns
    }

    #[test]
    fn a_short_log_is_told_number_by_number_and_once() {
        let mut columns =
            of([r#"{"step":3,"a\u0022":1,"b":2}"#, r#"{"step":4,"a\"":"NaN","c":5}"#]
                .map(str::to_owned));
        let fresh = columns.take_fresh().unwrap();
        assert_eq!((fresh.from, fresh.steps, fresh.not_finite), (0, &[3, 4][..], 1));
        assert_eq!(fresh.names, ["a\"", "b", "c"]);
        let expected = [[Some(1.0), None], [Some(2.0), None], [None, Some(5.0)]];
        assert_eq!(fresh.low, expected);
        assert_eq!(fresh.high, expected);
        assert_eq!(columns.take_fresh(), None);
        columns.add(br#"{"step":5,"a\"":7}"#).unwrap();
        let fresh = columns.take_fresh().unwrap();
        assert_eq!((fresh.from, fresh.steps, &fresh.low[0]), (2, &[5][..], &vec![Some(7.0)]));
    }

    #[test]
    fn what_stands_out_in_a_long_log_stays() {
        let n = 3 * MOST as u64 + 7;
        let line = |step| {
            let a = if step == 5001 { 1e6 } else { 1.0 };
            format!(r#"{{"step":{step},"a":{a},"b":{step}}}"#)
        };
        let mut columns = of((0..n).map(line));
        let fresh = columns.take_fresh().unwrap();
        assert!(fresh.steps.len() <= MOST && fresh.steps.len() > MOST / 2);
        assert!(fresh.steps.is_sorted());
        let outliers: Vec<_> =
            (0..fresh.steps.len()).filter(|&i| fresh.high[0][i] == Some(1e6)).collect();
        let [outlier] = outliers[..] else { panic!("{outliers:?}") };
        assert!(fresh.steps[outlier] <= 5001 && fresh.steps[outlier + 1] > 5001);
        for i in 0..fresh.steps.len() {
            let end = fresh.steps.get(i + 1).map_or(n, |&next| next);
            assert_eq!(fresh.low[1][i], Some(fresh.steps[i] as f32));
            assert_eq!(fresh.high[1][i], Some((end - 1) as f32));
        }
    }

    #[test]
    fn told_piece_by_piece_a_log_is_the_same_as_at_once() {
        let (mut steps, mut high): (Vec<u64>, Vec<Option<f32>>) = Default::default();
        let mut columns = Columns::default();
        for step in 0..2 * MOST as u64 + 100 {
            columns.add(format!(r#"{{"step":{step},"a":{step}}}"#).as_bytes()).unwrap();
            if step % 37 == 0 || step > 2 * MOST as u64 {
                let fresh = columns.take_fresh().unwrap();
                steps.truncate(fresh.from);
                high.truncate(fresh.from);
                steps.extend(fresh.steps);
                high.extend(&fresh.high[0]);
            }
        }
        columns.fresh = 0;
        let whole = columns.take_fresh().unwrap();
        assert_eq!(&steps[..], whole.steps);
        assert_eq!(high, whole.high[0]);
    }

    #[test]
    fn a_line_that_is_none_is_refused() {
        for line in ["", "[1]", "{}", r#"{"step":1,"a":null}"#, r#"{"a":1}"#] {
            assert!(Columns::default().add(line.as_bytes()).is_err(), "{line}");
        }
    }
}
