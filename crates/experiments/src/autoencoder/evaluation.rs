//! What a run achieved on the test set: the content of `evaluation.json`, `measures` apart.
//!
//! Three decoders are judged: the main `decoder`, which sees the whole
//! encoding, and the two *certificates*, which see one half each. `top` sees
//! the half assigned to the top digits (5-9 in the seed), `bottom` the half of
//! the bottom digits (0-4). Errors are in units of pixels in [-1, 1]: `mae` is
//! the mean over samples and pixels of |x - y|, `mse` of (x - y)^2.
//!
//! ```json
//! {
//!   "halves": {"bottom": [0,1,2,3,4], "top": [5,6,7,8,9]},
//!   "counts": [980, ...],
//!   "decoder": {
//!     "mae": [ten, one a digit], "mse": [ten],
//!     "groups": {
//!       "bottom": {"digits": [0,1,2,3,4], "samples": 5139,
//!                  "mae": {"by_sample": 0.1, "over_digits": 0.1},
//!                  "mse": {"by_sample": 0.1, "over_digits": 0.1}},
//!       "top": {...}
//!     }
//!   },
//!   "top": {...}, "bottom": {...},
//!   "floors": {"constant": {...}, "median": {...}, "mean": {...}},
//!   "split": {"holds": true, "margins": [ten], "verdict": "..."}
//! }
//! ```
//!
//! A digit without test samples has error `NaN`, which the file holds as the
//! string `"NaN"`.

mod errors;
mod floors;
mod results;
mod split;

pub use errors::{DecoderErrors, ErrorSums, GroupErrors, GroupMean, Groups};
pub use floors::Floors;
pub use results::Results;
pub use split::{CLEAR_MARGIN, Split};

#[cfg(test)]
mod tests;
