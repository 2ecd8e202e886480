//! A table of numbers as a table of colours.

use super::canvas::Canvas;
use super::error::FigureError;
use super::palette::Color;
use super::style::{Align, TextStyle};
use super::text;

/// Rows and columns of numbers, each a square that is the darker the larger its number is, with
/// the number in it: blue above 0, vermillion below. What is not a number is left empty, with a
/// dash.
#[derive(Clone, Copy)]
pub struct HeatMap<'a> {
    /// Title above the chart.
    pub title: &'a str,
    /// A line of explanation under the title; empty for none.
    pub subtitle: &'a str,
    /// What the rows are, and the name of each, from the top down.
    pub rows: (&'a str, &'a [String]),
    /// What the columns are, and the name of each, from left to right.
    pub columns: (&'a str, &'a [String]),
    /// The numbers, `[rows, columns]`, row-major.
    pub values: &'a [f64],
    /// The size, above 0, from which on a square is as dark as can be.
    pub most: f64,
    /// What a square says.
    pub text: fn(f64) -> String,
}

const MARGIN: f32 = 30.0;
const FIRST_ROW: f32 = 150.0;
/// The least and the most room for the names of the rows.
const NAMES: (f32, f32) = (190.0, 480.0);
const CELL_HEIGHT: f32 = 40.0;
const WIDEST_CELL: f32 = 84.0;
const NARROWEST_CELL: f32 = 30.0;
const WIDTH: f32 = 1280.0;
const NARROWEST: f32 = 640.0;
const MOST: usize = 64;
/// Squares darker than this share have light text.
const DARK: f64 = 0.8;

impl HeatMap<'_> {
    /// Draws the chart.
    ///
    /// # Errors
    /// If there are no rows or columns, more than 64 of either, not a number for each pair, or no
    /// number above 0 from which on a square is dark.
    pub fn draw(&self) -> Result<Canvas, FigureError> {
        self.check()?;
        let (rows, columns) = (self.rows.1, self.columns.1);
        let name = TextStyle::semibold(17.0, Color::INK);
        let longest = rows.iter().map(|row| text::text_width(row, name)).fold(0.0, f32::max);
        let names = (longest + 16.0).clamp(NAMES.0, NAMES.1);
        let room = WIDTH - 2.0 * MARGIN - names;
        let cell = (room / columns.len() as f32).clamp(NARROWEST_CELL, WIDEST_CELL).floor();
        let left = MARGIN + names;
        let width = (left + cell * columns.len() as f32 + MARGIN).max(NARROWEST);
        let height = FIRST_ROW + CELL_HEIGHT * rows.len() as f32 + 28.0;
        let mut canvas = Canvas::new((width, height));
        canvas.heading(self.title, self.subtitle, MARGIN, width - 2.0 * MARGIN);

        let axis = TextStyle::regular(16.0, Color::MUTED);
        let end = left - 14.0;
        let rows_are = text::shorten(self.rows.0, axis, names - 14.0);
        canvas.text(&rows_are, (end, FIRST_ROW - 14.0), Align::End, axis);
        let columns_are = text::shorten(self.columns.0, axis, width - left - MARGIN);
        canvas.text(&columns_are, (left, FIRST_ROW - 40.0), Align::Start, axis);
        for (i, column) in columns.iter().enumerate() {
            let column = text::shorten(column, name, cell - 4.0);
            let x = left + cell * (i as f32 + 0.5);
            canvas.text(&column, (x, FIRST_ROW - 14.0), Align::Middle, name);
        }
        for (r, (row, values)) in rows.iter().zip(self.values.chunks(columns.len())).enumerate() {
            let top = FIRST_ROW + CELL_HEIGHT * r as f32;
            let row = text::shorten(row, name, names - 14.0);
            canvas.text(&row, (end, top + CELL_HEIGHT / 2.0 + 6.0), Align::End, name);
            for (c, value) in values.iter().enumerate() {
                self.square(&mut canvas, (left + cell * c as f32, top), cell, *value);
            }
        }
        Ok(canvas)
    }

    fn square(&self, canvas: &mut Canvas, (x, y): (f32, f32), cell: f32, value: f64) {
        let share = if value.is_nan() { 0.0 } else { (value.abs() / self.most).min(1.0) };
        let full = if value < 0.0 { Color::VERMILLION } else { Color::BLUE };
        let (corner, size) = ((x + 0.5, y + 0.5), (cell - 1.0, CELL_HEIGHT - 1.0));
        canvas.fill((x, y), (cell, CELL_HEIGHT), Color::GRID);
        canvas.fill(corner, size, Color::PAPER);
        canvas.tint(corner, size, full, share);
        let color = if share > DARK { Color::WHITE } else { Color::INK };
        let style = TextStyle::regular(15.0, color);
        let text = if value.is_nan() { "–".to_owned() } else { (self.text)(value) };
        let text = text::shorten(&text, style, cell - 4.0);
        canvas.text(&text, (x + cell / 2.0, y + CELL_HEIGHT / 2.0 + 5.0), Align::Middle, style);
    }

    fn check(&self) -> Result<(), FigureError> {
        let figure = || self.title.to_owned();
        for (field, found) in [("rows", self.rows.1.len()), ("columns", self.columns.1.len())] {
            if found == 0 {
                return Err(FigureError::Empty { figure: figure(), field });
            }
            if found > MOST {
                let expected = "at most 64";
                return Err(FigureError::Range { figure: figure(), field, found, expected });
            }
        }
        if !(self.most.is_finite() && self.most > 0.0) {
            let (field, found, expected) = ("most", self.most.to_string(), "a number above 0");
            return Err(FigureError::Value { figure: figure(), field, found, expected });
        }
        let (found, expected) = (self.values.len(), self.rows.1.len() * self.columns.1.len());
        if found != expected {
            let (field, rule) = ("values".to_owned(), "one for each row and column");
            return Err(FigureError::Length { figure: figure(), field, found, expected, rule });
        }
        Ok(())
    }
}
