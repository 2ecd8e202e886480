//! Quantities over the values of a setting: mean, interval as a band, single runs.

mod places;

use std::cmp::Ordering;

use super::axis::{Axis, significant};
use super::canvas::Canvas;
use super::curve::{LEFT, RIGHT, WIDTH};
use super::error::FigureError;
use super::palette::Color;
use super::panel::{BELOW_NAME, spread as apart};
use super::spread::{Marker, Spread, mark};
use super::style::{Align, Stroke, TextStyle};
use super::text;
pub use places::Places;

/// Panels of quantities over the values of a setting, above each other.
///
/// ```
/// use gradroute_runs::figures::{BandCurve, BandPanel, Bands, FigureError, Places, Spread};
///
/// let over_runs = |mean| {
///     let interval = Some((mean - 0.02, mean + 0.02));
///     Some(Spread { values: vec![mean - 0.01, mean + 0.01], mean, interval, references: vec![] })
/// };
/// let at = vec![over_runs(0.3), over_runs(0.2), over_runs(0.1)];
/// let curves = vec![BandCurve { name: "routed", at }];
/// let canvas = Bands {
///     title: "Errors",
///     subtitle: "on the test set",
///     setting: "model.encoding",
///     places: Places::Numbers(vec![8.0, 16.0, 32.0]),
///     panels: &[BandPanel { name: "MAE", curves, floor: Some(0.5) }],
/// }
/// .draw()?;
/// assert!(canvas.svg("Errors").starts_with("<svg"));
/// # Ok::<(), FigureError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Bands<'a> {
    /// Title above the chart.
    pub title: &'a str,
    /// A line of explanation under the title; empty for none.
    pub subtitle: &'a str,
    /// What is set.
    pub setting: &'a str,
    /// Its values.
    pub places: Places,
    /// The panels, from the top down.
    pub panels: &'a [BandPanel<'a>],
}

/// Curves of one quantity.
#[derive(Clone, Debug)]
pub struct BandPanel<'a> {
    /// What it measures.
    pub name: &'a str,
    /// The curves, at most 8.
    pub curves: Vec<BandCurve<'a>>,
    /// What knowing nothing would give.
    pub floor: Option<f64>,
}

/// A quantity at each place.
#[derive(Clone, Debug)]
pub struct BandCurve<'a> {
    /// Name written at the curve's end.
    pub name: &'a str,
    /// The quantity over the runs at each place; `None` where there are none.
    pub at: Vec<Option<Spread>>,
}

const PANEL: f32 = 250.0;
const GAP: f32 = 26.0;
const FIRST: f32 = 102.0;
const BELOW: f32 = 100.0;
const LABEL_STEP: f32 = 26.0;
const MOST_PANELS: usize = 6;
const MOST_CURVES: usize = 8;
/// What tells curves apart: colour and mark.
const LOOKS: [(Color, Marker); MOST_CURVES] = [
    (Color::BLUE, Marker::Circle),
    (Color::VERMILLION, Marker::Square),
    (Color::GREEN, Marker::Bar),
    (Color::PURPLE, Marker::Circle),
    (Color::ORANGE, Marker::Square),
    (Color::SKY, Marker::Bar),
    (Color::INK, Marker::Circle),
    (Color::MUTED, Marker::Square),
];

impl Bands<'_> {
    /// Draws the chart.
    ///
    /// # Errors
    /// If there are no places, no panels or more than 6, no curves in a panel or more than 8, if
    /// numbers don't ascend, or if a curve has not one quantity for each place.
    pub fn draw(&self) -> Result<Canvas, FigureError> {
        self.check()?;
        let panels = self.panels.len() as f32;
        let base = FIRST + panels * PANEL + (panels - 1.0) * GAP;
        let mut canvas = Canvas::new((WIDTH, base + BELOW));
        canvas.heading(self.title, self.subtitle, 30.0, WIDTH - 60.0);
        let xs = self.places.xs();
        for (i, panel) in self.panels.iter().enumerate() {
            let top = FIRST + i as f32 * (PANEL + GAP);
            Frame::new(panel, top + BELOW_NAME, top + PANEL).draw(&mut canvas, panel, &xs);
        }
        self.setting_axis(&mut canvas, &xs, base);
        Ok(canvas)
    }

    fn check(&self) -> Result<(), FigureError> {
        let figure = || self.title.to_owned();
        let curves = self.panels.iter().map(|panel| panel.curves.len());
        let (fewest, most) = (curves.clone().min().unwrap_or(0), curves.max().unwrap_or(0));
        let places = self.places.len();
        for (field, empty) in [
            ("places", places == 0),
            ("panels", self.panels.is_empty()),
            ("panels[].curves", fewest == 0),
        ] {
            if empty {
                return Err(FigureError::Empty { figure: figure(), field });
            }
        }
        for (field, found, limit, expected) in [
            ("panels", self.panels.len(), MOST_PANELS, "at most 6 panels"),
            ("panels[].curves", most, MOST_CURVES, "at most 8 curves"),
        ] {
            if found > limit {
                return Err(FigureError::Range { figure: figure(), field, found, expected });
            }
        }
        if let Places::Numbers(numbers) = &self.places
            && let Some(pair) = numbers
                .windows(2)
                .find(|pair| pair[0].partial_cmp(&pair[1]) != Some(Ordering::Less))
        {
            let (field, found) = ("places", format!("{} behind {}", pair[1], pair[0]));
            let expected = "numbers that ascend";
            return Err(FigureError::Value { figure: figure(), field, found, expected });
        }
        for curve in self.panels.iter().flat_map(|panel| &panel.curves) {
            let (found, expected) = (curve.at.len(), places);
            if found != expected {
                let field = format!("places of the curve `{}`", curve.name);
                let rule = "one a place";
                return Err(FigureError::Length { figure: figure(), field, found, expected, rule });
            }
        }
        Ok(())
    }

    fn setting_axis(&self, canvas: &mut Canvas, xs: &[f32], base: f32) {
        let style = TextStyle::regular(17.0, Color::INK);
        let mut free = f32::NEG_INFINITY;
        for (name, &x) in self.places.names().iter().zip(xs) {
            canvas.stroke(&[(x, base), (x, base + 7.0)], Stroke::new(Color::INK, 1.5));
            let half = text::text_width(name, style) / 2.0;
            // Where places are near each other, not all have room for their names.
            if x - half > free {
                canvas.text(name, (x, base + 28.0), Align::Middle, style);
                free = x + half + 8.0;
            }
        }
        let style = TextStyle::regular(17.0, Color::MUTED);
        let scale = if self.places.is_logarithmic() { ", logarithmic scale" } else { "" };
        let setting = text::shorten(&format!("{}{scale}", self.setting), style, RIGHT - LEFT);
        canvas.text(&setting, ((LEFT + RIGHT) / 2.0, base + 54.0), Align::Middle, style);
        let style = TextStyle::regular(15.0, Color::MUTED);
        let note = "Marks: means over runs. Bands: their 95 % intervals, cut at the frame. Dots: \
                    single runs. Dashed: knowing nothing.";
        canvas.text(note, (30.0, base + BELOW - 16.0), Align::Start, style);
    }
}

/// The area of a panel and its axis.
struct Frame {
    axis: Axis,
    top: f32,
    base: f32,
}

impl Frame {
    fn new(panel: &BandPanel<'_>, top: f32, base: f32) -> Self {
        let spreads = || panel.curves.iter().flat_map(|curve| curve.at.iter().flatten());
        let shown = spreads().flat_map(|s| s.values.iter().copied().chain([s.mean]));
        let shown = shown.chain(panel.floor).filter(|value| value.is_finite());
        let ends = |values: &mut dyn Iterator<Item = f64>| {
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)))
        };
        let (low, high) = ends(&mut shown.into_iter());
        // Two runs can have an interval that would squeeze everything else.
        let (least, most) = (low - (high - low) / 2.0, high + (high - low) / 2.0);
        let of_intervals = spreads().filter_map(|s| s.interval).flat_map(|(a, b)| [a, b]);
        let mut all = of_intervals
            .filter(|end| end.is_finite())
            .map(|end| end.clamp(least.min(most), most.max(least)))
            .chain([low, high].into_iter().filter(|end| end.is_finite()));
        let (low, high) = ends(&mut all);
        let axis = match low <= high {
            true => Axis::linear(low, high, 10),
            false => Axis::linear(0.0, 1.0, 10),
        };
        Self { axis, top, base }
    }

    fn y_of(&self, value: f64) -> f32 {
        let y = self.base - self.axis.share(value) as f32 * (self.base - self.top);
        y.clamp(self.top, self.base)
    }

    fn draw(&self, canvas: &mut Canvas, panel: &BandPanel<'_>, xs: &[f32]) {
        let style = TextStyle::regular(17.0, Color::INK);
        for tick in &self.axis.ticks {
            let y = self.y_of(tick.value);
            canvas.stroke(&[(LEFT, y), (RIGHT, y)], Stroke::new(Color::GRID, 1.4));
            if let Some(label) = &tick.label {
                canvas.text(label, (LEFT - 10.0, y + 6.0), Align::End, style);
            }
        }
        canvas.stroke(&[(LEFT, self.base), (RIGHT, self.base)], Stroke::new(Color::INK, 1.5));
        let style = TextStyle::semibold(17.0, Color::INK);
        let name = text::shorten(panel.name, style, WIDTH - 60.0);
        canvas.text(&name, (30.0, self.top - 14.0), Align::Start, style);
        if let Some(floor) = panel.floor.filter(|floor| floor.is_finite()) {
            let y = self.y_of(floor);
            canvas.dashed((LEFT, y), (RIGHT, y), 6.0, Stroke::new(Color::INK, 1.6));
        }
        for (curve, look) in panel.curves.iter().zip(LOOKS) {
            self.band(canvas, curve, xs, look.0);
        }
        for (curve, look) in panel.curves.iter().zip(LOOKS) {
            self.curve(canvas, curve, xs, look);
        }
        self.names(canvas, panel, xs);
    }

    /// The intervals, as a band where neighbours have some, as a bar where one stands alone.
    fn band(&self, canvas: &mut Canvas, curve: &BandCurve<'_>, xs: &[f32], color: Color) {
        let interval = |spread: &Option<Spread>| {
            let (low, high) = spread.as_ref()?.interval?;
            (low.is_finite() && high.is_finite()).then(|| [self.y_of(high), self.y_of(low)])
        };
        let edges: Vec<_> =
            xs.iter().zip(&curve.at).map(|(x, spread)| Some((*x, interval(spread)?))).collect();
        for run in edges.split(Option::is_none) {
            let run: Vec<_> = run.iter().flatten().copied().collect();
            match run[..] {
                [] => {}
                [(x, [above, below])] => {
                    let stroke = Stroke { alpha: 0.4, ..Stroke::new(color, 8.0) };
                    canvas.stroke(&[(x, above), (x, below)], stroke);
                }
                _ => canvas.band(run, color, 0.2),
            }
        }
    }

    fn curve(
        &self,
        canvas: &mut Canvas,
        curve: &BandCurve<'_>,
        xs: &[f32],
        (color, marker): (Color, Marker),
    ) {
        let points: Vec<Option<(f32, f32)>> = xs
            .iter()
            .zip(&curve.at)
            .map(|(x, spread)| {
                let mean = spread.as_ref()?.mean;
                mean.is_finite().then(|| (*x, self.y_of(mean)))
            })
            .collect();
        for line in points.split(Option::is_none) {
            let line: Vec<_> = line.iter().flatten().copied().collect();
            canvas.stroke(&line, Stroke::new(color, 2.4));
        }
        for (x, spread) in xs.iter().zip(&curve.at) {
            let values = spread.iter().filter(|s| s.values.len() > 1).flat_map(|s| &s.values);
            for value in values.filter(|value| value.is_finite()) {
                let dot = Stroke { alpha: 0.55, ..Stroke::new(color, 4.0) };
                canvas.stroke(&[(x + 7.0, self.y_of(*value))], dot);
            }
        }
        for &(x, y) in points.iter().flatten() {
            mark(canvas, marker, color, |along| (x + along, y));
        }
    }

    /// Name and last mean of each curve, right of the frame at the height where it ends.
    fn names(&self, canvas: &mut Canvas, panel: &BandPanel<'_>, xs: &[f32]) {
        let end = |curve: &BandCurve<'_>| {
            let ends = curve.at.iter().zip(xs).rev();
            let mut means = ends.filter_map(|(spread, x)| Some((*x, spread.as_ref()?.mean)));
            means.find(|(_, mean)| mean.is_finite())
        };
        let ends: Vec<Option<(f32, f64)>> = panel.curves.iter().map(end).collect();
        let y_of = |end: &Option<(f32, f64)>| end.map_or(self.base, |(_, mean)| self.y_of(mean));
        let wanted: Vec<f32> = ends.iter().map(y_of).collect();
        let placed = apart(&wanted, LABEL_STEP, (self.top + 10.0, self.base - 10.0));
        let curves = panel.curves.iter().zip(&ends).zip(wanted.iter().zip(placed)).zip(LOOKS);
        for (((curve, end), (from, y)), (color, marker)) in curves {
            if let Some((x, _)) = end {
                let thin = Stroke { alpha: 0.7, ..Stroke::new(color, 1.2) };
                canvas.stroke(&[(x + 8.0, *from), (RIGHT + 12.0, y), (RIGHT + 20.0, y)], thin);
            }
            mark(canvas, marker, color, |along| (RIGHT + 30.0 + along, y));
            let style = TextStyle::semibold(16.0, Color::INK);
            let value = end.map(|(_, mean)| format!("  {}", significant(mean))).unwrap_or_default();
            let name = text::shorten(curve.name, style, WIDTH - RIGHT - 110.0);
            canvas.text(&name, (RIGHT + 44.0, y + 5.0), Align::Start, style);
            let after = RIGHT + 44.0 + text::text_width(&name, style);
            let style = TextStyle::regular(15.0, Color::MUTED);
            canvas.text(&value, (after, y + 5.0), Align::Start, style);
        }
    }
}

#[cfg(test)]
mod tests;
