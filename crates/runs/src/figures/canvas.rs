//! A white page to draw on, measured in points, and its PNG.

use super::error::FigureError;
use super::palette::Color;

/// Pixels per point, on each side.
pub const SCALE: f32 = 2.0;

/// Pixels per metre that make a point 1/72 inch: 144 pixels an inch.
const PIXELS_PER_METRE: u32 = 5669;

/// A place or an extent on the page, x and y in points; y grows downwards from the upper edge.
pub type Point = (f32, f32);

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub color: Color,
    /// Its width in points.
    pub width: f32,
    /// How much of what lies below it hides: 1 is opaque, 0 invisible.
    pub alpha: f32,
}

impl Stroke {
    /// An opaque line, `width` points wide.
    pub fn new(color: Color, width: f32) -> Stroke {
        Stroke { color, width, alpha: 1.0 }
    }
}

/// An RGB page, white at first. Whatever falls outside it is not drawn.
pub struct Canvas {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Canvas {
    /// A page of `size` points, width and height.
    pub fn new(size: Point) -> Canvas {
        let (width, height) = ((size.0 * SCALE) as usize, (size.1 * SCALE) as usize);
        Canvas { width, height, rgb: vec![0xff; width * height * 3] }
    }

    /// Mixes `color` into one pixel; `x` and `y` are in pixels from the upper left corner, not in
    /// points, and `cover` in 0..=1 is the share of the pixel that the colour covers.
    pub fn blend(&mut self, x: i32, y: i32, color: Color, cover: f32) {
        let inside = (0..self.width as i32).contains(&x) && (0..self.height as i32).contains(&y);
        if !inside {
            return;
        }
        let start = (y as usize * self.width + x as usize) * 3;
        for (old, new) in self.rgb[start..start + 3].iter_mut().zip(color.0) {
            let mixed = *old as f32 + (new as f32 - *old as f32) * cover.clamp(0.0, 1.0);
            *old = mixed.round() as u8;
        }
    }

    /// Fills a rectangle with its upper left corner at `corner`, its edges snapped to whole pixels
    /// so that they are sharp.
    pub fn fill(&mut self, corner: Point, size: Point, color: Color) {
        let snap = |v: f32| (v * SCALE).round() as i32;
        for y in snap(corner.1).max(0)..snap(corner.1 + size.1).min(self.height as i32) {
            for x in snap(corner.0).max(0)..snap(corner.0 + size.0).min(self.width as i32) {
                self.blend(x, y, color, 1.0);
            }
        }
    }

    /// A line through `points` with round ends and corners; one point makes a dot, and none
    /// makes nothing.
    ///
    /// The cover of the whole line is gathered before it is mixed in, so a translucent line is
    /// no darker where it crosses itself.
    pub fn stroke(&mut self, points: &[Point], stroke: Stroke) {
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

    /// A straight line of dashes, about `dash` points long with gaps of the same length;
    /// none where an end is not finite. It takes time for each dash, off the page too.
    ///
    /// # Panics
    /// If `dash` is not positive.
    pub fn dashed(&mut self, from: Point, to: Point, dash: f32, stroke: Stroke) {
        assert!(dash > 0.0, "dashes must have a positive length, not {dash} points");
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = (dx * dx + dy * dy).sqrt();
        if !length.is_finite() {
            return;
        }
        // An odd number of pieces begins and ends the line with a dash.
        let pieces = ((length / dash).round() as usize | 1).max(1);
        let at = |i: usize| {
            let share = i as f32 / pieces as f32;
            (from.0 + dx * share, from.1 + dy * share)
        };
        for i in (0..pieces).step_by(2) {
            self.stroke(&[at(i), at(i + 1)], stroke);
        }
    }

    /// The page as the bytes of an RGB PNG file, two pixels a point and 144 pixels an inch.
    ///
    /// # Errors
    /// If the page is so small that it has no pixels.
    pub fn into_png(self) -> Result<Vec<u8>, FigureError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
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
        writer.write_image_data(&self.rgb)?;
        writer.finish()?;
        Ok(bytes)
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
        canvas.rgb.chunks(3).filter(|pixel| *pixel != Color::PAPER.0).count()
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
        let pixel = |x: usize, y: usize| canvas.rgb[(y * 40 + x) * 3];
        assert_eq!(pixel(20, 20), pixel(10, 20));
    }

    #[test]
    fn a_dashed_line_begins_and_ends_with_a_dash() {
        let mut canvas = Canvas::new((60.0, 10.0));
        canvas.dashed((5.0, 5.0), (55.0, 5.0), 6.0, Stroke::new(Color::INK, 2.0));
        let inked = |x: usize| canvas.rgb[(10 * 120 + x) * 3] < 0x80;
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
        assert!(matches!(Canvas::new((0.0, 9.0)).into_png(), Err(FigureError::Encode(_))));
    }

    proptest! {
        #[test]
        fn strokes_and_rectangles_may_lie_anywhere(
            points in proptest::collection::vec(any::<(f32, f32)>(), 0..5), width in 0f32..50.0,
        ) {
            let mut canvas = Canvas::new((30.0, 20.0));
            canvas.stroke(&points, Stroke::new(Color::INK, width));
            points.windows(2).for_each(|pair| canvas.fill(pair[0], pair[1], Color::INK));
        }
    }
}
