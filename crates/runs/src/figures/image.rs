//! A grey image on the canvas.

use super::canvas::{Canvas, Shape};
use super::palette::Color;
use super::style::Point;

/// A grey image: an enlarged grid of pixels in a hairline frame.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Image {
    /// Whole rows, row-major.
    pub(super) pixels: Vec<f32>,
    pub(super) cols: usize,
    /// Page pixels for each of its own, on both sides.
    pub(super) factor: usize,
    /// The upper left one, inside the frame, in points.
    pub(super) corner: Point,
    /// The values of a white and of a black pixel.
    pub(super) scale: (f32, f32),
}

impl Image {
    pub(super) fn rows(&self) -> usize {
        self.pixels.len() / self.cols
    }

    /// How a pixel looks; none for what is not a number.
    pub(super) fn grey(&self, pixel: f32) -> Option<u8> {
        let (white, black) = self.scale;
        let ink = (pixel.clamp(white, black) - white) / (black - white) * 255.0;
        (!pixel.is_nan()).then(|| 255 - ink.round() as u8)
    }

    /// The same as a colour.
    pub(super) fn color(&self, pixel: f32) -> [u8; 3] {
        self.grey(pixel).map_or(Color::YELLOW.rgb(), |grey| [grey; 3])
    }
}

impl Canvas {
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
