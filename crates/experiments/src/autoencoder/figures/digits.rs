//! Decoder and certificates digit by digit, a panel for each setting.

use gradroute_runs::figures::{
    Align, Canvas, Color, FigureError, Marker, Spread, Stroke, TextStyle, legend_mean, legend_rest,
    linear_ticks, wrap,
};

use super::bars::OwnHalf;
use crate::autoencoder::palette::{BOTTOM, DECODER, TOP};

/// The errors on one digit.
#[derive(Clone, Debug)]
pub struct DigitErrors {
    /// The digit, or the label of another data set.
    pub digit: u8,
    /// The half that the digit is assigned to.
    pub own: OwnHalf,
    /// Of the decoder.
    pub decoder: Spread,
    /// Of the bottom certificate.
    pub bottom: Spread,
    /// Of the top certificate.
    pub top: Spread,
    /// Of the best image that knows nothing of the input.
    pub floor: f64,
}

/// One setting.
#[derive(Clone, Debug)]
pub struct DigitPanel<'a> {
    /// Its name.
    pub name: &'a str,
    /// Digits in the order of drawing.
    pub digits: Vec<DigitErrors>,
}

/// Panels of settings on a common scale.
#[derive(Clone, Copy, Debug)]
pub struct Digits<'a> {
    /// Title above the chart.
    pub title: &'a str,
    /// A line of explanation under the title; empty for none.
    pub subtitle: &'a str,
    /// Name of the vertical axis, such as "test MAE".
    pub metric: &'a str,
    /// What the floor is, such as "median image".
    pub floor: &'a str,
    /// The settings.
    pub panels: &'a [DigitPanel<'a>],
}

const WIDTH: f32 = 1280.0;
const MARGIN: f32 = 30.0;
const LEFT: f32 = 56.0;
const FIRST_PANEL: f32 = 170.0;
const PANEL: f32 = 318.0;
/// The part of a panel that is chart; its name stands above, digits below.
const CHART: (f32, f32) = (62.0, 264.0);
const PANEL_GAP: f32 = 34.0;
const MOST_PANELS: usize = 40;
const MOST_DIGITS: usize = 20;

impl Digits<'_> {
    /// Draws the chart.
    ///
    /// # Errors
    /// If there are no settings or more than 40, or if one has no digits or
    /// more than 20.
    pub fn draw(&self) -> Result<Canvas, FigureError> {
        self.check()?;
        let columns = self.panels.len().min(2);
        let rows = self.panels.len().div_ceil(columns);
        let mut canvas = Canvas::new((WIDTH, FIRST_PANEL + PANEL * rows as f32 + 12.0));
        canvas.heading(self.title, self.subtitle, MARGIN, WIDTH - 2.0 * MARGIN);
        self.legend(&mut canvas);
        let highest = self.spreads().map(Spread::highest).fold(0.0, f64::max);
        let floors = self.panels.iter().flat_map(|p| &p.digits).map(|d| d.floor);
        let highest = floors.filter(|floor| floor.is_finite()).fold(highest, f64::max);
        let highest = if highest > 0.0 { highest * 1.04 } else { 1.0 };
        let gaps = PANEL_GAP * (columns - 1) as f32;
        let width = (WIDTH - 2.0 * MARGIN - gaps) / columns as f32;
        for (i, panel) in self.panels.iter().enumerate() {
            let x = MARGIN + (i % columns) as f32 * (width + PANEL_GAP);
            let y = FIRST_PANEL + (i / columns) as f32 * PANEL;
            self.panel(&mut canvas, panel, (x, y), width, highest);
        }
        Ok(canvas)
    }

    fn check(&self) -> Result<(), FigureError> {
        let figure = || self.title.to_owned();
        if self.panels.is_empty() {
            return Err(FigureError::Empty { figure: figure(), field: "panels" });
        }
        let digits = || self.panels.iter().map(|panel| panel.digits.len());
        if digits().any(|count| count == 0) {
            return Err(FigureError::Empty { figure: figure(), field: "panels[].digits" });
        }
        for (field, found, limit, expected) in [
            ("panels", self.panels.len(), MOST_PANELS, "at most 40 settings"),
            ("panels[].digits", digits().max().unwrap_or(0), MOST_DIGITS, "at most 20 digits"),
        ] {
            if found > limit {
                return Err(FigureError::Range { figure: figure(), field, found, expected });
            }
        }
        Ok(())
    }

    fn spreads(&self) -> impl Iterator<Item = &Spread> + Clone {
        let digits = self.panels.iter().flat_map(|panel| &panel.digits);
        digits.flat_map(|digit| [&digit.decoder, &digit.bottom, &digit.top])
    }

    fn legend(&self, canvas: &mut Canvas) {
        let mut x = MARGIN;
        for (name, color, marker) in [
            ("decoder", DECODER, Marker::Bar),
            ("bottom certificate", BOTTOM, Marker::Circle),
            ("top certificate", TOP, Marker::Square),
        ] {
            x = legend_mean(canvas, (x, 112.0), name, color, marker);
        }
        legend_rest(canvas, (MARGIN, 140.0), self.spreads(), self.floor);
    }

    fn panel(
        &self,
        canvas: &mut Canvas,
        panel: &DigitPanel<'_>,
        (x, y): (f32, f32),
        width: f32,
        highest: f64,
    ) {
        let style = TextStyle::semibold(18.0, Color::INK);
        let lines = wrap(panel.name, style, width, 2);
        for (i, line) in lines.iter().rev().enumerate() {
            canvas.text(line, (x, y + 42.0 - 22.0 * i as f32), Align::Start, style);
        }
        let (from, to, top, base) = (x + LEFT, x + width, y + CHART.0, y + CHART.1);
        let y_of = |value: f64| base - (value / highest).clamp(0.0, 1.0) as f32 * (base - top);
        let style = TextStyle::regular(15.0, Color::INK);
        for tick in linear_ticks(0.0, highest, 7, 0.0) {
            let y = y_of(tick.value);
            canvas.stroke(&[(from, y), (to, y)], Stroke::new(Color::GRID, 1.0));
            canvas.text(&tick.label.unwrap_or_default(), (from - 8.0, y + 5.0), Align::End, style);
        }
        let slot = (to - from) / panel.digits.len() as f32;
        for (i, errors) in panel.digits.iter().enumerate() {
            let center = from + slot * (i as f32 + 0.5);
            digit(canvas, errors, (center, base), slot, highest, y_of);
        }
        canvas.stroke(&[(from, base), (to, base)], Stroke::new(Color::INK, 1.3));
        let style = TextStyle::regular(15.0, Color::MUTED);
        canvas.text(self.metric, (from - 8.0, y + CHART.1 + 25.0), Align::End, style);
    }
}

fn digit(
    canvas: &mut Canvas,
    errors: &DigitErrors,
    (center, base): (f32, f32),
    slot: f32,
    highest: f64,
    y_of: impl Fn(f64) -> f32,
) {
    if errors.floor.is_finite() {
        let y = y_of(errors.floor);
        let reach = slot * 0.46;
        let line = Stroke::new(Color::INK, 2.0);
        canvas.dashed((center - reach, y), (center + reach, y), 5.0, line);
    }
    let apart = (slot * 0.3).min(30.0);
    for (place, spread, color, marker) in [
        (-1.0, &errors.decoder, DECODER, Marker::Bar),
        (0.0, &errors.bottom, BOTTOM, Marker::Circle),
        (1.0, &errors.top, TOP, Marker::Square),
    ] {
        let x = center + place * apart;
        spread.draw(canvas, color, marker, highest, |value, aside| (x + aside, y_of(value)));
    }
    let color = match errors.own {
        OwnHalf::Bottom => BOTTOM,
        OwnHalf::Top => TOP,
        OwnHalf::Neither => Color::MUTED,
    };
    let style = TextStyle::semibold(18.0, Color::INK);
    canvas.text(&errors.digit.to_string(), (center, base + 25.0), Align::Middle, style);
    // In the colour of the certificate on the digit's own half.
    canvas.fill((center - slot / 2.0 + 3.0, base + 33.0), (slot - 6.0, 4.0), color);
}
