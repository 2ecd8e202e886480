//! Colours, the same in every figure and in the report.

/// An sRGB colour. Those of text, lines and background follow the reader's light or dark setting
/// where a figure stands on a page; all others are the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color {
    rgb: [u8; 3],
    /// The custom property of the report's style sheet that stands for it on a page.
    property: Option<&'static str>,
}

impl Color {
    /// Text, axes and whatever comes before all others, such as a total.
    pub const INK: Color = Color::of_page([0x1b, 0x1e, 0x23], "--ink");
    /// Secondary text.
    pub const MUTED: Color = Color::of_page([0x5a, 0x60, 0x68], "--muted");
    /// Grid lines and image frames.
    pub const GRID: Color = Color::of_page([0xdf, 0xe2, 0xe6], "--line");
    /// Page background.
    pub const PAPER: Color = Color::of_page([0xff, 0xff, 0xff], "--paper");
    /// Text on a bar or a square that is dark in any setting.
    pub const WHITE: Color = Color::new([0xff, 0xff, 0xff]);
    /// Okabe and Ito's blue. As it is too dark to be read on a dark page, text of this colour is
    /// lighter there.
    pub const BLUE: Color = Color::of_page([0x00, 0x72, 0xb2], "--blue");
    /// Okabe and Ito's vermillion.
    pub const VERMILLION: Color = Color::new([0xd5, 0x5e, 0x00]);
    /// Okabe and Ito's bluish green.
    pub const GREEN: Color = Color::new([0x00, 0x9e, 0x73]);
    /// Okabe and Ito's reddish purple.
    pub const PURPLE: Color = Color::new([0xcc, 0x79, 0xa7]);
    /// Okabe and Ito's orange.
    pub const ORANGE: Color = Color::new([0xe6, 0x9f, 0x00]);
    /// Okabe and Ito's sky blue.
    pub const SKY: Color = Color::new([0x56, 0xb4, 0xe9]);
    /// Okabe and Ito's yellow, which no grey scale contains: a pixel that is not a number.
    pub const YELLOW: Color = Color::new([0xf0, 0xe4, 0x42]);

    /// Red, green and blue from 0 to 255, the same on a light and a dark page.
    pub const fn new(rgb: [u8; 3]) -> Color {
        Color { rgb, property: None }
    }

    const fn of_page(rgb: [u8; 3], property: &'static str) -> Color {
        Color { rgb, property: Some(property) }
    }

    /// Red, green and blue from 0 to 255, on white paper.
    pub const fn rgb(self) -> [u8; 3] {
        self.rgb
    }

    /// The custom property that stands for it on a page, where it depends on the page.
    pub(super) const fn property(self) -> Option<&'static str> {
        self.property
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: &str = include_str!("../report/style.css");

    /// What a custom property is where the text of a style sheet sets it first.
    fn set(style: &str, property: &str) -> Option<[u8; 3]> {
        let value = style.split(&format!("{property}: #")).nth(1)?.split(';').next()?;
        let byte = |at: usize| u8::from_str_radix(&value[at..at + 2], 16).unwrap();
        Some([byte(0), byte(2), byte(4)])
    }

    /// The contrast of two colours by the Web Content Accessibility Guidelines, 1 to 21.
    fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
        let light = |rgb: [u8; 3]| {
            let linear = rgb.map(|byte| match f64::from(byte) / 255.0 {
                small if small <= 0.04045 => small / 12.92,
                large => ((large + 0.055) / 1.055).powf(2.4),
            });
            0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05
        };
        let (a, b) = (light(a), light(b));
        a.max(b) / a.min(b)
    }

    const THEMED: [Color; 5] = [Color::INK, Color::MUTED, Color::GRID, Color::PAPER, Color::BLUE];

    #[test]
    fn a_light_page_has_the_colours_of_the_files() {
        for color in THEMED {
            assert_eq!(set(STYLE, color.property.unwrap()), Some(color.rgb), "{color:?}");
        }
    }

    #[test]
    fn lines_and_text_stand_out_from_a_dark_page() {
        let dark = STYLE.split_once("prefers-color-scheme: dark").unwrap().1;
        let dark = dark.split_once("@media").unwrap().0;
        let (root, text) = dark.split_once(".text").unwrap();
        let paper = set(root, "--paper").unwrap();
        let on_dark = |color: Color| {
            color.property.and_then(|property| set(root, property)).unwrap_or(color.rgb)
        };
        // A grid is to be seen, not to stand out.
        for color in [Color::INK, Color::MUTED, Color::BLUE, Color::VERMILLION, Color::GREEN]
            .into_iter()
            .chain([Color::PURPLE, Color::ORANGE, Color::SKY, Color::YELLOW])
        {
            assert!(contrast(on_dark(color), paper) >= 3.0, "{color:?} as a line");
            let text = color.property.and_then(|property| set(text, property));
            let text = text.unwrap_or(on_dark(color));
            assert!(contrast(text, paper) >= 4.5, "{color:?} as text");
        }
        let white = Color::WHITE.rgb;
        assert!(contrast(white, Color::BLUE.rgb) >= 4.5, "numbers on blue bars");
        assert!(contrast(white, Color::VERMILLION.rgb) >= 3.0, "large numbers on vermillion bars");
    }
}
