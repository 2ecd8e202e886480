//! Colours, the same in every figure and in the report.

/// An sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub [u8; 3]);

impl Color {
    /// Text and the total loss.
    pub const INK: Color = Color([0x1b, 0x1e, 0x23]);
    /// Secondary text.
    pub const MUTED: Color = Color([0x5a, 0x60, 0x68]);
    /// Grid lines and image frames.
    pub const GRID: Color = Color([0xdf, 0xe2, 0xe6]);
    /// Page background.
    pub const PAPER: Color = Color([0xff, 0xff, 0xff]);
    /// The bottom half and its certificate: Okabe and Ito's blue.
    pub const BOTTOM: Color = Color([0x00, 0x72, 0xb2]);
    /// The top half and its certificate: Okabe and Ito's vermillion.
    pub const TOP: Color = Color([0xd5, 0x5e, 0x00]);
    /// The decoder: Okabe and Ito's bluish green.
    pub const DECODER: Color = Color([0x00, 0x9e, 0x73]);
    /// The encoding's L1 term: Okabe and Ito's reddish purple.
    pub const L1: Color = Color([0xcc, 0x79, 0xa7]);
    /// The encoding's correlation term: Okabe and Ito's orange.
    pub const CORRELATION: Color = Color([0xe6, 0x9f, 0x00]);
    /// The bottom half's digits as far as they teach the top half: Okabe and Ito's sky blue.
    pub const OVERLAP: Color = Color([0x56, 0xb4, 0xe9]);
    /// A pixel that is not a number: Okabe and Ito's yellow, which no grey scale contains.
    pub const NOT_A_NUMBER: Color = Color([0xf0, 0xe4, 0x42]);
}
