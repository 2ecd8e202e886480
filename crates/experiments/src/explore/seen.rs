//! What the decoders make of an image.

use gradroute_runs::AnswerError;
use gradroute_runs::images::{Dataset, each_batch};
use gradroute_tape::{Graph, Real, Var};
use serde::{Serialize, Serializer};

use super::question::See;
use super::{Explored, Known};

/// What a decoder makes of an encoding.
#[derive(Clone, Debug, Serialize)]
#[serde(bound = "")]
pub(crate) struct Decoded<T: Real> {
    /// The image, in the model's range.
    #[serde(serialize_with = "numbers")]
    pub pixels: Vec<T>,
    /// The mean absolute difference from the image at hand, as `evaluate` computes it.
    #[serde(serialize_with = "number")]
    pub mae: T,
    /// The mean squared difference, likewise.
    #[serde(serialize_with = "number")]
    pub mse: T,
}

impl<T: Real> Decoded<T> {
    /// A decoder's image `made`, held against `images`, both `[1, pixels]`.
    pub fn of(g: &Graph<'_, T>, made: Var, images: Var) -> Self {
        let (mae, mse) = (g.absolute_error(made, images), g.squared_error(made, images));
        Self { pixels: g.value(made).to_vec(), mae: g.value(mae)[0], mse: g.value(mse)[0] }
    }
}

/// What an image that knows nothing of the one at hand differs from it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Floor {
    pub name: &'static str,
    pub mae: f64,
    pub mse: f64,
}

/// All that is shown of an image.
#[derive(Clone, Debug, Serialize)]
#[serde(bound = "")]
pub(crate) struct Seen<T: Real> {
    /// Its pixels, as the model sees them.
    pub image: Vec<u8>,
    /// Its label, if it has one.
    pub label: Option<u8>,
    /// What the encoder makes of it.
    #[serde(serialize_with = "numbers")]
    pub encoded: Vec<T>,
    /// What the decoders saw.
    #[serde(serialize_with = "numbers")]
    pub encoding: Vec<T>,
    /// Whether that is not the encoder's.
    pub changed: bool,
    /// Of each decoder.
    pub outputs: Vec<Decoded<T>>,
    /// The same on the encoder's own encoding, where that was changed.
    #[serde(skip)]
    pub unchanged: Vec<Decoded<T>>,
    /// To read the errors against.
    pub floors: Vec<Floor>,
    /// What came of it, in a sentence.
    pub sentence: String,
}

impl<T: Real> Seen<T> {
    /// What the changes did to the error of the first decoder; nothing if there are none.
    pub fn changes_in_words(&self) -> String {
        let (Some(before), Some(now)) = (self.unchanged.first(), self.outputs.first()) else {
            return String::new();
        };
        let [before, now] = [before, now].map(|decoded| decoded.mae.to_f64());
        format!(
            "; by your changes, the decoder's mean absolute error went from {before:.3} to {now:.3}"
        )
    }
}

/// Shows the image to the model.
///
/// # Errors
/// When there is no such image, dim or group.
pub(super) fn see<T: Real, M: Explored<T>>(
    model: &mut M,
    test: &Dataset,
    known: &Known,
    See { image, encoding, off }: See,
) -> Result<Seen<T>, AnswerError> {
    let (image, label) = image.pixels(test)?;
    let size = (test.rows(), test.columns());
    // A data set of one image, so that its pixels become numbers as those of all images do.
    let one = Dataset::new(image.clone(), vec![label.unwrap_or(0)], size, 256)?;
    let mut encoded = Vec::new();
    each_batch(&one, 1, |pixels, _| encoded = model.encode(pixels));
    let mut seen = match encoding {
        None => encoded.clone(),
        Some(given) if given.len() == encoded.len() => {
            if let Some(bad) = given.iter().position(|value| !(*value as f32).is_finite()) {
                return Err(format!(
                    "dim {bad} of the encoding is {}; expected a number",
                    given[bad]
                )
                .into());
            }
            given.into_iter().map(T::from_f64).collect()
        }
        Some(given) => {
            let (dims, found) = (encoded.len(), given.len());
            return Err(format!("the encoding has {found} numbers; expected {dims}").into());
        }
    };
    let groups = model.groups();
    for number in off {
        let Some(group) = groups.get(number) else {
            let last = groups.len() - 1;
            return Err(format!("there is no group {number}; expected one from 0 to {last}").into());
        };
        seen[group.dims.clone()].fill(T::ZERO);
    }
    let changed =
        seen.iter().zip(&encoded).any(|(a, b)| a.to_f64().to_bits() != b.to_f64().to_bits());
    let (mut outputs, mut unchanged) = (Vec::new(), Vec::new());
    each_batch(&one, 1, |pixels, _| {
        outputs = model.decode(pixels, &seen);
        if changed {
            unchanged = model.decode(pixels, &encoded);
        }
    });
    let floors = known.floors.iter().map(|(name, floor)| {
        let [mae, mse] = differences::<T, M>(&image, floor);
        Floor { name, mae, mse }
    });
    let floors = floors.collect();
    let (encoding, sentence) = (seen, String::new());
    let seen =
        Seen { image, label, encoded, encoding, changed, outputs, unchanged, floors, sentence };
    Ok(Seen { sentence: model.in_words(&seen), ..seen })
}

/// The mean absolute and squared difference of an image from one in the model's range.
fn differences<T: Real, M: Explored<T>>(image: &[u8], other: &[f64]) -> [f64; 2] {
    let [black, white] = M::RANGE;
    let (mut absolute, mut squared) = (0.0, 0.0);
    for (&value, other) in image.iter().zip(other) {
        let difference = black + (white - black) * (f64::from(value) / 255.0) - other;
        absolute += difference.abs();
        squared += difference * difference;
    }
    [absolute, squared].map(|sum| sum / image.len() as f64)
}

/// Numbers of the model's precision, exactly: JavaScript reads the same numbers, and writes them back.
fn numbers<T: Real, S: Serializer>(values: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(|value| value.to_f64()))
}

fn number<T: Real, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(value.to_f64())
}
