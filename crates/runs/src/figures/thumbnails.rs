//! Rows of images as small as they can be seen: for a picture that is one of many.

use super::canvas::Canvas;
use super::error::FigureError;
use super::image_rows::{ImageBand, ImageRow, ImageRows};
use super::palette::Color;
use super::style::{Align, SCALE, TextStyle};
use super::text;

/// An image is drawn at the whole factor that brings it nearest below this, in page pixels.
const SIDE_PIXELS: usize = 56;
const MARGIN: f32 = 3.0;
/// The room for the names of the rows.
const NAMES: f32 = 56.0;
const GAP: f32 = 2.0;
const LINE: f32 = 11.0;
const TEXT: f32 = 7.0;

impl ImageRows<'_> {
    /// The images alone, with names and labels but without title, subtitle and note on the scale, which
    /// a caption has to tell: a few hundred points wide, for [probes](crate::Probe).
    ///
    /// # Errors
    /// As [`ImageRows::draw`].
    pub fn draw_small(&self) -> Result<Canvas, FigureError> {
        self.check()?;
        let (rows, cols) = self.size;
        let factor = (SIDE_PIXELS / rows.max(cols)).max(1);
        let image = ((cols * factor) as f32 / SCALE, (rows * factor) as f32 / SCALE);
        let shown = |band: &ImageBand<'_>| band.rows.len() + usize::from(band.originals.is_some());
        let lines = |band: &ImageBand<'_>| 1 + usize::from(!band.name.is_empty());
        let height =
            |band: &ImageBand<'_>| (image.1 + GAP) * shown(band) as f32 + LINE * lines(band) as f32;
        let most = self.bands.iter().map(|band| band.labels.len()).max().unwrap_or(0);
        let width = NAMES + 2.0 * MARGIN + (image.0 + GAP) * most as f32;
        let total: f32 = self.bands.iter().map(height).sum();
        let mut canvas = Canvas::new((width, total + 2.0 * MARGIN));
        let mut y = MARGIN;
        for band in self.bands {
            self.small_band(&mut canvas, band, y, image, factor);
            y += height(band);
        }
        Ok(canvas)
    }

    fn small_band(
        &self,
        canvas: &mut Canvas,
        band: &ImageBand<'_>,
        mut y: f32,
        image: (f32, f32),
        factor: usize,
    ) {
        let left = MARGIN + NAMES;
        let pixels = self.size.0 * self.size.1;
        let bold = TextStyle::semibold(TEXT, Color::INK);
        let x_of = |i: usize| left + (image.0 + GAP) * i as f32;
        if !band.name.is_empty() {
            canvas.text(band.name, (left, y + TEXT), Align::Start, bold);
            y += LINE;
        }
        let original = band.originals.map(|pixels| ImageRow { name: "original", pixels });
        for row in original.iter().chain(&band.rows) {
            for i in 0..band.labels.len() {
                let own = &row.pixels[i * pixels..][..pixels];
                canvas.image_of(own, self.scale, self.size.1, factor, (x_of(i), y));
            }
            let style = TextStyle::regular(TEXT, Color::INK);
            let name = text::shorten(row.name, style, NAMES - GAP);
            let middle = y + image.1 / 2.0 + TEXT / 3.0;
            canvas.text(&name, (left - 2.0 * GAP, middle), Align::End, style);
            y += image.1 + GAP;
        }
        for (i, label) in band.labels.iter().enumerate() {
            canvas.text(label, (x_of(i) + image.0 / 2.0, y + TEXT), Align::Middle, bold);
        }
    }
}
