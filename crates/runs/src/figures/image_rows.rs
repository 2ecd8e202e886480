//! Originals above what several models make of them, a row each.

use gradroute_images::MAX_SIDE;

use super::canvas::Canvas;
use super::error::FigureError;
use super::palette::Color;
use super::style::{Align, SCALE, TextStyle};
use super::text;

/// A row of images.
#[derive(Clone, Debug)]
pub struct ImageRow<'a> {
    /// What made them.
    pub name: &'a str,
    /// Pixels `[images, rows, cols]`, row-major.
    pub pixels: &'a [f32],
}

/// Images that stand beside each other, such as those of one group of classes.
#[derive(Clone, Debug)]
pub struct ImageBand<'a> {
    /// What the images have in common.
    pub name: &'a str,
    /// Label of each column of images; neighbours with the same one share it.
    pub labels: &'a [String],
    /// Pixels of the originals, `[images, rows, cols]`, row-major, where there are some: they stand
    /// above the rows and a little apart.
    pub originals: Option<&'a [f32]>,
    /// The rows, from the top down.
    pub rows: Vec<ImageRow<'a>>,
}

/// Bands below each other, all in one fixed grey scale, dark ink on white.
#[derive(Clone, Copy, Debug)]
pub struct ImageRows<'a> {
    /// Title above the images.
    pub title: &'a str,
    /// A line of explanation under the title; empty for none.
    pub subtitle: &'a str,
    /// The bands.
    pub bands: &'a [ImageBand<'a>],
    /// Height and width of an image in pixels.
    pub size: (usize, usize),
    /// The values of a white and of a black pixel, such as `(-1.0, 1.0)`.
    pub scale: (f32, f32),
}

const WIDTH: f32 = 1280.0;
const MARGIN: f32 = 30.0;
/// The least room for the names of the rows.
const NAMES: f32 = 190.0;
/// However few the images, names and images stay near each other.
const WIDEST_NAMES: f32 = 400.0;
/// Between two lines of a name.
const LINE: f32 = 15.5;
/// The most page pixels for one of an image's own.
const LARGEST: usize = 6;
const GAP: f32 = 2.0;
const LABEL_GAP: f32 = 10.0;
const FIRST_BAND: f32 = 100.0;
/// A band's name, and the labels below it, take so much.
const BAND_NAME: f32 = 34.0;
const LABELS: f32 = 52.0;
const MOST_IMAGES: usize = 40;
const MOST_ROWS: usize = 40;

/// Where the images stand.
#[derive(Clone, Copy)]
struct Layout {
    /// Page pixels for one of an image's own, on each side.
    factor: usize,
    /// Width and height of an image in points.
    image: (f32, f32),
    /// Where the first image of each row begins.
    left: f32,
}

impl ImageRows<'_> {
    /// Draws the images.
    ///
    /// # Errors
    /// If there are no bands, a band without images or with more than 40, more than 40 rows, an
    /// image without pixels or larger than 512 on a side, a scale that does not ascend, or a row
    /// with another number of pixels than its band's images have.
    pub fn draw(&self) -> Result<Canvas, FigureError> {
        self.check()?;
        let layout = self.layout();
        let image = layout.image;
        let height = |band: &ImageBand<'_>| {
            let rows = band.rows.len() + usize::from(band.originals.is_some());
            BAND_NAME + LABELS + (image.1 + GAP) * rows as f32 + 6.0
        };
        let total: f32 = self.bands.iter().map(height).sum();
        let mut canvas = Canvas::new((WIDTH, FIRST_BAND + total + 26.0));
        canvas.heading(self.title, self.subtitle, MARGIN, WIDTH - 2.0 * MARGIN);
        let mut y = FIRST_BAND;
        for band in self.bands {
            self.band(&mut canvas, band, y, layout);
            y += height(band);
        }
        let style = TextStyle::regular(14.0, Color::MUTED);
        let (white, black) = self.scale;
        let sign = if white < 0.0 { "+" } else { "" };
        let white = white.to_string().replace('-', "−");
        let note = format!(
            "One grey scale for all images: {white} (no ink) is white, {sign}{black} is black."
        );
        canvas.text(&note, (MARGIN, y + 10.0), Align::Start, style);
        Ok(canvas)
    }

    pub(super) fn check(&self) -> Result<(), FigureError> {
        let figure = || self.title.to_owned();
        let images = || self.bands.iter().map(|band| band.labels.len());
        for (field, empty) in
            [("bands", self.bands.is_empty()), ("bands[].labels", images().any(|count| count == 0))]
        {
            if empty {
                return Err(FigureError::Empty { figure: figure(), field });
            }
        }
        let rows = self.bands.iter().map(|band| band.rows.len()).max().unwrap_or(0);
        for (field, found, least, most, expected) in [
            ("size.0", self.size.0, 1, MAX_SIDE, "1 to 512 pixels"),
            ("size.1", self.size.1, 1, MAX_SIDE, "1 to 512 pixels"),
            ("bands[].rows", rows, 0, MOST_ROWS, "at most 40 rows"),
            ("bands[].labels", images().max().unwrap_or(0), 1, MOST_IMAGES, "at most 40 images"),
        ] {
            if !(least..=most).contains(&found) {
                return Err(FigureError::Range { figure: figure(), field, found, expected });
            }
        }
        let (white, black) = self.scale;
        if !(white < black && (black - white).is_finite()) {
            let (field, found) = ("scale", format!("{:?}", self.scale));
            let expected = "two numbers, that of white below that of black";
            return Err(FigureError::Value { figure: figure(), field, found, expected });
        }
        for band in self.bands {
            let expected = band.labels.len() * self.size.0 * self.size.1;
            let rows = band.rows.iter().map(|row| (row.name, row.pixels.len()));
            let originals = band.originals.map(|pixels| ("originals", pixels.len()));
            for (name, found) in originals.into_iter().chain(rows) {
                if found != expected {
                    let rule = "one value for each image, row and column";
                    let field = format!("pixels of {name}");
                    let figure = figure();
                    return Err(FigureError::Length { figure, field, found, expected, rule });
                }
            }
        }
        Ok(())
    }

    /// Images as large as the widest band allows, and names in what is left.
    fn layout(&self) -> Layout {
        let (rows, cols) = self.size;
        let factor = |band: &ImageBand<'_>| {
            let room = WIDTH - 2.0 * MARGIN - NAMES - gaps(band.labels, band.labels.len());
            let side = room / band.labels.len() as f32 * SCALE / cols as f32;
            (side as usize).clamp(1, LARGEST)
        };
        let factor = self.bands.iter().map(factor).min().unwrap_or(1);
        let image = ((cols * factor) as f32 / SCALE, (rows * factor) as f32 / SCALE);
        let width = |band: &ImageBand<'_>| {
            band.labels.len() as f32 * image.0 + gaps(band.labels, band.labels.len())
        };
        let widest = self.bands.iter().map(width).fold(0.0, f32::max);
        Layout {
            factor,
            image,
            left: (WIDTH - MARGIN - widest).clamp(MARGIN + NAMES, WIDEST_NAMES),
        }
    }

    fn band(&self, canvas: &mut Canvas, band: &ImageBand<'_>, y: f32, layout: Layout) {
        let Layout { factor, image, left } = layout;
        let style = TextStyle::semibold(19.0, Color::INK);
        let name = text::shorten(band.name, style, WIDTH - left - MARGIN);
        canvas.text(&name, (left, y + 20.0), Align::Start, style);
        let pixels = self.size.0 * self.size.1;
        let x_of = |i: usize| left + i as f32 * image.0 + gaps(band.labels, i);
        let original = band.originals.map(|pixels| ImageRow { name: "original", pixels });
        let apart = original.is_some();
        let mut top = y + BAND_NAME;
        for (r, row) in original.iter().chain(&band.rows).enumerate() {
            for i in 0..band.labels.len() {
                let own = &row.pixels[i * pixels..][..pixels];
                canvas.image_of(own, self.scale, self.size.1, factor, (x_of(i), top));
            }
            let style = TextStyle::regular(14.0, Color::INK);
            let most = ((image.1 / LINE) as usize).max(1);
            let lines = text::wrap(row.name, style, left - MARGIN - 14.0, most);
            let first = top + (image.1 - LINE * (lines.len() as f32 - 1.0)) / 2.0 + 5.0;
            for (i, line) in lines.iter().enumerate() {
                let at = (left - 14.0, first + LINE * i as f32);
                canvas.text(line, at, Align::End, style);
            }
            // Originals stand a little apart from what is made of them.
            top += image.1 + GAP + if r == 0 && apart { 6.0 } else { 0.0 };
        }
        let mut at = 0;
        for same in band.labels.chunk_by(|a, b| a == b) {
            let (from, to) = (x_of(at), x_of(at + same.len() - 1) + image.0);
            let style = TextStyle::semibold(18.0, Color::INK);
            let center = ((from + to) / 2.0, top + 20.0);
            canvas.text(&same[0], center, Align::Middle, style);
            at += same.len();
        }
    }
}

/// The room between images left of image `i`: more before a new label.
fn gaps(labels: &[String], i: usize) -> f32 {
    let pairs = labels.windows(2).take(i);
    pairs.map(|pair| if pair[0] == pair[1] { GAP } else { LABEL_GAP }).sum()
}
