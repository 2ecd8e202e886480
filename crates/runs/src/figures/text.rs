//! Text on the canvas, in the two bundled fonts.

use std::sync::OnceLock;

use ab_glyph::{Font, FontRef, GlyphId, PxScale, ScaleFont, point};

use super::canvas::{Canvas, Point, SCALE};
use super::palette::Color;

/// Weight of the letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// How far capitals and figures rise above the baseline, as a share of the em.
pub(super) const CAP_HEIGHT: f32 = 0.727;

fn font(weight: Weight) -> &'static FontRef<'static> {
    static REGULAR: OnceLock<FontRef<'static>> = OnceLock::new();
    static SEMIBOLD: OnceLock<FontRef<'static>> = OnceLock::new();
    let (cell, bytes): (_, &'static [u8]) = match weight {
        Weight::Regular => (&REGULAR, include_bytes!("../../assets/fonts/sans-regular.otf")),
        Weight::Semibold => (&SEMIBOLD, include_bytes!("../../assets/fonts/sans-semibold.otf")),
    };
    cell.get_or_init(|| FontRef::try_from_slice(bytes).expect("the bundled font is well formed"))
}

/// The scale at which one em is `size` points; the font library counts ascent minus descent.
fn pixel_scale(font: &FontRef<'_>, size: f32) -> PxScale {
    let em = font.units_per_em().expect("the bundled font states its em");
    PxScale::from(size * SCALE * font.height_unscaled() / em)
}

/// Glyphs of `text` with their x in pixels from its start, and the width of it all.
fn layout(text: &str, style: TextStyle) -> (Vec<(GlyphId, f32)>, f32) {
    let font = font(style.weight);
    let scaled = font.as_scaled(pixel_scale(font, style.size));
    let mut x = 0.0;
    let mut glyphs: Vec<(GlyphId, f32)> = Vec::with_capacity(text.len());
    for character in text.chars() {
        let glyph = scaled.glyph_id(character);
        if let Some(&(before, _)) = glyphs.last() {
            x += scaled.kern(before, glyph);
        }
        glyphs.push((glyph, x));
        x += scaled.h_advance(glyph);
    }
    (glyphs, x)
}

/// Width of one line of text in points.
pub fn text_width(text: &str, style: TextStyle) -> f32 {
    layout(text, style).1 / SCALE
}

/// `text` if it fits into `limit` points, otherwise its start and an ellipsis; empty where not even
/// that has room.
pub fn shorten(text: &str, style: TextStyle, limit: f32) -> String {
    // Long before this many characters no figure has room, and measuring must stay cheap.
    const LONGEST: usize = 400;
    let mut kept: String = text.chars().take(LONGEST).collect();
    if kept.len() == text.len() && text_width(text, style) <= limit {
        return kept;
    }
    while kept.pop().is_some() {
        let shortened = format!("{}…", kept.trim_end());
        if text_width(&shortened, style) <= limit {
            return shortened;
        }
    }
    kept
}

/// `text` in lines of at most `limit` points, broken at spaces and hyphens; at
/// most `lines` of them and at least one, a line shortened where it holds more.
pub fn wrap(text: &str, style: TextStyle, limit: f32, lines: usize) -> Vec<String> {
    let mut wrapped: Vec<String> = vec![String::new()];
    for word in text.split_inclusive([' ', '-']) {
        let line = wrapped.last_mut().expect("there is a first line");
        let longer = format!("{line}{word}");
        if line.is_empty()
            || wrapped.len() == lines
            || text_width(longer.trim_end(), style) <= limit
        {
            *wrapped.last_mut().expect("there is a first line") = longer;
        } else {
            wrapped.push(word.to_owned());
        }
    }
    wrapped.iter().map(|line| shorten(line.trim_end(), style, limit)).collect()
}

impl Canvas {
    /// Title and subtitle at the top of the page, from `x` on; each is one line, cut off where it
    /// is wider than `width` points. They take the upper 90 points.
    pub fn heading(&mut self, title: &str, subtitle: &str, x: f32, width: f32) {
        let style = TextStyle::semibold(28.0, Color::INK);
        self.text(&shorten(title, style, width), (x, 46.0), Align::Start, style);
        let style = TextStyle::regular(18.0, Color::MUTED);
        self.text(&shorten(subtitle, style, width), (x, 76.0), Align::Start, style);
    }

    /// Writes one line of text; `at` is the point on its baseline where `align` says. Characters
    /// that the font does not have are drawn as its sign for missing ones.
    pub fn text(&mut self, text: &str, at: Point, align: Align, style: TextStyle) {
        let font = font(style.weight);
        let scale = pixel_scale(font, style.size);
        let (glyphs, width) = layout(text, style);
        let left = at.0 * SCALE
            - match align {
                Align::Start => 0.0,
                Align::Middle => width / 2.0,
                Align::End => width,
            };
        let baseline = (at.1 * SCALE).round();
        for (glyph, x) in glyphs {
            let placed = glyph.with_scale_and_position(scale, point(left + x, baseline));
            let Some(outline) = font.outline_glyph(placed) else {
                continue;
            };
            let corner = outline.px_bounds().min;
            outline.draw(|x, y, cover| {
                self.blend(
                    x as i32 + corner.x as i32,
                    y as i32 + corner.y as i32,
                    style.color,
                    cover,
                );
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wrapped_lines_break_at_spaces_and_hyphens_and_lose_nothing_that_fits() {
        let style = TextStyle::regular(17.0, Color::INK);
        let name = "paper-no-regularization-separate-decoders, train.epochs = 2";
        let lines = wrap(name, style, 200.0, 9);
        assert!(lines.len() > 2, "{lines:?}");
        let joined = lines.join(" ").replace("- ", "-");
        assert_eq!(joined, name);
        assert_eq!(wrap(name, style, 1e6, 9), [name]);
        assert!(wrap(name, style, 200.0, 2)[1].ends_with('…'));
    }

    proptest! {
        #[test]
        fn wrapped_lines_are_no_wider_and_no_more_than_asked(
            text in "[a-z0-9 -]{0,80}", limit in 30.0f32..400.0, most in 1usize..5,
        ) {
            let style = TextStyle::regular(17.0, Color::INK);
            let lines = wrap(&text, style, limit, most);
            prop_assert!((1..=most).contains(&lines.len()));
            prop_assert!(lines.iter().all(|line| text_width(line, style) <= limit));
        }
    }
}
