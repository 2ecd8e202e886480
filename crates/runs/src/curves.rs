//! Which numbers of a run's steps are drawn as curves.

use crate::figures::{Canvas, Color, Curve, Curves, FigureError, Panel};
use crate::step::StepLine;

/// A panel of the chart of a run's losses.
#[derive(Clone, Copy, Debug)]
pub struct CurvePanel {
    /// What its axis measures.
    pub name: &'static str,
    /// Height relative to the other panels.
    pub height: f32,
    /// Its curves, in the order in which they are drawn.
    pub curves: &'static [CurveOf],
}

/// The curve of a term or note.
#[derive(Clone, Copy, Debug)]
pub struct CurveOf {
    /// The name under which it was told.
    pub term: &'static str,
    /// The name at its end.
    pub label: &'static str,
    /// Its colour.
    pub color: Color,
    /// Whether it is left out where it is absent, or 0 throughout.
    pub optional: bool,
}

/// Values of others at some steps, by term.
pub type Marks<'m> = &'m dyn Fn(&str) -> Vec<(u64, f32)>;

/// Colours for curves that no experiment chose, told apart in any common colour vision.
const COLORS: [Color; 7] = [
    Color::INK,
    Color::BLUE,
    Color::VERMILLION,
    Color::GREEN,
    Color::PURPLE,
    Color::ORANGE,
    Color::SKY,
];

/// The chart of a run's losses: `panels` if there are some, else all that the first step
/// told in one. `marks` gives the values of others.
///
/// # Errors
/// If there are no steps, they don't ascend, or none of the curves is there.
pub fn loss_curves(
    panels: &[CurvePanel],
    lines: &[StepLine],
    marks: Marks<'_>,
    subtitle: &str,
) -> Result<Canvas, FigureError> {
    let steps: Vec<u64> = lines.iter().map(|line| line.step).collect();
    let panels = match panels {
        [] => vec![of_all(lines)],
        panels => chosen(panels, lines, marks),
    };
    Curves { title: "Training losses", subtitle, steps: &steps, panels: &panels }.draw()
}

/// The values of a term; NaN, which leaves a gap, where it is absent.
fn values(lines: &[StepLine], term: &str) -> Vec<f32> {
    lines.iter().map(|line| line.get(term).unwrap_or(f64::NAN) as f32).collect()
}

fn chosen<'a>(panels: &[CurvePanel], lines: &[StepLine], marks: Marks<'_>) -> Vec<Panel<'a>> {
    let mut drawn = Vec::new();
    for panel in panels {
        let mut curves = Vec::new();
        for CurveOf { term, label, color, optional } in panel.curves {
            let there = |line: &StepLine| line.get(term).is_some_and(|value| value != 0.0);
            if !optional || lines.iter().any(there) {
                let values = values(lines, term);
                curves.push(Curve { name: label, color: *color, values, marks: marks(term) });
            }
        }
        if !curves.is_empty() {
            drawn.push(Panel { name: panel.name, height: panel.height, curves });
        }
    }
    drawn
}

fn of_all(lines: &[StepLine]) -> Panel<'_> {
    let names = lines.first().map(|line| line.numbers.iter().map(|(name, _)| name.as_ref()));
    let curve = |(i, name)| Curve {
        name,
        color: COLORS[i % COLORS.len()],
        values: values(lines, name),
        marks: Vec::new(),
    };
    let curves = names.into_iter().flatten().take(COLORS.len()).enumerate().map(curve).collect();
    Panel { name: "loss terms of each step", height: 1.0, curves }
}
