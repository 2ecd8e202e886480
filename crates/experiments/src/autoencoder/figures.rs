//! The pictures of a run and of a comparison that show halves, certificates and digits.

mod bars;
mod digits;
mod encoding;
mod of_run;
mod settings;

pub use bars::{Bars, DigitBars, OwnHalf};
pub use digits::{DigitErrors, DigitPanel, Digits};
pub use encoding::encoding_map;
pub use of_run::{CertificateImages, certificate_sheet, decoder_rows, error_bars, probe_rows};
pub use settings::{SettingPanel, SettingRow, Settings};

#[cfg(test)]
mod tests;
