//! The bar chart of both certificates' test error per digit.

use gradroute_runs::figures::{
    Align, Canvas, Color, FigureError, Stroke, TextStyle, linear_ticks, shorten, text_width,
};

use crate::autoencoder::palette::{BOTTOM, TOP};

/// The half of the encoding that a digit is assigned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnHalf {
    /// The bottom half.
    Bottom,
    /// The top half.
    Top,
    /// Neither: the digit is not routed.
    Neither,
}

/// Test errors for one digit.
#[derive(Clone, Copy, Debug)]
pub struct DigitBars {
    /// The digit, or the label of another data set.
    pub digit: u8,
    /// The half that the digit is assigned to.
    pub own: OwnHalf,
    /// Error of the bottom certificate.
    pub bottom: f64,
    /// Error of the top certificate.
    pub top: f64,
    /// Error of the best image that knows nothing of the input.
    pub floor: f64,
}

/// Two bars a digit, the certificates' errors, beside the level of knowing nothing.
#[derive(Clone, Copy, Debug)]
pub struct Bars<'a> {
    /// Title above the chart.
    pub title: &'a str,
    /// A line of explanation under the title; empty for none.
    pub subtitle: &'a str,
    /// Name of the vertical axis, such as "test MAE".
    pub metric: &'a str,
    /// What the floor is, such as "median image".
    pub floor: &'a str,
    /// Digits in the order of drawing; neighbours of one half are grouped.
    pub digits: &'a [DigitBars],
}

const WIDTH: f32 = 1280.0;
const HEIGHT: f32 = 690.0;
const LEFT: f32 = 88.0;
const RIGHT: f32 = WIDTH - 30.0;
const TOP_EDGE: f32 = 168.0;
const BASE: f32 = 556.0;
/// Room between two groups, in widths of a digit.
const GROUP_GAP: f32 = 0.5;
const WIDEST_BAR: f32 = 64.0;
const MOST_DIGITS: usize = 20;

impl Bars<'_> {
    /// Draws the chart.
    ///
    /// A value that is not finite is written in place of its bar.
    ///
    /// # Errors
    /// If there are no digits or more than 20.
    pub fn draw(&self) -> Result<Canvas, FigureError> {
        let figure = || self.title.to_owned();
        let found = self.digits.len();
        if found == 0 {
            return Err(FigureError::Empty { figure: figure(), field: "digits" });
        }
        if found > MOST_DIGITS {
            let expected = "at most 20 digits";
            return Err(FigureError::Range { figure: figure(), field: "digits", found, expected });
        }
        let mut canvas = Canvas::new((WIDTH, HEIGHT));
        canvas.heading(self.title, self.subtitle, 30.0, WIDTH - 60.0);
        self.legend(&mut canvas);
        let highest = self.vertical_axis(&mut canvas);

        let groups: Vec<&[DigitBars]> = self.digits.chunk_by(|a, b| a.own == b.own).collect();
        let slot = (RIGHT - LEFT) / (found as f32 + GROUP_GAP * groups.len() as f32);
        let mut x = LEFT + slot * GROUP_GAP / 2.0;
        for group in groups {
            let end = x + slot * group.len() as f32;
            group_bracket(&mut canvas, group[0].own, (x + 6.0, end - 6.0));
            for bars in group {
                digit_bars(&mut canvas, bars, x, slot, |value| {
                    BASE - (value / highest).clamp(0.0, 1.0) as f32 * (BASE - TOP_EDGE)
                });
                x += slot;
            }
            x += slot * GROUP_GAP;
        }
        canvas.stroke(&[(LEFT, BASE), (RIGHT, BASE)], Stroke::new(Color::INK, 1.5));
        Ok(canvas)
    }

    /// Above the chart, so it never covers a bar.
    fn legend(&self, canvas: &mut Canvas) {
        let style = TextStyle::regular(18.0, Color::INK);
        let y = 118.0;
        let mut x = 30.0;
        for (color, name) in [(BOTTOM, "bottom certificate"), (TOP, "top certificate")] {
            canvas.fill((x, y - 14.0), (26.0, 16.0), color);
            canvas.text(name, (x + 35.0, y), Align::Start, style);
            x += 35.0 + text_width(name, style) + 36.0;
        }
        let name = format!("{} (no information about the input)", self.floor);
        let name = shorten(&name, style, WIDTH - 30.0 - x - 52.0);
        let line = Stroke::new(Color::INK, 2.5);
        canvas.dashed((x, y - 6.0), (x + 42.0, y - 6.0), 6.0, line);
        canvas.text(&name, (x + 52.0, y), Align::Start, style);
    }

    /// Grid, tick labels and the axis' name; the value at the upper end.
    fn vertical_axis(&self, canvas: &mut Canvas) -> f64 {
        let values = self.digits.iter().flat_map(|d| [d.bottom, d.top, d.floor]);
        let largest = values.filter(|v| v.is_finite()).fold(0.0, f64::max);
        let largest = if largest > 0.0 { largest } else { 1.0 };
        let highest = largest * 1.04;
        for tick in linear_ticks(0.0, highest, 9, 0.0) {
            let y = BASE - (tick.value / highest) as f32 * (BASE - TOP_EDGE);
            canvas.stroke(&[(LEFT, y), (RIGHT, y)], Stroke::new(Color::GRID, 1.0));
            let style = TextStyle::regular(17.0, Color::INK);
            let label = tick.label.unwrap_or_default();
            canvas.text(&label, (LEFT - 10.0, y + 6.0), Align::End, style);
        }
        let style = TextStyle::regular(17.0, Color::MUTED);
        let name = format!("{} (lower is better)", self.metric);
        canvas.text(
            &shorten(&name, style, WIDTH / 2.0),
            (30.0, TOP_EDGE - 14.0),
            Align::Start,
            style,
        );
        highest
    }
}

fn digit_bars(canvas: &mut Canvas, bars: &DigitBars, x: f32, slot: f32, y_of: impl Fn(f64) -> f32) {
    let bar = (slot * 0.39).min(WIDEST_BAR);
    let center = x + slot / 2.0;
    for (left, value, color) in
        [(center - bar - 1.0, bars.bottom, BOTTOM), (center + 1.0, bars.top, TOP)]
    {
        let y = if value.is_finite() { y_of(value) } else { BASE };
        canvas.fill((left, y), (bar, BASE - y), color);
        // At the foot of the bar no dashed line of the floor runs through the number.
        let (text_y, ink) =
            if BASE - y > 34.0 { (BASE - 10.0, Color::WHITE) } else { (y - 7.0, Color::INK) };
        let label = if value.is_finite() { format!("{value:.2}") } else { format!("{value}") };
        let style = TextStyle::semibold((bar * 0.38).min(17.0), ink);
        let label = shorten(&label, style, bar + 4.0);
        canvas.text(&label, (left + bar / 2.0, text_y), Align::Middle, style);
    }
    if bars.floor.is_finite() {
        let y = y_of(bars.floor);
        let (from, to) = ((center - bar - 6.0, y), (center + bar + 6.0, y));
        // A light edge keeps the dashes visible on the bars.
        canvas.stroke(&[from, to], Stroke::new(Color::PAPER, 5.0));
        canvas.dashed(from, to, 6.0, Stroke::new(Color::INK, 2.5));
    }
    let style = TextStyle::semibold(22.0, Color::INK);
    canvas.text(&bars.digit.to_string(), (center, BASE + 32.0), Align::Middle, style);
}

/// A line under a group in its half's colour, with the half's name.
fn group_bracket(canvas: &mut Canvas, own: OwnHalf, (from, to): (f32, f32)) {
    let (color, names, hint) = match own {
        OwnHalf::Bottom => (
            BOTTOM,
            ["digits of the bottom half", "bottom half", "bottom"],
            "its own certificate is the blue bar",
        ),
        OwnHalf::Top => (
            TOP,
            ["digits of the top half", "top half", "top"],
            "its own certificate is the orange bar",
        ),
        OwnHalf::Neither => {
            (Color::MUTED, ["digits of neither half", "neither half", "neither"], "not routed")
        }
    };
    let y = BASE + 52.0;
    canvas.fill((from, y), (to - from, 5.0), color);
    let (center, room) = ((from + to) / 2.0, to - from);
    let style = TextStyle::semibold(19.0, color);
    let name = names.into_iter().find(|name| text_width(name, style) <= room);
    canvas.text(name.unwrap_or_default(), (center, y + 31.0), Align::Middle, style);
    let style = TextStyle::regular(17.0, Color::MUTED);
    if text_width(hint, style) <= room {
        canvas.text(hint, (center, y + 56.0), Align::Middle, style);
    }
}
