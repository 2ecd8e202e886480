//! Loss curves over the steps of training, on logarithmic axes where they can be.

use super::axis::linear_ticks;
use super::canvas::Canvas;
use super::curve::{Curve, LEFT, Panel, RIGHT, WIDTH};
use super::error::FigureError;
use super::palette::Color;
use super::panel::{BELOW_NAME, Frame, Mark};
use super::smoothing::window;
use super::style::{Align, Stroke, TextStyle};

/// Panels of curves over steps.
///
/// From 400 steps on each curve is drawn twice: thin, with every value, and thick, as a running
/// mean: on a logarithmic axis the geometric one, which is the arithmetic one there. Few values
/// have a dot each.
#[derive(Clone, Copy, Debug)]
pub struct Curves<'a> {
    /// Title above the chart.
    pub title: &'a str,
    /// A line of explanation under the title; empty for none.
    pub subtitle: &'a str,
    /// Step numbers, ascending.
    pub steps: &'a [u64],
    /// The panels, from the top down.
    pub panels: &'a [Panel<'a>],
}

const HEIGHT: f32 = 760.0;
const TOP_EDGE: f32 = 102.0;
const BASE: f32 = HEIGHT - 104.0;
/// Curves stop short of the frame, so that their ends can be told from it.
const END_ROOM: f32 = 8.0;
/// Between one panel's base and the next one's name.
const PANEL_GAP: f32 = 18.0;
const MOST_PANELS: usize = 4;
const MOST_CURVES: usize = 10;

impl Curves<'_> {
    /// Draws the chart.
    ///
    /// # Errors
    /// If there are no steps, no panels or more than 4, a panel without curves or with more than
    /// 10, if steps don't ascend or if a curve holds another number of values than there are
    /// steps.
    pub fn draw(&self) -> Result<Canvas, FigureError> {
        self.check()?;
        let mut canvas = Canvas::new((WIDTH, HEIGHT));
        canvas.heading(self.title, self.subtitle, 30.0, WIDTH - 60.0);
        let xs: Vec<f32> = self.steps.iter().map(|step| self.x_of(*step)).collect();
        let smooth = window(self.steps.len());

        let gaps = PANEL_GAP * (self.panels.len() - 1) as f32;
        let room = BASE - TOP_EDGE - gaps;
        let shares: f32 = self.panels.iter().map(share).sum();
        let (mut top, mut left_out) = (TOP_EDGE, 0);
        let mut logarithmic = Vec::new();
        for panel in self.panels {
            let height = room * share(panel) / shares;
            let marks = self.marks(panel);
            let frame = Frame::new(&panel.curves, &marks, top + BELOW_NAME, top + height);
            frame.draw(&mut canvas, panel, &xs, smooth);
            frame.draw_marks(&mut canvas, &marks);
            let values = panel.curves.iter().flat_map(|c| &c.values);
            left_out += values.filter(|v| !frame.axis.holds(**v)).count();
            logarithmic.push(frame.axis.logarithmic);
            top += height + PANEL_GAP;
        }
        self.step_axis(&mut canvas);
        footnote(&mut canvas, smooth, &logarithmic, left_out);
        Ok(canvas)
    }

    fn check(&self) -> Result<(), FigureError> {
        let figure = || self.title.to_owned();
        let curves = self.panels.iter().map(|p| p.curves.len());
        let (fewest, most) = (curves.clone().min().unwrap_or(0), curves.max().unwrap_or(0));
        for (field, empty) in [
            ("steps", self.steps.is_empty()),
            ("panels", self.panels.is_empty()),
            ("panels[].curves", fewest == 0),
        ] {
            if empty {
                return Err(FigureError::Empty { figure: figure(), field });
            }
        }
        for (field, found, limit, expected) in [
            ("panels", self.panels.len(), MOST_PANELS, "at most 4 panels"),
            ("panels[].curves", most, MOST_CURVES, "at most 10 curves"),
        ] {
            if found > limit {
                return Err(FigureError::Range { figure: figure(), field, found, expected });
            }
        }
        if let Some(i) = self.steps.windows(2).position(|pair| pair[1] <= pair[0]) {
            let (found, before) = (self.steps[i + 1], self.steps[i]);
            return Err(FigureError::Order { figure: figure(), index: i + 1, found, before });
        }
        let expected = self.steps.len();
        for curve in self.panels.iter().flat_map(|p| &p.curves) {
            let found = curve.values.len();
            if found != expected {
                let field = format!("values of the curve `{}`", curve.name);
                let rule = "one a step";
                return Err(FigureError::Length { figure: figure(), field, found, expected, rule });
            }
        }
        Ok(())
    }

    /// The marks of a panel that can be shown: place along the steps, value and colour.
    fn marks(&self, panel: &Panel<'_>) -> Vec<Mark> {
        let (first, last) = self.ends();
        let within =
            |(step, value): &&(u64, f32)| (first..=last).contains(step) && value.is_finite();
        let of_curve = |curve: &Curve<'_>| {
            let mark = |(step, value): &(u64, f32)| Mark {
                x: self.x_of(*step),
                value: *value,
                color: curve.color,
            };
            curve.marks.iter().filter(within).map(mark).collect::<Vec<_>>()
        };
        panel.curves.iter().flat_map(of_curve).collect()
    }

    fn ends(&self) -> (u64, u64) {
        (self.steps[0], self.steps[self.steps.len() - 1])
    }

    fn x_of(&self, step: u64) -> f32 {
        let (first, last) = self.ends();
        if first == last {
            // Where a longer curve ends, beside its name.
            return RIGHT - END_ROOM;
        }
        let share = (step - first) as f64 / (last - first) as f64;
        LEFT + END_ROOM + share as f32 * (RIGHT - LEFT - 2.0 * END_ROOM)
    }

    fn step_axis(&self, canvas: &mut Canvas) {
        let (first, last) = self.ends();
        canvas.stroke(&[(LEFT, BASE), (RIGHT, BASE)], Stroke::new(Color::INK, 1.5));
        let style = TextStyle::regular(17.0, Color::INK);
        for tick in linear_ticks(first as f64, last as f64, 8, 1.0) {
            let x = self.x_of((tick.value as u64).clamp(first, last));
            canvas.stroke(&[(x, BASE), (x, BASE + 7.0)], Stroke::new(Color::INK, 1.5));
            let label = tick.label.unwrap_or_default();
            canvas.text(&label, (x, BASE + 28.0), Align::Middle, style);
        }
        let style = TextStyle::regular(17.0, Color::MUTED);
        canvas.text("training step", ((LEFT + RIGHT) / 2.0, BASE + 54.0), Align::Middle, style);
    }
}

/// What the curves are, and how many values are `left_out`; `logarithmic` says of each panel
/// whether it is.
fn footnote(canvas: &mut Canvas, smooth: Option<usize>, logarithmic: &[bool], left_out: usize) {
    let mut notes = vec!["Beside each name: the curve's last value.".to_owned()];
    if let Some(half) = smooth {
        let mean = match (logarithmic.contains(&true), logarithmic.contains(&false)) {
            (true, false) => "running geometric mean",
            (false, _) => "running mean",
            (true, true) => "running mean, geometric on a logarithmic scale,",
        };
        notes[0] = format!(
            "Thin: every step. Thick: {mean} over {} steps; its last value stands beside the name.",
            2 * half + 1
        );
    }
    if left_out > 0 {
        let are = if left_out == 1 { "value is" } else { "values are" };
        notes.push(format!("{left_out} {are} not shown: NaN or infinite."));
    }
    let style = TextStyle::regular(15.0, Color::MUTED);
    canvas.text(&notes.join(" "), (30.0, HEIGHT - 20.0), Align::Start, style);
}

/// A panel's height, kept within what can be drawn.
fn share(panel: &Panel<'_>) -> f32 {
    if panel.height.is_finite() { panel.height.clamp(0.2, 5.0) } else { 1.0 }
}
