//! What a chart of curves holds, and where all its panels begin and end.

use super::palette::Color;

/// Width of the chart, and both ends of its panels.
pub(super) const WIDTH: f32 = 1280.0;
pub(super) const LEFT: f32 = 98.0;
pub(super) const RIGHT: f32 = WIDTH - 236.0;

/// One curve: a value for each step.
#[derive(Clone, Debug)]
pub struct Curve<'a> {
    /// Name written at the curve's end.
    pub name: &'a str,
    /// Colour of the curve.
    pub color: Color,
    /// The values, one a step. What is not finite leaves a gap, and how many there are is stated
    /// under the chart.
    pub values: Vec<f32>,
    /// Steps and values of others, marked with hollow diamonds. Those outside
    /// the steps of the chart are left out.
    pub marks: Vec<(u64, f32)>,
}

/// Curves that share an axis: a logarithmic one if all values are above 0, else a linear one. Losses of different sizes are easier to read in panels
/// of their own, above each other over the same steps.
#[derive(Clone, Debug)]
pub struct Panel<'a> {
    /// What the axis measures; "logarithmic scale" is added to it where it is one.
    pub name: &'a str,
    /// Height relative to the other panels.
    pub height: f32,
    /// The curves, drawn in this order.
    pub curves: Vec<Curve<'a>>,
}
