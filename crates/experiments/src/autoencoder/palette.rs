//! Which colour stands for what, the same in every figure.

use gradroute_runs::figures::Color;

/// The bottom half and its certificate.
pub(crate) const BOTTOM: Color = Color::BLUE;
/// The top half and its certificate.
pub(crate) const TOP: Color = Color::VERMILLION;
/// The decoder.
pub(crate) const DECODER: Color = Color::GREEN;
/// The encoding's L1 term.
pub(crate) const L1: Color = Color::PURPLE;
/// The encoding's correlation term.
pub(crate) const CORRELATION: Color = Color::ORANGE;
/// The bottom half's digits as far as they teach the top half.
pub(crate) const OVERLAP: Color = Color::SKY;
