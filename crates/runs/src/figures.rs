//! Pictures: sheets of images, curves over steps, and the kit to draw figures of one's own.
//!
//! Inputs are plain data, and a figure is a [`Canvas`] with all that was drawn on it. It becomes a
//! PNG or an SVG file, both on white paper, or a part of a page, in the colours of the page: see
//! [`Color`]. The same input gives the same bytes. Sizes are given in points; a PNG has two pixels a
//! point, so it stays sharp on a slide. The palette is Okabe and Ito's, which people with any common
//! colour vision tell apart, and no figure relies on colour alone.
//!
//! [`Sheet`], [`ImageRows`], [`HeatMap`], [`Curves`] and [`Bands`] are whole figures. A figure of one's own is
//! drawn with strokes, rectangles, grey images and text:
//!
//! ```
//! use gradroute_runs::figures::{Align, Canvas, Color, FigureError, Stroke, TextStyle, linear_ticks};
//!
//! fn bar(value: f64) -> Canvas {
//!     let mut canvas = Canvas::new((640.0, 200.0));
//!     canvas.heading("One bar", "from 0 to 1", 30.0, 580.0);
//!     let x_of = |value: f64| 30.0 + value as f32 * 580.0;
//!     canvas.fill((x_of(0.0), 110.0), (value as f32 * 580.0, 30.0), Color::BLUE);
//!     for tick in linear_ticks(0.0, 1.0, 5, 0.0) {
//!         let x = x_of(tick.value);
//!         canvas.stroke(&[(x, 145.0), (x, 152.0)], Stroke::new(Color::INK, 1.5));
//!         let label = tick.label.unwrap_or_default();
//!         canvas.text(&label, (x, 172.0), Align::Middle, TextStyle::regular(17.0, Color::INK));
//!     }
//!     canvas
//! }
//! assert!(bar(0.7).png()?.starts_with(b"\x89PNG"));
//! assert!(bar(0.7).svg("One bar").starts_with("<svg"));
//! # Ok::<(), FigureError>(())
//! ```

mod axis;
mod bands;
mod canvas;
mod curve;
mod curves;
mod error;
mod heat_map;
mod image;
mod image_rows;
mod palette;
mod panel;
mod path;
mod raster;
mod sheet;
mod smoothing;
mod spread;
mod style;
mod svg;
mod text;
mod thinning;
mod thumbnails;

pub use axis::{Tick, linear_ticks};
pub use bands::{BandCurve, BandPanel, Bands, Places};
pub use canvas::Canvas;
pub use curve::{Curve, Panel};
pub use curves::Curves;
pub use error::FigureError;
pub use heat_map::{Block, HeatMap};
pub use image_rows::{ImageBand, ImageRow, ImageRows};
pub use palette::Color;
pub use sheet::Sheet;
pub use spread::{Marker, Spread, diamond, legend_entry, legend_mean, legend_rest};
pub use style::{Align, Point, SCALE, Stroke, TextStyle, Weight};
pub use text::{shorten, text_width, wrap};

#[cfg(test)]
mod tests;
