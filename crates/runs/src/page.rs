//! What an experiment shows of a run.

use crate::table::Table;

/// What an experiment shows of a run: on its `report.html`, in `figures/`, and on the terminal at
/// its end.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The outcome in words, one line.
    pub verdict: Option<Verdict>,
    /// What a reader is told before the numbers, as term and text.
    pub reading: Vec<(String, String)>,
    /// The pictures, in the order in which they should be seen.
    pub figures: Vec<Figure>,
    /// The tables, each under a heading.
    pub tables: Vec<(String, Table)>,
}

/// The outcome in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// One line.
    pub text: String,
    /// Whether it is what was hoped for; decides its colour.
    pub holds: bool,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Name of its file, without folder, such as `errors.png`.
    pub file: String,
    /// What it shows, in a sentence or two: also for those who can't see it.
    pub caption: String,
    /// Bytes of the PNG file, two pixels a point.
    pub png: Vec<u8>,
}

impl Figure {
    /// The picture `png` under a file name and a caption.
    pub fn new(file: impl Into<String>, caption: impl Into<String>, png: Vec<u8>) -> Self {
        Self { file: file.into(), caption: caption.into(), png }
    }
}
