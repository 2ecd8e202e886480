//! A grey image.

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
