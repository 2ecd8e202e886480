//! A table of numbers as a table of colours.

use std::ops::Range;

use super::canvas::Canvas;
use super::error::FigureError;
use super::palette::Color;
use super::style::{Align, Point, Stroke, TextStyle};
use super::text;

/// Rows and columns of numbers, each a square that is the fuller of colour the larger its number
/// is, with the number in it: blue above 0, vermillion below. What is not a number is left empty,
/// with a dash. Where there are many columns, squares are narrow and have no numbers in them.
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
    /// The size, above 0, from which on a square is full of colour.
    pub most: f64,
    /// What a square says.
    pub text: fn(f64) -> String,
    /// Parts to point out; empty for none.
    pub blocks: &'a [Block<'a>],
}

/// A part of a [`HeatMap`], in a frame, with a name below the map.
#[derive(Clone, Debug, PartialEq)]
pub struct Block<'a> {
    /// What it is; empty for a frame without a name.
    pub name: &'a str,
    /// The colour of frame and name.
    pub color: Color,
    /// Its rows.
    pub rows: Range<usize>,
    /// Its columns.
    pub columns: Range<usize>,
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
const MOST_ROWS: usize = 64;
const MOST_COLUMNS: usize = 256;
/// Below the map, for the names of blocks.
const BLOCK_NAMES: f32 = 42.0;
/// Squares darker than this share have light text.
const DARK: f64 = 0.8;

impl HeatMap<'_> {
    /// Draws the chart.
    ///
    /// # Errors
    /// If there are no rows or columns, more than 64 rows or 256 columns, not a number for each
    /// pair, a block beyond them, or no number above 0 from which on a square is full.
    pub fn draw(&self) -> Result<Canvas, FigureError> {
        self.drawn(|share| share)
    }

    /// Draws the chart with squares that are the fuller the larger their number is by magnitude: full from
    /// `most` on, empty at a ten-thousandth of it and below. For numbers over several powers of ten.
    ///
    /// # Errors
    /// As [`HeatMap::draw`].
    pub fn draw_by_magnitude(&self) -> Result<Canvas, FigureError> {
        self.drawn(|share| if share > 0.0 { (1.0 + share.log10() / 4.0).max(0.03) } else { 0.0 })
    }

    /// Draws the chart; `fill` is how full a square of a share of `most` is.
    fn drawn(&self, fill: fn(f64) -> f64) -> Result<Canvas, FigureError> {
        self.check()?;
        let (rows, columns) = (self.rows.1, self.columns.1);
        let name = TextStyle::semibold(17.0, Color::INK);
        let longest = rows.iter().map(|row| text::text_width(row, name)).fold(0.0, f32::max);
        let names = (longest + 16.0).clamp(NAMES.0, NAMES.1);
        let room = WIDTH - 2.0 * MARGIN - names;
        let cell = (room / columns.len() as f32).min(WIDEST_CELL);
        let numbers = cell >= NARROWEST_CELL;
        // Whole points, or half ones, so that all squares have the same size.
        let cell = if numbers { cell.floor() } else { (2.0 * cell).floor() / 2.0 };
        let left = MARGIN + names;
        let width = (left + cell * columns.len() as f32 + MARGIN).max(NARROWEST);
        let base = FIRST_ROW + CELL_HEIGHT * rows.len() as f32;
        let blocks = if self.blocks.is_empty() { 0.0 } else { BLOCK_NAMES };
        let height = base + blocks + 28.0;
        let mut canvas = Canvas::new((width, height));
        canvas.heading(self.title, self.subtitle, MARGIN, width - 2.0 * MARGIN);

        let axis = TextStyle::regular(16.0, Color::MUTED);
        let end = left - 14.0;
        let rows_are = text::shorten(self.rows.0, axis, names - 14.0);
        canvas.text(&rows_are, (end, FIRST_ROW - 14.0), Align::End, axis);
        let columns_are = text::shorten(self.columns.0, axis, width - left - MARGIN);
        canvas.text(&columns_are, (left, FIRST_ROW - 40.0), Align::Start, axis);
        // As many names as there is room for.
        let every = ((NARROWEST_CELL / cell).ceil() as usize).next_power_of_two();
        for (i, column) in columns.iter().enumerate().step_by(every) {
            let column = text::shorten(column, name, cell * every as f32 - 4.0);
            let x = left + cell * (i as f32 + 0.5);
            canvas.text(&column, (x, FIRST_ROW - 14.0), Align::Middle, name);
        }
        for (r, (row, values)) in rows.iter().zip(self.values.chunks(columns.len())).enumerate() {
            let top = FIRST_ROW + CELL_HEIGHT * r as f32;
            let row = text::shorten(row, name, names - 14.0);
            canvas.text(&row, (end, top + CELL_HEIGHT / 2.0 + 6.0), Align::End, name);
            for (c, value) in values.iter().enumerate() {
                let corner = (left + cell * c as f32, top);
                self.square(&mut canvas, corner, (cell, numbers), *value, fill);
            }
        }
        for block in self.blocks {
            self.block(&mut canvas, block, left, cell);
        }
        Ok(canvas)
    }

    fn square(
        &self,
        canvas: &mut Canvas,
        (x, y): Point,
        (cell, number): (f32, bool),
        value: f64,
        fill: fn(f64) -> f64,
    ) {
        let share = if value.is_nan() { 0.0 } else { fill((value.abs() / self.most).min(1.0)) };
        let full = if value < 0.0 { Color::VERMILLION } else { Color::BLUE };
        let (corner, size) = ((x + 0.5, y + 0.5), (cell - 1.0, CELL_HEIGHT - 1.0));
        canvas.fill((x, y), (cell, CELL_HEIGHT), Color::GRID);
        canvas.fill(corner, size, Color::PAPER);
        canvas.tint(corner, size, full, share);
        if !number {
            return;
        }
        let color = if share > DARK { Color::WHITE } else { Color::INK };
        let style = TextStyle::regular(15.0, color);
        let text = if value.is_nan() { "–".to_owned() } else { (self.text)(value) };
        let text = text::shorten(&text, style, cell - 4.0);
        canvas.text(&text, (x + cell / 2.0, y + CELL_HEIGHT / 2.0 + 5.0), Align::Middle, style);
    }

    /// The frame of a block, and its name below the map.
    fn block(&self, canvas: &mut Canvas, block: &Block<'_>, left: f32, cell: f32) {
        let x = |column: usize| left + cell * column as f32;
        let y = |row: usize| FIRST_ROW + CELL_HEIGHT * row as f32;
        let (from, to) = (x(block.columns.start), x(block.columns.end));
        let (top, bottom) = (y(block.rows.start), y(block.rows.end));
        let frame = [(from, top), (to, top), (to, bottom), (from, bottom), (from, top)];
        canvas.stroke(&frame, Stroke::new(block.color, 3.5));
        if block.name.is_empty() {
            return;
        }
        let below = y(self.rows.1.len()) + 10.0;
        canvas.fill((from + 3.0, below), (to - from - 6.0, 5.0), block.color);
        let style = TextStyle::semibold(19.0, block.color);
        let name = text::shorten(block.name, style, to - from);
        canvas.text(&name, ((from + to) / 2.0, below + 31.0), Align::Middle, style);
    }

    fn check(&self) -> Result<(), FigureError> {
        let figure = || self.title.to_owned();
        let (rows, columns) = (self.rows.1.len(), self.columns.1.len());
        for (field, found, most, expected) in [
            ("rows", rows, MOST_ROWS, "at most 64"),
            ("columns", columns, MOST_COLUMNS, "at most 256"),
        ] {
            if found == 0 {
                return Err(FigureError::Empty { figure: figure(), field });
            }
            if found > most {
                return Err(FigureError::Range { figure: figure(), field, found, expected });
            }
        }
        if !(self.most.is_finite() && self.most > 0.0) {
            let (field, found, expected) = ("most", self.most.to_string(), "a number above 0");
            return Err(FigureError::Value { figure: figure(), field, found, expected });
        }
        for Block { rows: of_rows, columns: of_columns, .. } in self.blocks {
            if of_rows.end > rows || of_columns.end > columns {
                let (field, expected) = ("blocks", "rows and columns that there are");
                let found = format!("rows {of_rows:?}, columns {of_columns:?}");
                return Err(FigureError::Value { figure: figure(), field, found, expected });
            }
        }
        let (found, expected) = (self.values.len(), rows * columns);
        if found != expected {
            let (field, rule) = ("values".to_owned(), "one for each row and column");
            return Err(FigureError::Length { figure: figure(), field, found, expected, rule });
        }
        Ok(())
    }
}
