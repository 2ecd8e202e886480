//! A look at a run while it goes on.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::evaluation::{Measure, Measures};
use crate::figures::FigureError;
use crate::page::Figure;

/// The most bytes of all pictures of a probe together: they are kept, and sent to a page.
const MOST_BYTES: usize = 1 << 20;

/// What is seen of a run on its way: a few fixed samples, judged and drawn. The trainer asks for it by
/// [`Experiment::probe`](crate::Experiment::probe); training comes to the same bits with it or without.
#[derive(Clone, Debug, Default)]
pub struct Probe {
    /// Quick measures, on so few samples that they cost next to nothing.
    pub measures: Vec<Measure>,
    /// Small pictures, each with a name of its own.
    pub figures: Vec<Figure>,
}

/// A line of `probes.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeLine {
    /// Steps of the run done; 0 before the first one.
    pub step: u64,
    /// The measures.
    pub measures: Measures,
    /// What knowing nothing would give, for those measures of which that is known.
    #[serde(default, skip_serializing_if = "Measures::is_empty")]
    pub floors: Measures,
    /// The pictures.
    pub figures: Vec<Picture>,
}

/// A picture of a probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// Its name, such as `digits`.
    pub name: String,
    /// What it shows, in a sentence or two.
    pub caption: String,
    /// A PNG in base64.
    pub png: String,
}

impl ProbeLine {
    /// The line of a probe after `step` steps.
    ///
    /// # Errors
    /// When a picture has no pixels, or all of them together have more than a mebibyte.
    pub(crate) fn new(step: u64, probe: &Probe) -> Result<Self, FigureError> {
        let mut left = MOST_BYTES;
        let picture = |figure: &Figure| {
            let png = figure.drawing.png()?;
            left = left.checked_sub(png.len()).ok_or_else(|| FigureError::Range {
                figure: figure.name.clone(),
                field: "png",
                found: png.len(),
                expected: "at most 1048576 bytes in all pictures of a probe together",
            })?;
            let Figure { name, caption, .. } = figure.clone();
            Ok(Picture { name, caption, png: STANDARD.encode(png) })
        };
        let floor = |measure: &Measure| Some((measure.name.clone(), measure.floor?));
        Ok(Self {
            step,
            measures: Measures::from(&probe.measures[..]),
            floors: Measures(probe.measures.iter().filter_map(floor).collect()),
            figures: probe.figures.iter().map(picture).collect::<Result<_, FigureError>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Canvas, Color};

    #[test]
    fn a_line_has_floors_where_they_are_known_and_can_be_read_again() {
        let mut drawing = Canvas::new((20.0, 10.0));
        drawing.fill((2.0, 2.0), (5.0, 5.0), Color::BLUE);
        let probe = Probe {
            measures: vec![
                Measure::new("error", "", 0.5).with_floor(0.75),
                Measure::new("other", "", f64::NAN),
            ],
            figures: vec![Figure::new("square", "A square", drawing.clone())],
        };
        let line = ProbeLine::new(7, &probe).unwrap();
        let text = serde_json::to_string(&line).unwrap();
        let start = r#"{"step":7,"measures":{"error":0.5,"other":"NaN"},"floors":{"error":0.75},"#;
        assert!(text.starts_with(start), "{text}");
        let read: ProbeLine = serde_json::from_str(&text).unwrap();
        assert_eq!(read.figures, line.figures);
        assert_eq!(STANDARD.decode(&read.figures[0].png).unwrap(), drawing.png().unwrap());
    }

    #[test]
    fn pictures_that_are_too_large_together_are_refused_by_name() {
        let noise: Vec<f32> =
            (0..512 * 512).map(|i| ((i * i) % 997) as f32 / 498.5 - 1.0).collect();
        let figures = (0..60).map(|i| {
            let mut drawing = Canvas::new((256.0, 256.0));
            drawing.image(&noise, 512, 1, (0.0, 0.0));
            Figure::new(format!("noise-{i}"), "", drawing)
        });
        let probe = Probe { measures: Vec::new(), figures: figures.collect() };
        let error = ProbeLine::new(0, &probe).unwrap_err().to_string();
        assert!(error.contains("\"noise-") && error.contains("1048576"), "{error}");
    }
}
