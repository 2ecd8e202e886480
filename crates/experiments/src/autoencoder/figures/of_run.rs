//! The figures of a run, from its results.

use gradroute_runs::figures::{Canvas, FigureError, ImageBand, ImageRow, ImageRows, Sheet};

use super::bars::{Bars, DigitBars, OwnHalf};
use crate::autoencoder::digit_list::digit_list;
use crate::autoencoder::evaluation::Results;
use crate::autoencoder::halves::{CLASSES, Half, Halves};
use crate::autoencoder::judge::Gallery;

/// The bar chart of both certificates' test MAE per digit: digits of the bottom half,
/// then of the top half, then of neither, without those that have no test samples.
///
/// # Errors
/// If no digit has test samples.
pub fn error_bars(results: &Results) -> Result<Canvas, FigureError> {
    let Halves { bottom, top } = &results.halves;
    let own = |digit: u8| match (bottom.contains(&digit), top.contains(&digit)) {
        (true, _) => OwnHalf::Bottom,
        (_, true) => OwnHalf::Top,
        _ => OwnHalf::Neither,
    };
    let of_half = |half| (0..CLASSES as u8).filter(move |d| own(*d) == half);
    let digits: Vec<DigitBars> = [OwnHalf::Bottom, OwnHalf::Top, OwnHalf::Neither]
        .into_iter()
        .flat_map(of_half)
        .filter(|digit| results.counts[usize::from(*digit)] > 0)
        .map(|digit| DigitBars {
            digit,
            own: own(digit),
            bottom: results.bottom.mae[usize::from(digit)],
            top: results.top.mae[usize::from(digit)],
            floor: results.floors.median.mae[usize::from(digit)],
        })
        .collect();
    let bars = Bars {
        title: "Test error of both certificates, digit by digit",
        subtitle: "Each certificate sees one half of the encoding only",
        metric: "test MAE",
        floor: "median image",
        digits: &digits,
    };
    bars.draw()
}

/// Test images and what a certificate makes of them.
#[derive(Clone, Copy, Debug)]
pub struct CertificateImages<'a> {
    /// Pixels in [-1, 1], `[images, rows, cols]`, row-major.
    pub originals: &'a [f32],
    /// The certificate's reconstructions, in the same order and shape.
    pub reconstructions: &'a [f32],
    /// Height and width of an image in pixels.
    pub size: (usize, usize),
    /// Label of each image.
    pub labels: &'a [u8],
}

/// The sheet of the certificate on the half `sees`, for test images of the digits of the half
/// `shown`. `encoding` is the number of dims of the whole encoding.
///
/// # Errors
/// As [`Sheet::draw`].
pub fn certificate_sheet(
    sees: Half,
    shown: Half,
    halves: &Halves,
    encoding: usize,
    images: CertificateImages<'_>,
) -> Result<Canvas, FigureError> {
    let dashed = |digits: &[u8]| digit_list(digits).replace('-', "–");
    let owner = dashed(sees.digits(halves));
    let (first, end) = match sees {
        Half::Bottom => (0, encoding / 2),
        Half::Top => (encoding / 2, encoding),
    };
    let whose = if sees == shown { "its own digits" } else { "the other half’s digits" };
    let name = format!("{} certificate", sees.name());
    let title = format!(
        "{}{} on {whose}, {}",
        name[..1].to_uppercase(),
        &name[1..],
        dashed(shown.digits(halves))
    );
    let last = end.saturating_sub(1);
    let subtitle = format!(
        "It sees dims {first}–{last} of the encoding only, the half assigned to digits {owner}"
    );
    let sheet = Sheet {
        title: &title,
        subtitle: &subtitle,
        reconstruction: &name,
        originals: images.originals,
        reconstructions: images.reconstructions,
        rows: images.size.0,
        cols: images.size.1,
        label_name: "digit",
        labels: images.labels,
    };
    sheet.draw()
}

/// Test images above what the decoder, or both decoders, make of them.
///
/// # Errors
/// As [`ImageRows::draw`].
pub fn decoder_rows(images: &Gallery, size: (usize, usize)) -> Result<Canvas, FigureError> {
    let second = images.bad_decoder.as_deref();
    let decoders = [("decoder", Some(&images.decoder[..])), ("second decoder", second)];
    let row = |(name, pixels): (_, Option<_>)| Some(ImageRow { name, pixels: pixels? });
    ImageRows {
        title: "Test images and their reconstructions",
        subtitle: "A decoder sees the whole encoding: on the way forward nothing is routed",
        bands: &[ImageBand {
            name: "The first images of each digit",
            labels: &images.names(),
            originals: Some(&images.originals),
            rows: decoders.into_iter().filter_map(row).collect(),
        }],
        size,
        scale: (-1.0, 1.0),
    }
    .draw()
}

/// The same with what both certificates make of the images, small.
///
/// # Errors
/// As [`ImageRows::draw_small`].
pub fn probe_rows(images: &Gallery, size: (usize, usize)) -> Result<Canvas, FigureError> {
    let rows = [
        ("decoder", Some(&images.decoder[..])),
        ("second decoder", images.bad_decoder.as_deref()),
        ("bottom half", Some(&images.bottom[..])),
        ("top half", Some(&images.top[..])),
    ];
    let row = |(name, pixels): (_, Option<_>)| Some(ImageRow { name, pixels: pixels? });
    ImageRows {
        title: "Probe",
        subtitle: "",
        bands: &[ImageBand {
            name: "",
            labels: &images.names(),
            originals: Some(&images.originals),
            rows: rows.into_iter().filter_map(row).collect(),
        }],
        size,
        scale: (-1.0, 1.0),
    }
    .draw_small()
}
