//! How large a model may be.

use super::error::ConfigError;
use super::range::require;

/// The widest layer that is taken for meant.
pub const MAX_WIDTH: usize = 1 << 16;

/// The most layers that are taken for meant.
const MAX_LAYERS: usize = 32;

/// The most parameters that a model may have. Training holds four numbers for each, so this is
/// 4 GiB.
pub const MAX_PARAMETERS: u64 = 1 << 28;

/// Refuses widths of hidden layers that nobody means; `key` is theirs.
///
/// # Errors
/// When there are more than 32, or one is 0 or above [`MAX_WIDTH`].
pub fn require_widths(key: &str, widths: &[usize]) -> Result<(), ConfigError> {
    require(
        widths.len() <= MAX_LAYERS && widths.iter().all(|width| (1..=MAX_WIDTH).contains(width)),
        key,
        widths,
        &format!("a list of up to {MAX_LAYERS} widths, each from 1 to {MAX_WIDTH}"),
    )
}

/// Refuses a model whose hidden layers have `widths` if that makes too many `parameters`; `key` is
/// that of the widths.
///
/// # Errors
/// When there are more than [`MAX_PARAMETERS`].
pub fn require_parameters(key: &str, widths: &[usize], parameters: u64) -> Result<(), ConfigError> {
    require(
        parameters <= MAX_PARAMETERS,
        key,
        format_args!("{widths:?}, which makes {parameters} parameters"),
        &format!("at most {MAX_PARAMETERS}; make the layers narrower"),
    )
}
