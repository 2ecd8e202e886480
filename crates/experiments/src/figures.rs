//! The pictures of a run: reconstruction sheets, error bars and loss curves, as PNG.
//!
//! Inputs are plain data, outputs are the bytes of a PNG file. The same input gives the same
//! bytes. Sizes are given in points; every picture has two pixels a point, so it stays sharp on
//! a slide. The palette is Okabe and Ito's, which people with any common colour vision tell
//! apart, and no figure relies on colour alone.
//!
//! Shapes and text are drawn by a small canvas of our own with anti-aliased strokes and glyphs
//! placed at fractions of a pixel.

mod axis;
mod bars;
mod canvas;
mod curves;
mod digits;
mod error;
mod image_rows;
mod of_run;
mod palette;
mod panel;
mod settings;
mod sheet;
mod smoothing;
mod spread;
mod text;
mod thinning;

pub use bars::{Bars, DigitBars, OwnHalf};
pub use curves::{Curve, Curves, Panel};
pub use digits::{DigitErrors, DigitPanel, Digits};
pub use error::FigureError;
pub use image_rows::{ImageBand, ImageRow, ImageRows};
pub use of_run::{
    CertificateImages, Half, LossMark, certificate_sheet, error_bars, loss_curves,
    loss_curves_beside,
};
pub use palette::Color;
pub use settings::{SettingPanel, SettingRow, Settings};
pub use sheet::{Sheet, choose_images};
pub use spread::Spread;

#[cfg(test)]
mod comparison_tests;
#[cfg(test)]
mod tests;
