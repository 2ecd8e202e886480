//! A grey image on the canvas.

use super::canvas::{Canvas, Point, SCALE};
use super::palette::Color;

/// The values of a white and of a black pixel decide.
fn grey(pixel: f32, (white, black): (f32, f32)) -> Color {
    if pixel.is_nan() {
        return Color::YELLOW;
    }
    let ink = ((pixel.clamp(white, black) - white) / (black - white) * 255.0).round() as u8;
    Color([255 - ink; 3])
}

impl Canvas {
    /// An image with `factor` page pixels for each of its own on both sides, in a hairline frame;
    /// `corner`, in points, is its upper left one, inside the frame.
    ///
    /// `pixels` are `[rows, cols]`, row-major: -1 is white and +1 black, values between are
    /// linear in the PNG's sRGB value, values outside are cut off, and what is not a number is
    /// yellow. Pixels of a last row that is not whole are not drawn.
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
        let rows = pixels.len() / cols;
        let (x0, y0) = ((corner.0 * SCALE) as i32, (corner.1 * SCALE) as i32);
        let (width, height) = ((cols * factor) as i32, (rows * factor) as i32);
        for y in -1..=height {
            for x in -1..=width {
                let inside = (0..width).contains(&x) && (0..height).contains(&y);
                let color = if inside {
                    grey(pixels[y as usize / factor * cols + x as usize / factor], scale)
                } else {
                    Color::GRID
                };
                self.blend(x0 + x, y0 + y, color, 1.0);
            }
        }
    }
}
