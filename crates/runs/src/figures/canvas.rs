//! A page to draw on, measured in points.

use super::image::Image;
use super::palette::Color;
use super::style::{Align, Point, Stroke, TextStyle};
use super::text::shorten;

/// A page and all that is drawn on it, in order; whatever falls outside it can't be seen. It is
/// kept as shapes, and [`Canvas::png`] and [`Canvas::svg`] make a file of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Canvas {
    size: Point,
    shapes: Vec<Shape>,
}

/// Something that was drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// A rectangle, of which only a `share` hides what lies below.
    Fill { corner: Point, size: Point, color: Color, share: f64 },
    /// A line through points.
    Line { points: Vec<Point>, stroke: Stroke },
    /// What lies between two lines over the same x, ascending, of which only a `share` hides what
    /// lies below.
    Band { edges: Vec<(f32, [f32; 2])>, color: Color, share: f64 },
    /// One line of text.
    Text { text: String, at: Point, align: Align, style: TextStyle },
    /// A grey image.
    Image(Image),
}

impl Canvas {
    /// An empty page of `size` points, width and height.
    pub fn new(size: Point) -> Canvas {
        Canvas { size, shapes: Vec::new() }
    }

    /// Width and height in points.
    pub fn size(&self) -> Point {
        self.size
    }

    pub(super) fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    pub(super) fn record(&mut self, shape: Shape) {
        self.shapes.push(shape);
    }

    /// Fills a rectangle with its upper left corner at `corner`, its edges snapped to half points
    /// so that they are sharp.
    pub fn fill(&mut self, corner: Point, size: Point, color: Color) {
        self.tint(corner, size, color, 1.0);
    }

    /// As [`Canvas::fill`], with a `share` of the colour, 0 to 1, over a share of what is there.
    pub fn tint(&mut self, corner: Point, size: Point, color: Color, share: f64) {
        self.record(Shape::Fill { corner, size, color, share: share.clamp(0.0, 1.0) });
    }

    /// A line through `points` with round ends and corners; one point makes a dot, and none
    /// makes nothing. A translucent line is no darker where it crosses itself.
    pub fn stroke(&mut self, points: &[Point], stroke: Stroke) {
        self.record(Shape::Line { points: points.to_vec(), stroke });
    }

    /// Tints what lies between two lines, `edges` being an x, ascending, with the y of each line.
    pub fn band(&mut self, edges: Vec<(f32, [f32; 2])>, color: Color, share: f64) {
        self.record(Shape::Band { edges, color, share: share.clamp(0.0, 1.0) });
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

    /// Writes one line of text; `at` is the point on its baseline where `align` says. Characters
    /// that the font does not have are drawn as its sign for missing ones.
    pub fn text(&mut self, text: &str, at: Point, align: Align, style: TextStyle) {
        self.record(Shape::Text { text: text.to_owned(), at, align, style });
    }

    /// Title and subtitle at the top of the page, from `x` on; each is one line, cut off where it
    /// is wider than `width` points. They take the upper 90 points.
    pub fn heading(&mut self, title: &str, subtitle: &str, x: f32, width: f32) {
        let style = TextStyle::semibold(28.0, Color::INK);
        self.text(&shorten(title, style, width), (x, 46.0), Align::Start, style);
        let style = TextStyle::regular(18.0, Color::MUTED);
        self.text(&shorten(subtitle, style, width), (x, 76.0), Align::Start, style);
    }

    /// An image with `factor` page pixels for each of its own on both sides, two page pixels being
    /// a point, in a hairline frame; `corner`, in points, is its upper left one, inside the frame.
    ///
    /// `pixels` are `[rows, cols]`, row-major: -1 is white and +1 black on a dark page too, values
    /// between are linear in the picture's sRGB value, values outside are cut off, and what is not
    /// a number is yellow. Pixels of a last row that is not whole are not drawn.
    ///
    /// # Panics
    /// If `cols` is 0.
    pub fn image(&mut self, pixels: &[f32], cols: usize, factor: usize, corner: Point) {
        self.image_of(pixels, (-1.0, 1.0), cols, factor, corner);
    }

    /// As [`Canvas::image`], with values of its own for white and black.
    ///
    /// # Panics
    /// If `cols` is 0 or white is not below black.
    pub fn image_of(
        &mut self,
        pixels: &[f32],
        scale: (f32, f32),
        cols: usize,
        factor: usize,
        corner: Point,
    ) {
        assert!(scale.0 < scale.1, "white, {}, must be below black, {}", scale.0, scale.1);
        let pixels = pixels[..pixels.len() / cols * cols].to_vec();
        self.record(Shape::Image(Image { pixels, cols, factor, corner, scale }));
    }
}
