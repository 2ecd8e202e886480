//! Text in the two bundled fonts: how wide it is, and where its letters stand.

use std::sync::OnceLock;

use ab_glyph::{Font, FontRef, GlyphId, PxScale, ScaleFont};

use super::style::{Align, SCALE, TextStyle, Weight};

/// How far capitals and figures rise above the baseline, as a share of the em.
pub(super) const CAP_HEIGHT: f32 = 0.727;

pub(super) fn font(weight: Weight) -> &'static FontRef<'static> {
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

/// One line of text, laid out in pixels.
pub(super) struct Line {
    pub(super) font: &'static FontRef<'static>,
    pub(super) scale: PxScale,
    /// The glyphs with their x from the line's start.
    pub(super) glyphs: Vec<(GlyphId, f32)>,
    width: f32,
}

impl Line {
    pub(super) fn of(text: &str, style: TextStyle) -> Line {
        let font = font(style.weight);
        let scale = pixel_scale(font, style.size);
        let scaled = font.as_scaled(scale);
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
        Line { font, scale, glyphs, width: x }
    }

    /// How much of the line stands left of the point that it is aligned to.
    pub(super) fn before(&self, align: Align) -> f32 {
        match align {
            Align::Start => 0.0,
            Align::Middle => self.width / 2.0,
            Align::End => self.width,
        }
    }
}

/// Width of one line of text in points.
pub fn text_width(text: &str, style: TextStyle) -> f32 {
    Line::of(text, style).width / SCALE
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::figures::palette::Color;

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
