//! A quantity over several runs, drawn as mean, interval and single runs.

use super::canvas::Canvas;
use super::palette::Color;
use super::style::{Align, Point, Stroke, TextStyle};
use super::text::text_width;

/// A quantity over the runs of a setting.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread {
    /// The value of each run.
    pub values: Vec<f64>,
    /// Their mean.
    pub mean: f64,
    /// Both ends of the mean's confidence interval; none for a single run.
    pub interval: Option<(f64, f64)>,
    /// Results of others.
    pub references: Vec<f64>,
}

/// What marks a mean, so that no figure relies on colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// A filled circle.
    Circle,
    /// A filled square.
    Square,
    /// A short bar across the axis.
    Bar,
}

/// Single runs and results of others stand beside the mean by so much.
const ASIDE: f32 = 6.5;

impl Spread {
    /// The greatest value that an axis from 0 on should reach: every finite run and reference, and
    /// the interval up to one and a half times these. 0 if there is no finite, positive one.
    pub fn highest(&self) -> f64 {
        let finite =
            |values: &[f64]| values.iter().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
        let shown = finite(&self.values).max(finite(&self.references));
        // Two runs can have an interval that would squeeze everything else.
        let end = self.interval.map_or(0.0, |(_, end)| if end.is_finite() { end } else { 0.0 });
        shown.max(end.min(1.5 * shown))
    }

    /// Draws it along an axis that runs from 0 to `highest`. `at(value, aside)` gives the place of
    /// a value, so many points aside of the quantity's own line: single runs stand on the side
    /// where `aside` is positive, references on the other. An interval is cut off at the axis'
    /// ends; what is not finite is left out.
    ///
    /// # Panics
    /// If `highest` is negative or not a number and there is an interval.
    pub fn draw(
        &self,
        canvas: &mut Canvas,
        color: Color,
        marker: Marker,
        highest: f64,
        at: impl Fn(f64, f32) -> Point,
    ) {
        if let Some((low, high)) = self.interval.filter(|(low, high)| (high - low).is_finite()) {
            let ends = [low, high].map(|end| end.clamp(0.0, highest));
            canvas.stroke(&ends.map(|end| at(end, 0.0)), Stroke::new(color, 2.4));
            // A cap says that the interval ends there and is not cut off.
            for (end, drawn) in [low, high].into_iter().zip(ends) {
                if end == drawn {
                    canvas.stroke(&[at(end, -3.5), at(end, 3.5)], Stroke::new(color, 2.0));
                }
            }
        }
        if self.values.len() > 1 {
            for value in self.values.iter().filter(|value| value.is_finite()) {
                let dot = Stroke { alpha: 0.55, ..Stroke::new(color, 4.0) };
                canvas.stroke(&[at(*value, ASIDE)], dot);
            }
        }
        if self.mean.is_finite() {
            mark(canvas, marker, color, |along| at(self.mean, along));
        }
        for value in self.references.iter().filter(|value| value.is_finite()) {
            diamond(canvas, at(*value, -ASIDE), color);
        }
    }
}

/// The mark of a mean; `across` gives its centre line.
pub(super) fn mark(
    canvas: &mut Canvas,
    marker: Marker,
    color: Color,
    across: impl Fn(f32) -> Point,
) {
    let (x, y) = across(0.0);
    match marker {
        Marker::Circle => canvas.stroke(&[(x, y)], Stroke::new(color, 9.0)),
        Marker::Square => canvas.fill((x - 4.2, y - 4.2), (8.4, 8.4), color),
        Marker::Bar => canvas.stroke(&[across(-5.0), across(5.0)], Stroke::new(color, 4.0)),
    }
}

/// The mark of a result of others around a point: hollow, so that it is not taken for ours.
pub fn diamond(canvas: &mut Canvas, (x, y): Point, color: Color) {
    const REACH: f32 = 5.0;
    let corners = [(x, y - REACH), (x + REACH, y), (x, y + REACH), (x - REACH, y), (x, y - REACH)];
    canvas.stroke(&corners, Stroke::new(color, 1.8));
}

/// A legend's entry that starts at a point on its baseline: `draw` makes the mark around the
/// point it is given, up to 10 points to each side, and the name follows. Returns the x where the
/// next entry may start.
pub fn legend_entry(
    canvas: &mut Canvas,
    (x, y): Point,
    name: &str,
    draw: impl FnOnce(&mut Canvas, Point),
) -> f32 {
    let style = TextStyle::regular(17.0, Color::INK);
    draw(canvas, (x + 10.0, y - 6.0));
    canvas.text(name, (x + 26.0, y), Align::Start, style);
    x + 26.0 + text_width(name, style) + 30.0
}

/// A legend's entry for means that [`Spread::draw`] has drawn with this colour and marker. As
/// [`legend_entry`], it returns the x where the next entry may start.
pub fn legend_mean(
    canvas: &mut Canvas,
    at: Point,
    name: &str,
    color: Color,
    marker: Marker,
) -> f32 {
    legend_entry(canvas, at, name, |canvas, (x, y)| {
        mark(canvas, marker, color, |along| (x + along, y));
    })
}

/// The legend of what accompanies the means of `spreads`: intervals and single runs if one of
/// them has several, results of others where there are some, and the error without information,
/// a dashed line, by the name of what makes it.
pub fn legend_rest<'a>(
    canvas: &mut Canvas,
    (x, y): Point,
    spreads: impl Iterator<Item = &'a Spread> + Clone,
    floor: &str,
) {
    let mut x = x;
    if spreads.clone().any(|spread| spread.values.len() > 1) {
        x = legend_entry(canvas, (x, y), "95 % interval over runs", |canvas, (x, y)| {
            canvas.stroke(&[(x - 9.0, y), (x + 9.0, y)], Stroke::new(Color::MUTED, 2.4));
        });
        x = legend_entry(canvas, (x, y), "single run", |canvas, at| {
            canvas.stroke(&[at], Stroke { alpha: 0.55, ..Stroke::new(Color::MUTED, 4.0) });
        });
    }
    if spreads.clone().any(|spread| !spread.references.is_empty()) {
        x = legend_entry(canvas, (x, y), "reference result", |canvas, at| {
            diamond(canvas, at, Color::MUTED);
        });
    }
    legend_entry(canvas, (x, y), &format!("{floor} (no information)"), |canvas, (x, y)| {
        canvas.dashed((x - 10.0, y), (x + 10.0, y), 4.0, Stroke::new(Color::INK, 2.0));
    });
}
