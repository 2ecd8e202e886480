//! Reconstruction sheets: originals above what a decoder makes of them.

use super::canvas::{Canvas, Point, SCALE};
use super::text::{self, Align, CAP_HEIGHT, TextStyle};
use super::{Color, FigureError};

/// A row of original images above a row of reconstructions.
///
/// Both rows share one fixed grey scale, dark ink on white paper: a pixel of -1 (no ink) is
/// white, +1 is black, values between are linear in the PNG's sRGB value, values outside are
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
    /// Label of each image, written below it.
    pub digits: &'a [u8],
}

const MOST_IMAGES: usize = 24;
pub(super) const MOST_SIDE: usize = 512;
/// Images are enlarged by the whole number that brings their longer side nearest below this.
const SIDE_PIXELS: usize = 168;

const MARGIN: f32 = 30.0;
const LABEL_WIDTH: f32 = 124.0;
const GAP: f32 = 8.0;
const ROW_GAP: f32 = 10.0;
const FIRST_ROW_Y: f32 = 104.0;
const NARROWEST: f32 = 640.0;

impl Sheet<'_> {
    /// Draws the sheet; bytes of a PNG file with two pixels a point.
    ///
    /// # Errors
    /// If there are no images or more than 24, if an image is empty or wider or higher than 512
    /// pixels, or if the two rows don't hold `digits.len() * rows * cols` pixels each.
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        self.check()?;
        let count = self.digits.len();
        let factor = (SIDE_PIXELS / self.rows.max(self.cols)).max(1);
        let image = ((self.cols * factor) as f32 / SCALE, (self.rows * factor) as f32 / SCALE);
        let left = MARGIN + LABEL_WIDTH;
        let right = left + count as f32 * (image.0 + GAP) - GAP;
        let second_row_y = FIRST_ROW_Y + image.1 + ROW_GAP;
        let digit_y = second_row_y + image.1 + 28.0;
        let error_y = digit_y + 27.0;
        let size = ((right + MARGIN).max(NARROWEST), error_y + 52.0);
        let mut canvas = Canvas::new(size);

        canvas.heading(self.title, self.subtitle, MARGIN, size.0 - 2.0 * MARGIN);
        let middle = |y: f32| y + image.1 / 2.0 + 18.0 * CAP_HEIGHT / 2.0;
        canvas.row_label("original", middle(FIRST_ROW_Y), 18.0);
        canvas.row_label(self.reconstruction, middle(second_row_y), 18.0);
        canvas.row_label("digit", digit_y, 18.0);
        canvas.row_label("MAE", error_y, 16.0);

        let pixels = self.rows * self.cols;
        for (i, digit) in self.digits.iter().enumerate() {
            let x = left + i as f32 * (image.0 + GAP);
            let original = &self.originals[i * pixels..][..pixels];
            let reconstruction = &self.reconstructions[i * pixels..][..pixels];
            canvas.image(original, self.cols, factor, (x, FIRST_ROW_Y));
            canvas.image(reconstruction, self.cols, factor, (x, second_row_y));
            let center = x + image.0 / 2.0;
            let style = TextStyle::semibold(20.0, Color::INK);
            canvas.text(&digit.to_string(), (center, digit_y), Align::Middle, style);
            let error = format!("{:.3}", mean_absolute_error(original, reconstruction));
            let style = TextStyle::regular(16.0, Color::MUTED);
            canvas.text(&error, (center, error_y), Align::Middle, style);
        }
        let note = "One grey scale for all images: −1 (no ink) is white, +1 is black. \
                    MAE: mean absolute error of the image above it.";
        let style = TextStyle::regular(14.0, Color::MUTED);
        let note = text::shorten(note, style, size.0 - 2.0 * MARGIN);
        canvas.text(&note, (MARGIN, size.1 - 16.0), Align::Start, style);
        canvas.into_png()
    }

    fn check(&self) -> Result<(), FigureError> {
        let figure = || self.title.to_owned();
        let count = self.digits.len();
        if count == 0 {
            return Err(FigureError::Empty { figure: figure(), field: "digits" });
        }
        if count > MOST_IMAGES {
            let (found, expected) = (count, "at most 24 images");
            return Err(FigureError::Range { figure: figure(), field: "digits", found, expected });
        }
        for (field, found) in [("rows", self.rows), ("cols", self.cols)] {
            if !(1..=MOST_SIDE).contains(&found) {
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

/// Indices of up to `count` images for a sheet: as many of each digit in `digits` as of the
/// others (the first ones get one more where it doesn't divide), the earliest in `labels`, in
/// the order of `digits`. Fewer where `labels` runs out of a digit.
pub fn choose_images(labels: &[u8], digits: &[u8], count: usize) -> Vec<usize> {
    let mut chosen = Vec::with_capacity(count);
    for (i, digit) in digits.iter().enumerate() {
        let share = count / digits.len() + usize::from(i < count % digits.len());
        let of_digit = labels.iter().enumerate().filter(|(_, label)| *label == digit);
        chosen.extend(of_digit.map(|(index, _)| index).take(share));
    }
    chosen
}

fn mean_absolute_error(a: &[f32], b: &[f32]) -> f64 {
    let total: f64 = a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).abs()).sum();
    total / a.len() as f64
}

/// -1 is white, +1 black.
fn grey(pixel: f32) -> Color {
    if pixel.is_nan() {
        return Color::NOT_A_NUMBER;
    }
    let ink = ((pixel.clamp(-1.0, 1.0) + 1.0) / 2.0 * 255.0).round() as u8;
    Color([255 - ink; 3])
}

impl Canvas {
    /// Title and subtitle at the top left, cut off at `width`.
    pub(super) fn heading(&mut self, title: &str, subtitle: &str, x: f32, width: f32) {
        let style = TextStyle::semibold(28.0, Color::INK);
        self.text(&text::shorten(title, style, width), (x, 46.0), Align::Start, style);
        let style = TextStyle::regular(18.0, Color::MUTED);
        self.text(&text::shorten(subtitle, style, width), (x, 76.0), Align::Start, style);
    }

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

    /// An image with `factor` page pixels for each of its own, in a hairline frame.
    pub(super) fn image(&mut self, pixels: &[f32], cols: usize, factor: usize, corner: Point) {
        let rows = pixels.len() / cols;
        let (x0, y0) = ((corner.0 * SCALE) as i32, (corner.1 * SCALE) as i32);
        let (width, height) = ((cols * factor) as i32, (rows * factor) as i32);
        for y in -1..=height {
            for x in -1..=width {
                let inside = (0..width).contains(&x) && (0..height).contains(&y);
                let color = if inside {
                    grey(pixels[y as usize / factor * cols + x as usize / factor])
                } else {
                    Color::GRID
                };
                self.blend(x0 + x, y0 + y, color, 1.0);
            }
        }
    }
}
