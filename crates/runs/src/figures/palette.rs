//! Colours, the same in every figure and in the report.

/// An sRGB colour, red, green and blue from 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub [u8; 3]);

impl Color {
    /// Text, axes and whatever comes before all others, such as a total.
    pub const INK: Color = Color([0x1b, 0x1e, 0x23]);
    /// Secondary text.
    pub const MUTED: Color = Color([0x5a, 0x60, 0x68]);
    /// Grid lines and image frames.
    pub const GRID: Color = Color([0xdf, 0xe2, 0xe6]);
    /// Page background.
    pub const PAPER: Color = Color([0xff, 0xff, 0xff]);
    /// Okabe and Ito's blue.
    pub const BLUE: Color = Color([0x00, 0x72, 0xb2]);
    /// Okabe and Ito's vermillion.
    pub const VERMILLION: Color = Color([0xd5, 0x5e, 0x00]);
    /// Okabe and Ito's bluish green.
    pub const GREEN: Color = Color([0x00, 0x9e, 0x73]);
    /// Okabe and Ito's reddish purple.
    pub const PURPLE: Color = Color([0xcc, 0x79, 0xa7]);
    /// Okabe and Ito's orange.
    pub const ORANGE: Color = Color([0xe6, 0x9f, 0x00]);
    /// Okabe and Ito's sky blue.
    pub const SKY: Color = Color([0x56, 0xb4, 0xe9]);
    /// Okabe and Ito's yellow, which no grey scale contains: a pixel that is not a number.
    pub const YELLOW: Color = Color([0xf0, 0xe4, 0x42]);
}
