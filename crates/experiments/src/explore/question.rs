//! What the panel asks.

use gradroute_runs::AnswerError;
use gradroute_runs::images::Dataset;
use gradroute_runs::images::drawing::{Point, draw};
use serde::Deserialize;

/// A question.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Question {
    /// What can be set and seen.
    About,
    /// What the decoders make of an image.
    See(See),
}

/// An image, and what is changed of its encoding.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct See {
    pub image: Image,
    /// The whole encoding, if it is not the encoder's.
    #[serde(default)]
    pub encoding: Option<Vec<f64>>,
    /// The groups whose dims are set to 0, by their numbers.
    #[serde(default)]
    pub off: Vec<usize>,
}

/// An image to look at.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Image {
    /// A test image, by its number from 0.
    Test(usize),
    /// One that was drawn.
    Drawn {
        /// Lines on the pad.
        lines: Vec<Vec<Point>>,
        /// Whether it is scaled and moved as MNIST's images were.
        framed: bool,
    },
}

impl Question {
    /// Reads a question.
    ///
    /// # Errors
    /// Where it is none.
    pub fn read(text: &str) -> Result<Self, AnswerError> {
        serde_json::from_str(text).map_err(|error| format!("the question is none: {error}").into())
    }
}

impl Image {
    /// Its pixels `[rows, columns]`, and its label if it has one.
    ///
    /// # Errors
    /// When there is no such image.
    pub fn pixels(&self, test: &Dataset) -> Result<(Vec<u8>, Option<u8>), AnswerError> {
        match self {
            &Image::Test(index) if index < test.len() => {
                Ok((test.image(index).to_vec(), Some(test.labels()[index])))
            }
            Image::Test(index) => {
                let last = test.len() - 1;
                Err(format!("there is no test image {index}; expected one from 0 to {last}").into())
            }
            Image::Drawn { .. } if test.rows() != test.columns() => {
                Err("images of this data set are not square, so none can be drawn".into())
            }
            Image::Drawn { lines, framed } => Ok((draw(lines, test.rows(), *framed)?, None)),
        }
    }
}
