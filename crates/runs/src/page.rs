//! What an experiment shows of a run.

use crate::figures::{Canvas, FigureError};
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
    /// Whether it is what was hoped for; none where that can't be said. It decides the colour.
    pub holds: Option<bool>,
}

/// A picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its name, such as `errors`: its files are `errors.png` and `errors.svg`.
    pub name: String,
    /// What it shows, in a sentence or two: also for those who can't see it.
    pub caption: String,
    /// What was drawn.
    pub drawing: Canvas,
}

impl Figure {
    /// The picture `drawing` under a name, which its files have, and a caption.
    pub fn new(name: impl Into<String>, caption: impl Into<String>, drawing: Canvas) -> Self {
        Self { name: name.into(), caption: caption.into(), drawing }
    }

    /// Its files, by name: a PNG, and an SVG for a paper.
    ///
    /// # Errors
    /// If the picture is so small that it has no pixels.
    pub fn files(&self) -> Result<[(String, Vec<u8>); 2], FigureError> {
        let Self { name, caption, drawing } = self;
        let svg = drawing.svg(caption).into_bytes();
        Ok([(format!("{name}.png"), drawing.png()?), (format!("{name}.svg"), svg)])
    }
}
