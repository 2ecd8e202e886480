//! Settings below each other: the certificates' errors on the digits of either
//! half, along a common axis.

use gradroute_runs::figures::{
    Align, Canvas, Color, FigureError, Marker, Spread, Stroke, TextStyle, legend_mean, legend_rest,
    linear_ticks, shorten, wrap,
};

use crate::autoencoder::palette::{BOTTOM, TOP};

/// One setting: a row of the chart.
#[derive(Clone, Debug)]
pub struct SettingRow<'a> {
    /// Its name.
    pub name: &'a str,
    /// For each panel the errors on the digits of the bottom and the top half.
    pub panels: Vec<[Spread; 2]>,
}

/// A panel: what is judged, and the error without any information.
#[derive(Clone, Debug)]
pub struct SettingPanel<'a> {
    /// What is judged, such as "top certificate".
    pub name: &'a str,
    /// Error of the best image that knows nothing, on the digits of the bottom
    /// and the top half.
    pub floors: [f64; 2],
}

/// Rows of settings, panels side by side.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// Title above the chart.
    pub title: &'a str,
    /// A line of explanation under the title; empty for none.
    pub subtitle: &'a str,
    /// Name of the axes, such as "test MSE".
    pub metric: &'a str,
    /// What the floors are, such as "mean image".
    pub floor: &'a str,
    /// Names of the two groups of digits, bottom and top.
    pub groups: [&'a str; 2],
    /// The panels.
    pub panels: &'a [SettingPanel<'a>],
    /// The settings, from the top down.
    pub rows: &'a [SettingRow<'a>],
}

const WIDTH: f32 = 1280.0;
const MARGIN: f32 = 30.0;
const NAMES: f32 = 290.0;
const PANEL_GAP: f32 = 46.0;
const FIRST_ROW: f32 = 190.0;
const ROW: f32 = 58.0;
/// The two groups stand above and below a row's middle.
const APART: f32 = 13.0;
const MOST_ROWS: usize = 40;
const COLORS: [Color; 2] = [BOTTOM, TOP];
const MARKERS: [Marker; 2] = [Marker::Circle, Marker::Square];

impl Settings<'_> {
    /// Draws the chart.
    ///
    /// # Errors
    /// If there are no settings, more than 40, no panels, or a row with another
    /// number of panels.
    pub fn draw(&self) -> Result<Canvas, FigureError> {
        self.check()?;
        let base = FIRST_ROW + ROW * self.rows.len() as f32;
        let mut canvas = Canvas::new((WIDTH, base + 86.0));
        canvas.heading(self.title, self.subtitle, MARGIN, WIDTH - 2.0 * MARGIN);
        self.legend(&mut canvas);
        self.names(&mut canvas, base);
        let floors = self.panels.iter().flat_map(|panel| panel.floors).filter(|f| f.is_finite());
        let highest = self.spreads().map(Spread::highest).chain(floors).fold(0.0, f64::max);
        let highest = if highest > 0.0 { highest * 1.04 } else { 1.0 };
        let count = self.panels.len() as f32;
        let left = MARGIN + NAMES;
        let width = (WIDTH - MARGIN - left - PANEL_GAP * (count - 1.0)) / count;
        for (i, panel) in self.panels.iter().enumerate() {
            let from = left + i as f32 * (width + PANEL_GAP);
            let x_of = |value: f64| from + (value / highest).clamp(0.0, 1.0) as f32 * width;
            self.axis(&mut canvas, panel, (from, from + width), base, highest);
            for (row, setting) in self.rows.iter().enumerate() {
                let middle = FIRST_ROW + ROW * (row as f32 + 0.5);
                for (group, spread) in setting.panels[i].iter().enumerate() {
                    let y = middle + APART * (2.0 * group as f32 - 1.0);
                    // Whatever stands aside stands away from the other group.
                    spread.draw(&mut canvas, COLORS[group], MARKERS[group], highest, |v, aside| {
                        (x_of(v), y + aside)
                    });
                }
            }
        }
        Ok(canvas)
    }

    fn check(&self) -> Result<(), FigureError> {
        let figure = || self.title.to_owned();
        for (field, empty) in [("rows", self.rows.is_empty()), ("panels", self.panels.is_empty())] {
            if empty {
                return Err(FigureError::Empty { figure: figure(), field });
            }
        }
        let found = self.rows.len();
        if found > MOST_ROWS {
            let expected = "at most 40 settings";
            return Err(FigureError::Range { figure: figure(), field: "rows", found, expected });
        }
        let expected = self.panels.len();
        for row in self.rows {
            let found = row.panels.len();
            if found != expected {
                let field = format!("panels of the row `{}`", row.name);
                let rule = "one for each panel of the chart";
                return Err(FigureError::Length { figure: figure(), field, found, expected, rule });
            }
        }
        Ok(())
    }

    fn spreads(&self) -> impl Iterator<Item = &Spread> + Clone {
        self.rows.iter().flat_map(|row| row.panels.iter().flatten())
    }

    fn legend(&self, canvas: &mut Canvas) {
        let mut x = MARGIN;
        for (group, name) in self.groups.iter().enumerate() {
            x = legend_mean(canvas, (x, 116.0), name, COLORS[group], MARKERS[group]);
        }
        legend_rest(canvas, (x, 116.0), self.spreads(), self.floor);
    }

    /// The settings' names at the left, over lines that lead to their points.
    fn names(&self, canvas: &mut Canvas, base: f32) {
        for (row, setting) in self.rows.iter().enumerate() {
            let middle = FIRST_ROW + ROW * (row as f32 + 0.5);
            let style = TextStyle::regular(17.0, Color::INK);
            let lines = wrap(setting.name, style, NAMES - 18.0, 3);
            let first = middle + 6.0 - 9.5 * (lines.len() as f32 - 1.0);
            for (i, line) in lines.iter().enumerate() {
                canvas.text(line, (MARGIN, first + 19.0 * i as f32), Align::Start, style);
            }
            if row > 0 {
                let y = FIRST_ROW + ROW * row as f32;
                canvas.stroke(&[(MARGIN, y), (WIDTH - MARGIN, y)], Stroke::new(Color::GRID, 1.0));
            }
        }
        for y in [FIRST_ROW, base] {
            canvas.stroke(&[(MARGIN, y), (WIDTH - MARGIN, y)], Stroke::new(Color::MUTED, 1.2));
        }
    }

    fn axis(
        &self,
        canvas: &mut Canvas,
        panel: &SettingPanel<'_>,
        (from, to): (f32, f32),
        base: f32,
        highest: f64,
    ) {
        let x_of = |value: f64| from + (value / highest) as f32 * (to - from);
        let style = TextStyle::regular(16.0, Color::INK);
        for tick in linear_ticks(0.0, highest, 6, 0.0) {
            let x = x_of(tick.value);
            canvas.stroke(&[(x, FIRST_ROW), (x, base)], Stroke::new(Color::GRID, 1.0));
            canvas.text(&tick.label.unwrap_or_default(), (x, base + 24.0), Align::Middle, style);
        }
        for (floor, color) in panel.floors.into_iter().zip(COLORS) {
            if floor.is_finite() {
                let x = x_of(floor);
                canvas.dashed((x, FIRST_ROW), (x, base), 6.0, Stroke::new(color, 2.0));
            }
        }
        let style = TextStyle::semibold(20.0, Color::INK);
        let name = shorten(panel.name, style, to - from);
        canvas.text(&name, (from, FIRST_ROW - 18.0), Align::Start, style);
        let style = TextStyle::regular(16.0, Color::MUTED);
        let name = format!("{} (lower: knows more)", self.metric);
        canvas.text(&name, ((from + to) / 2.0, base + 52.0), Align::Middle, style);
    }
}
