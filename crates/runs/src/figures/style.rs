//! Where things are on the page, and how they look.

use super::palette::Color;

/// Pixels of a PNG for each point, on each side.
pub const SCALE: f32 = 2.0;

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

/// Weight of the letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// For most text.
    Regular,
    /// For titles and whatever should be seen first.
    Semibold,
}

/// Which part of the text lies at the given x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Its left end.
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
}

/// How text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextStyle {
    /// The em in points.
    pub size: f32,
    /// Weight of the letters.
    pub weight: Weight,
    /// Their colour.
    pub color: Color,
}

impl TextStyle {
    /// Regular letters, `size` points an em.
    pub fn regular(size: f32, color: Color) -> TextStyle {
        TextStyle { size, weight: Weight::Regular, color }
    }

    /// Semibold letters, `size` points an em.
    pub fn semibold(size: f32, color: Color) -> TextStyle {
        TextStyle { size, weight: Weight::Semibold, color }
    }
}
