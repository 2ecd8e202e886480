//! The pictures of a run and of a comparison that show halves, certificates and digits.

mod bars;
mod digits;
mod of_run;
mod settings;

pub use bars::{Bars, DigitBars, OwnHalf};
pub use digits::{DigitErrors, DigitPanel, Digits};
pub use of_run::{CertificateImages, certificate_sheet, error_bars};
pub use settings::{SettingPanel, SettingRow, Settings};

#[cfg(test)]
mod tests;
