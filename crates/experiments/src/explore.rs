//! A trained model explored in a browser: an image from the test set or drawn by hand, its encoding as
//! sliders, and what the decoders make of it. The [panel](PANEL) asks, [`answer`] answers.

mod about;
mod question;
mod seen;
#[cfg(test)]
mod tests;

use gradroute_runs::AnswerError;
use gradroute_runs::images::{Data, Dataset};
use gradroute_tape::Real;
use ndarray::ArrayView2;
use serde::Serialize;

pub(crate) use question::Question;
pub(crate) use seen::{Decoded, Seen};

/// The panel's script.
pub(crate) const PANEL: &str = include_str!("explore/panel.js");

/// Dims of the encoding that belong together, and can be set to 0 together.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Group {
    /// What they are called.
    pub name: String,
    /// What they are for, in a few words.
    pub about: String,
    /// The dims, from 0.
    pub dims: std::ops::Range<usize>,
}

/// A decoder.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Output {
    /// What it is called.
    pub name: &'static str,
    /// What it sees, in a few words.
    pub about: String,
}

/// A model that can be explored.
pub(crate) trait Explored<T: Real> {
    /// The pixels of its images that are black and white.
    const RANGE: [f64; 2];

    /// The dims of its encoding, each in one group.
    fn groups(&self) -> Vec<Group>;

    /// Its decoders.
    fn outputs(&self) -> Vec<Output>;

    /// The encodings `[n, dims]` of `pixels` `[n, pixels]` in `[0, 1]`.
    fn encode(&mut self, pixels: ArrayView2<'_, T>) -> Vec<T>;

    /// What each decoder makes of one encoding `[dims]`, held against `pixels` `[1, pixels]`.
    fn decode(&mut self, pixels: ArrayView2<'_, T>, encoding: &[T]) -> Vec<Decoded<T>>;

    /// Images in [`Explored::RANGE`] that know nothing of the one at hand, by name.
    fn floors(train: &Dataset) -> Vec<(&'static str, Vec<f64>)>;

    /// What came of it, in a sentence.
    fn in_words(&self, seen: &Seen<T>) -> String;
}

/// What is computed once for all questions.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    floors: Vec<(&'static str, Vec<f64>)>,
}

/// Answers a question of the panel. `known` is kept between questions.
///
/// # Errors
/// When the question is none, or asks for what is not there.
pub(crate) fn answer<T: Real, M: Explored<T>>(
    model: &mut M,
    data: &Data,
    known: &mut Option<Known>,
    question: &str,
) -> Result<String, AnswerError> {
    let known = known.get_or_insert_with(|| Known { floors: M::floors(&data.train) });
    match Question::read(question)? {
        Question::About => Ok(serde_json::to_string(&about::about(model, &data.test))?),
        Question::See(see) => {
            Ok(serde_json::to_string(&seen::see(model, &data.test, known, see)?)?)
        }
    }
}
