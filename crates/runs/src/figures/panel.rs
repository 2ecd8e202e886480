//! One panel of a chart of curves: its axis, its curves and their names.

use super::axis::{Axis, significant};
use super::canvas::Canvas;
use super::curve::{Curve, LEFT, Panel, RIGHT, WIDTH};
use super::palette::Color;
use super::smoothing::running_mean;
use super::spread::diamond;
use super::style::{Align, Point, Stroke, TextStyle};
use super::text;
use super::thinning::lines;

/// Room that the axis' name takes above the frame.
pub(super) const BELOW_NAME: f32 = 34.0;

/// Height that a label of the axis needs.
const LABEL_ROOM: f32 = 22.0;
const LABEL_STEP: f32 = 45.0;
/// From a curve's end to the frame.
const LONGEST_LEADER: f32 = 40.0;
/// Up to this many values each gets a marker of its own.
const MOST_MARKERS: usize = 60;

/// A value of others beside a curve.
pub(super) struct Mark {
    /// Its place along the steps.
    pub(super) x: f32,
    pub(super) value: f32,
    pub(super) color: Color,
}

/// The area of a panel and its axis.
pub(super) struct Frame {
    pub(super) axis: Axis,
    top: f32,
    base: f32,
}

impl Frame {
    /// A frame from `top` to `base` that holds every value of the curves that is finite.
    pub(super) fn new(curves: &[Curve<'_>], marks: &[Mark], top: f32, base: f32) -> Frame {
        let most = ((base - top) / LABEL_ROOM) as usize;
        let values = || curves.iter().flat_map(|c| &c.values).copied();
        // What is marked has room, but does not decide what kind of axis it is.
        let axis = Axis::of(values(), most);
        let marks = marks.iter().map(|mark| mark.value).filter(|value| axis.holds(*value));
        Frame { axis: Axis::of(values().chain(marks), most), top, base }
    }

    /// Draws axis, curves and names; `xs` are the places of the steps.
    pub(super) fn draw(
        &self,
        canvas: &mut Canvas,
        panel: &Panel<'_>,
        xs: &[f32],
        smooth: Option<usize>,
    ) {
        self.draw_axis(canvas, panel.name);
        let mut ends = Vec::with_capacity(panel.curves.len());
        for curve in &panel.curves {
            let thin = self.points(xs, &curve.values);
            let Some(half) = smooth else {
                draw(canvas, &thin, Stroke::new(curve.color, 2.6));
                if xs.len() <= MOST_MARKERS {
                    let marker = Stroke::new(curve.color, 7.0);
                    thin.iter().flatten().for_each(|p| canvas.stroke(&[*p], marker));
                }
                ends.push(self.end_of(xs, &curve.values));
                continue;
            };
            draw(canvas, &thin, Stroke { alpha: 0.3, ..Stroke::new(curve.color, 1.1) });
            let means = running_mean(&curve.values, half, &self.axis);
            draw(canvas, &self.points(xs, &means), Stroke::new(curve.color, 3.0));
            ends.push(End { last: last_of(&curve.values, &means), ..self.end_of(xs, &means) });
        }
        self.draw_names(canvas, &panel.curves, &ends);
    }

    /// Draws marks above all curves, with a light edge that parts them from these.
    pub(super) fn draw_marks(&self, canvas: &mut Canvas, marks: &[Mark]) {
        for mark in marks.iter().filter(|mark| self.axis.holds(mark.value)) {
            let at = (mark.x, self.y_of(f64::from(mark.value)));
            canvas.stroke(&[at], Stroke::new(Color::PAPER, 13.0));
            diamond(canvas, at, mark.color);
        }
    }

    fn y_of(&self, value: f64) -> f32 {
        self.base - self.axis.share(value) as f32 * (self.base - self.top)
    }

    /// The points of a curve, as lines between its gaps.
    fn points(&self, xs: &[f32], values: &[f32]) -> Vec<Vec<Point>> {
        let point = |(x, value): (&f32, &f32)| {
            self.axis.holds(*value).then(|| (*x, self.y_of(f64::from(*value))))
        };
        lines(xs.iter().zip(values).map(point))
    }

    fn end_of(&self, xs: &[f32], values: &[f32]) -> End {
        let shown = values.iter().rposition(|v| self.axis.holds(*v)).map(|i| (xs[i], values[i]));
        End { last: values.last().copied().unwrap_or(f32::NAN), shown }
    }

    fn draw_axis(&self, canvas: &mut Canvas, name: &str) {
        let style = TextStyle::regular(17.0, Color::INK);
        for tick in &self.axis.ticks {
            let y = self.y_of(tick.value);
            let width = if tick.label.is_some() { 1.4 } else { 0.6 };
            canvas.stroke(&[(LEFT, y), (RIGHT, y)], Stroke::new(Color::GRID, width));
            if let Some(label) = &tick.label {
                canvas.text(label, (LEFT - 10.0, y + 6.0), Align::End, style);
            }
        }
        let style = TextStyle::regular(17.0, Color::MUTED);
        let scale = if self.axis.logarithmic { ", logarithmic scale" } else { "" };
        let name = text::shorten(&format!("{name}{scale}"), style, RIGHT - 30.0);
        canvas.text(&name, (30.0, self.top - 12.0), Align::Start, style);
    }

    /// Name and last value of each curve, right of the frame at the height where it ends: a
    /// legend that covers nothing and needs no colours to be looked up.
    fn draw_names(&self, canvas: &mut Canvas, curves: &[Curve<'_>], ends: &[End]) {
        let wanted: Vec<f32> = ends
            .iter()
            .map(|end| end.shown.map_or(self.base, |(_, value)| self.y_of(f64::from(value))))
            .collect();
        let placed = spread(&wanted, LABEL_STEP, (self.top + 10.0, self.base - 14.0));
        for (i, curve) in curves.iter().enumerate() {
            let y = placed[i];
            // One that ends early has none, which would look like a part of the curve.
            if let Some((x, _)) = ends[i].shown.filter(|(x, _)| RIGHT - x < LONGEST_LEADER) {
                let thin = Stroke { alpha: 0.7, ..Stroke::new(curve.color, 1.2) };
                let points = [(x + 4.0, wanted[i]), (RIGHT + 16.0, y), (RIGHT + 24.0, y)];
                canvas.stroke(&points, thin);
            }
            canvas.stroke(&[(RIGHT + 26.0, y), (RIGHT + 40.0, y)], Stroke::new(curve.color, 5.0));
            let style = TextStyle::semibold(18.0, Color::INK);
            let name = text::shorten(curve.name, style, WIDTH - RIGHT - 58.0);
            canvas.text(&name, (RIGHT + 50.0, y - 1.0), Align::Start, style);
            let style = TextStyle::regular(16.0, Color::MUTED);
            let value = significant(f64::from(ends[i].last));
            canvas.text(&value, (RIGHT + 50.0, y + 18.0), Align::Start, style);
        }
    }
}

/// How a curve ends.
struct End {
    /// The last value, which may not be one that can be shown.
    last: f32,
    /// Place and value of the last one that can.
    shown: Option<(f32, f32)>,
}

/// The last mean, or the last value itself where it has none (NaN, infinite, zero).
fn last_of(values: &[f32], means: &[f32]) -> f32 {
    let [value, mean] = [values, means].map(|v| v.last().copied().unwrap_or(f32::NAN));
    if mean.is_finite() { mean } else { value }
}

fn draw(canvas: &mut Canvas, lines: &[Vec<Point>], stroke: Stroke) {
    lines.iter().for_each(|line| canvas.stroke(line, stroke));
}

/// Moves labels apart to at least `step`, in their order, within `limits`; nearer together where
/// they don't fit otherwise.
pub(super) fn spread(wanted: &[f32], step: f32, limits: (f32, f32)) -> Vec<f32> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let step = step.min((limits.1 - limits.0) / (wanted.len().max(2) - 1) as f32);
    let mut placed = wanted.to_vec();
    // Downwards each label makes room for itself, then upwards those pushed out come back in.
    let mut highest = limits.0;
    for &i in &order {
        placed[i] = placed[i].max(highest);
        highest = placed[i] + step;
    }
    let mut lowest = limits.1;
    for &i in order.iter().rev() {
        placed[i] = placed[i].min(lowest);
        lowest = placed[i] - step;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn spread_labels_keep_order_distance_and_limits(
            wanted in proptest::collection::vec(0.0f32..700.0, 1..8),
        ) {
            let placed = spread(&wanted, 40.0, (100.0, 600.0));
            let mut order: Vec<usize> = (0..wanted.len()).collect();
            order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
            for pair in order.windows(2) {
                prop_assert!(placed[pair[1]] - placed[pair[0]] >= 39.9);
            }
            prop_assert!(placed.iter().all(|y| (99.9..600.1).contains(y)));
        }
    }
}
