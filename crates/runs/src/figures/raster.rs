//! A drawing as the bytes of a PNG file.

use ab_glyph::{Font, point};

use super::canvas::{Canvas, Shape};
use super::error::FigureError;
use super::image::Image;
use super::palette::Color;
use super::style::{Align, Point, SCALE, Stroke, TextStyle};
use super::text::Line;

/// Pixels per metre that make a point 1/72 inch: 144 pixels an inch.
const PIXELS_PER_METRE: u32 = 5669;

impl Canvas {
    /// The drawing on white paper as the bytes of an RGB PNG file, two pixels a point and 144
    /// pixels an inch. The same drawing gives the same bytes.
    ///
    /// # Errors
    /// If the page is so small that it has no pixels.
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        let page = Page::of(self);
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, page.width as u32, page.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        // Flat colours compress best as they are.
        encoder.set_filter(png::Filter::NoFilter);
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: PIXELS_PER_METRE,
            yppu: PIXELS_PER_METRE,
            unit: png::Unit::Meter,
        }));
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&page.rgb)?;
        writer.finish()?;
        Ok(bytes)
    }
}

/// An RGB page, white at first.
struct Page {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Page {
    fn of(canvas: &Canvas) -> Page {
        let size = canvas.size();
        let (width, height) = ((size.0 * SCALE) as usize, (size.1 * SCALE) as usize);
        let mut page = Page { width, height, rgb: vec![0xff; width * height * 3] };
        for shape in canvas.shapes() {
            match shape {
                Shape::Fill { corner, size, color, share } => {
                    page.fill(*corner, *size, *color, *share);
                }
                Shape::Line { points, stroke } => page.stroke(points, *stroke),
                Shape::Band { edges, color, share } => page.band(edges, *color, *share as f32),
                Shape::Text { text, at, align, style } => page.text(text, *at, *align, *style),
                Shape::Image(image) => page.image(image),
            }
        }
        page
    }

    /// The bytes of one pixel, if it is on the page.
    fn pixel(&mut self, x: i32, y: i32) -> Option<&mut [u8]> {
        let inside = (0..self.width as i32).contains(&x) && (0..self.height as i32).contains(&y);
        if !inside {
            return None;
        }
        let start = (y as usize * self.width + x as usize) * 3;
        Some(&mut self.rgb[start..start + 3])
    }

    /// Mixes `color` into one pixel; `cover` in 0..=1 is the share of the pixel that it covers.
    fn blend(&mut self, x: i32, y: i32, color: Color, cover: f32) {
        for (old, new) in self.pixel(x, y).into_iter().flatten().zip(color.rgb()) {
            let mixed = *old as f32 + (new as f32 - *old as f32) * cover.clamp(0.0, 1.0);
            *old = mixed.round() as u8;
        }
    }

    fn fill(&mut self, corner: Point, size: Point, color: Color, share: f64) {
        let snap = |v: f32| (v * SCALE).round() as i32;
        for y in snap(corner.1).max(0)..snap(corner.1 + size.1).min(self.height as i32) {
            for x in snap(corner.0).max(0)..snap(corner.0 + size.0).min(self.width as i32) {
                for (old, new) in self.pixel(x, y).into_iter().flatten().zip(color.rgb()) {
                    let mixed = f64::from(*old) + (f64::from(new) - f64::from(*old)) * share;
                    *old = mixed.round() as u8;
                }
            }
        }
    }

    /// Column by column, with a share of the pixels at both edges.
    fn band(&mut self, edges: &[(f32, [f32; 2])], color: Color, share: f32) {
        for pair in edges.windows(2) {
            let [(from, a), (to, b)] =
                [pair[0], pair[1]].map(|(x, y)| (x * SCALE, y.map(|y| y * SCALE)));
            for x in (from.round() as i32).max(0)..(to.round() as i32).min(self.width as i32) {
                let at = ((x as f32 + 0.5 - from) / (to - from)).clamp(0.0, 1.0);
                let [y0, y1] = [0, 1].map(|i| a[i] + (b[i] - a[i]) * at);
                let (top, base) = (y0.min(y1), y0.max(y1));
                for y in (top.floor() as i32).max(0)..(base.ceil() as i32).min(self.height as i32) {
                    let cover = (base.min(y as f32 + 1.0) - top.max(y as f32)).clamp(0.0, 1.0);
                    self.blend(x, y, color, cover * share);
                }
            }
        }
    }

    /// The cover of the whole line is gathered before it is mixed in, so a translucent line is
    /// no darker where it crosses itself.
    fn stroke(&mut self, points: &[Point], stroke: Stroke) {
        let pixels: Vec<Point> = points.iter().map(|p| (p.0 * SCALE, p.1 * SCALE)).collect();
        let reach = stroke.width * SCALE / 2.0 + 0.5;
        let Some(bounds) = PixelBounds::around(&pixels, reach, self.width, self.height) else {
            return;
        };
        let mut cover = vec![0.0f32; bounds.area()];
        let mut segment = |a: Point, b: Point| {
            let Some(near) = PixelBounds::around(&[a, b], reach, self.width, self.height) else {
                return;
            };
            for y in near.top..near.bottom {
                for x in near.left..near.right {
                    let distance = distance_to_segment((x as f32 + 0.5, y as f32 + 0.5), a, b);
                    let cell = &mut cover[bounds.index(x, y)];
                    *cell = cell.max((reach - distance).clamp(0.0, 1.0));
                }
            }
        };
        match pixels[..] {
            [only] => segment(only, only),
            _ => pixels.windows(2).for_each(|pair| segment(pair[0], pair[1])),
        }
        for y in bounds.top..bounds.bottom {
            for x in bounds.left..bounds.right {
                let cover = cover[bounds.index(x, y)];
                if cover > 0.0 {
                    self.blend(x as i32, y as i32, stroke.color, cover * stroke.alpha);
                }
            }
        }
    }

    fn text(&mut self, text: &str, at: Point, align: Align, style: TextStyle) {
        let line = Line::of(text, style);
        let left = at.0 * SCALE - line.before(align);
        let baseline = (at.1 * SCALE).round();
        for &(glyph, x) in &line.glyphs {
            let placed = glyph.with_scale_and_position(line.scale, point(left + x, baseline));
            let Some(outline) = line.font.outline_glyph(placed) else {
                continue;
            };
            let corner = outline.px_bounds().min;
            outline.draw(|x, y, cover| {
                let (x, y) = (x as i32 + corner.x as i32, y as i32 + corner.y as i32);
                self.blend(x, y, style.color, cover);
            });
        }
    }

    fn image(&mut self, image: &Image) {
        let Image { pixels, cols, factor, corner, .. } = image;
        let (x0, y0) = ((corner.0 * SCALE) as i32, (corner.1 * SCALE) as i32);
        let (width, height) = ((cols * factor) as i32, (image.rows() * factor) as i32);
        for y in -1..=height {
            for x in -1..=width {
                let inside = (0..width).contains(&x) && (0..height).contains(&y);
                let color = if inside {
                    image.color(pixels[y as usize / factor * cols + x as usize / factor])
                } else {
                    Color::GRID.rgb()
                };
                if let Some(pixel) = self.pixel(x0 + x, y0 + y) {
                    pixel.copy_from_slice(&color);
                }
            }
        }
    }
}

/// A box of whole pixels inside the page.
struct PixelBounds {
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
}

impl PixelBounds {
    /// The pixels within `reach` of the box around `points`; none if that is off the page.
    fn around(points: &[Point], reach: f32, width: usize, height: usize) -> Option<PixelBounds> {
        let span = |values: &mut dyn Iterator<Item = f32>, limit: usize| {
            let (low, high) = values.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| {
                (low.min(v), high.max(v))
            });
            // Casts saturate, so points far outside the page are cut off at its edge.
            (
                ((low - reach).floor() as usize).min(limit),
                ((high + reach).ceil() as usize).min(limit),
            )
        };
        let (left, right) = span(&mut points.iter().map(|p| p.0), width);
        let (top, bottom) = span(&mut points.iter().map(|p| p.1), height);
        (left < right && top < bottom).then_some(PixelBounds { left, right, top, bottom })
    }

    fn area(&self) -> usize {
        (self.right - self.left) * (self.bottom - self.top)
    }

    fn index(&self, x: usize, y: usize) -> usize {
        (y - self.top) * (self.right - self.left) + x - self.left
    }
}

fn distance_to_segment(p: Point, a: Point, b: Point) -> f32 {
    let (abx, aby) = (b.0 - a.0, b.1 - a.1);
    let (apx, apy) = (p.0 - a.0, p.1 - a.1);
    let squared = abx * abx + aby * aby;
    let along =
        if squared > 0.0 { ((apx * abx + apy * aby) / squared).clamp(0.0, 1.0) } else { 0.0 };
    let (dx, dy) = (apx - along * abx, apy - along * aby);
    (dx * dx + dy * dy).sqrt()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inked(canvas: &Canvas) -> usize {
        Page::of(canvas).rgb.chunks(3).filter(|pixel| *pixel != Color::PAPER.rgb()).count()
    }

    #[test]
    fn a_filled_rectangle_covers_two_pixels_a_point_on_each_side() {
        let mut canvas = Canvas::new((20.0, 10.0));
        canvas.fill((2.0, 3.0), (5.0, 4.0), Color::BLUE);
        assert_eq!(inked(&canvas), 10 * 8);
    }

    #[test]
    fn a_translucent_line_is_no_darker_where_it_crosses_itself() {
        let mut canvas = Canvas::new((20.0, 20.0));
        let stroke = Stroke { alpha: 0.5, ..Stroke::new(Color::INK, 4.0) };
        canvas.stroke(&[(2.0, 10.0), (18.0, 10.0), (10.0, 18.0), (10.0, 2.0)], stroke);
        let rgb = Page::of(&canvas).rgb;
        let pixel = |x: usize, y: usize| rgb[(y * 40 + x) * 3];
        assert_eq!(pixel(20, 20), pixel(10, 20));
    }

    #[test]
    fn a_dashed_line_begins_and_ends_with_a_dash() {
        let mut canvas = Canvas::new((60.0, 10.0));
        canvas.dashed((5.0, 5.0), (55.0, 5.0), 6.0, Stroke::new(Color::INK, 2.0));
        let rgb = Page::of(&canvas).rgb;
        let inked = |x: usize| rgb[(10 * 120 + x) * 3] < 0x80;
        assert!(inked(11) && inked(108) && (11..108).any(|x| !inked(x)));
    }

    #[test]
    fn a_dashed_line_without_finite_ends_is_left_out() {
        let mut canvas = Canvas::new((60.0, 10.0));
        for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            canvas.dashed((x, 0.0), (5.0, 5.0), 6.0, Stroke::new(Color::INK, 2.0));
            canvas.dashed((x, 0.0), (x, 5.0), 6.0, Stroke::new(Color::INK, 2.0));
        }
        assert_eq!(inked(&canvas), 0);
    }

    #[test]
    #[should_panic(expected = "positive length")]
    fn dashes_without_length_are_refused() {
        let ends = ((0.0, 0.0), (9.0, 0.0));
        Canvas::new((9.0, 9.0)).dashed(ends.0, ends.1, 0.0, Stroke::new(Color::INK, 1.0));
    }

    #[test]
    fn a_page_without_pixels_is_an_error_and_no_empty_file() {
        assert!(matches!(Canvas::new((0.0, 9.0)).png(), Err(FigureError::Encode(_))));
    }

    proptest! {
        #[test]
        fn strokes_and_rectangles_may_lie_anywhere(
            points in proptest::collection::vec(any::<(f32, f32)>(), 0..5), width in 0f32..50.0,
        ) {
            let mut canvas = Canvas::new((30.0, 20.0));
            canvas.stroke(&points, Stroke::new(Color::INK, width));
            points.windows(2).for_each(|pair| canvas.fill(pair[0], pair[1], Color::INK));
            prop_assert!(canvas.png().is_ok() && canvas.svg("").ends_with("</svg>\n"));
        }
    }
}
