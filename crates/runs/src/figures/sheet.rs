//! Reconstruction sheets: originals above what a decoder makes of them.

use gradroute_images::MAX_SIDE;

use super::canvas::Canvas;
use super::error::FigureError;
use super::palette::Color;
use super::style::{Align, SCALE, TextStyle};
use super::text::{self, CAP_HEIGHT};

/// A row of original images above a row of reconstructions.
///
/// Both rows share one fixed grey scale, dark ink on white paper: a pixel of -1 (no ink) is
/// white, +1 is black, values between are linear in the picture's sRGB value, values outside are
/// cut off. A pixel that is not a number is yellow.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    /// Title above the images.
    pub title: &'a str,
    /// A line of explanation under the title; empty for none.
    pub subtitle: &'a str,
    /// What the lower row shows, such as "top certificate".
    pub reconstruction: &'a str,
    /// Pixels in [-1, 1], `[images, rows, cols]`, row-major.
    pub originals: &'a [f32],
    /// Pixels of the reconstructions, in the same order and shape.
    pub reconstructions: &'a [f32],
    /// Height of an image in pixels.
    pub rows: usize,
    /// Width of an image in pixels.
    pub cols: usize,
    /// What the labels are, such as "digit".
    pub label_name: &'a str,
    /// Label of each image, written below it.
    pub labels: &'a [u8],
}

const MOST_IMAGES: usize = 24;
/// Images are enlarged by the whole number that brings their longer side nearest below this.
const SIDE_PIXELS: usize = 168;

const MARGIN: f32 = 30.0;
const LABEL_WIDTH: f32 = 124.0;
const GAP: f32 = 8.0;
const ROW_GAP: f32 = 10.0;
const FIRST_ROW_Y: f32 = 104.0;
const NARROWEST: f32 = 640.0;

impl Sheet<'_> {
    /// Draws the sheet.
    ///
    /// # Errors
    /// If there are no images or more than 24, if an image is empty or wider or higher than 512
    /// pixels, or if the two rows don't hold `labels.len() * rows * cols` pixels each.
    pub fn draw(&self) -> Result<Canvas, FigureError> {
        self.check()?;
        let count = self.labels.len();
        let factor = (SIDE_PIXELS / self.rows.max(self.cols)).max(1);
        let image = ((self.cols * factor) as f32 / SCALE, (self.rows * factor) as f32 / SCALE);
        let left = MARGIN + LABEL_WIDTH;
        let right = left + count as f32 * (image.0 + GAP) - GAP;
        let second_row_y = FIRST_ROW_Y + image.1 + ROW_GAP;
        let label_y = second_row_y + image.1 + 28.0;
        let error_y = label_y + 27.0;
        let size = ((right + MARGIN).max(NARROWEST), error_y + 52.0);
        let mut canvas = Canvas::new(size);

        canvas.heading(self.title, self.subtitle, MARGIN, size.0 - 2.0 * MARGIN);
        let middle = |y: f32| y + image.1 / 2.0 + 18.0 * CAP_HEIGHT / 2.0;
        canvas.row_label("original", middle(FIRST_ROW_Y), 18.0);
        canvas.row_label(self.reconstruction, middle(second_row_y), 18.0);
        canvas.row_label(self.label_name, label_y, 18.0);
        canvas.row_label("MAE", error_y, 16.0);

        let pixels = self.rows * self.cols;
        for (i, label) in self.labels.iter().enumerate() {
            let x = left + i as f32 * (image.0 + GAP);
            let original = &self.originals[i * pixels..][..pixels];
            let reconstruction = &self.reconstructions[i * pixels..][..pixels];
            canvas.image(original, self.cols, factor, (x, FIRST_ROW_Y));
            canvas.image(reconstruction, self.cols, factor, (x, second_row_y));
            let center = x + image.0 / 2.0;
            let style = TextStyle::semibold(20.0, Color::INK);
            canvas.text(&label.to_string(), (center, label_y), Align::Middle, style);
            let error = format!("{:.3}", mean_absolute_error(original, reconstruction));
            let style = TextStyle::regular(16.0, Color::MUTED);
            canvas.text(&error, (center, error_y), Align::Middle, style);
        }
        let note = "One grey scale for all images: −1 (no ink) is white, +1 is black. \
                    MAE: mean absolute error of the image above it.";
        let style = TextStyle::regular(14.0, Color::MUTED);
        let note = text::shorten(note, style, size.0 - 2.0 * MARGIN);
        canvas.text(&note, (MARGIN, size.1 - 16.0), Align::Start, style);
        Ok(canvas)
    }

    fn check(&self) -> Result<(), FigureError> {
        let figure = || self.title.to_owned();
        let count = self.labels.len();
        if count == 0 {
            return Err(FigureError::Empty { figure: figure(), field: "labels" });
        }
        if count > MOST_IMAGES {
            let (found, expected) = (count, "at most 24 images");
            return Err(FigureError::Range { figure: figure(), field: "labels", found, expected });
        }
        for (field, found) in [("rows", self.rows), ("cols", self.cols)] {
            if !(1..=MAX_SIDE).contains(&found) {
                let expected = "1 to 512 pixels";
                return Err(FigureError::Range { figure: figure(), field, found, expected });
            }
        }
        let expected = count * self.rows * self.cols;
        for (field, found) in
            [("originals", self.originals.len()), ("reconstructions", self.reconstructions.len())]
        {
            if found != expected {
                let rule = "one value for each image, row and column";
                let field = field.to_owned();
                return Err(FigureError::Length { figure: figure(), field, found, expected, rule });
            }
        }
        Ok(())
    }
}

fn mean_absolute_error(a: &[f32], b: &[f32]) -> f64 {
    let total: f64 = a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).abs()).sum();
    total / a.len() as f64
}

impl Canvas {
    /// A label left of a row, one word a line, centred on `y` when it has several.
    fn row_label(&mut self, label: &str, y: f32, size: f32) {
        let style = TextStyle::regular(size, Color::INK);
        let words: Vec<&str> = label.split_whitespace().collect();
        let line = size * 1.25;
        let first = y - line * (words.len() as f32 - 1.0) / 2.0;
        for (i, word) in words.iter().enumerate() {
            let word = text::shorten(word, style, LABEL_WIDTH - 14.0);
            let at = (MARGIN + LABEL_WIDTH - 14.0, first + line * i as f32);
            self.text(&word, at, Align::End, style);
        }
    }
}
