//! How the terms of the loss are drawn.

use gradroute_runs::figures::Color;
use gradroute_runs::{CurveOf, CurvePanel};

use super::palette::{BOTTOM, CORRELATION, DECODER, L1, OVERLAP, TOP};

/// Total, decoder and both certificates in one panel, the decoder's terms in the next, the
/// penalties of the encoding in the last.
pub const CURVES: &[CurvePanel] = &[
    CurvePanel {
        name: "total loss, and the mean absolute errors in it",
        height: 1.9,
        curves: &[
            always("total", "total", Color::INK),
            always("decoder", "decoder", DECODER),
            always("bottom", "bottom certificate", BOTTOM),
            always("top", "top certificate", TOP),
        ],
    },
    CurvePanel {
        name: "decoder: good on the top half’s digits, good_bad and bad on the bottom half’s",
        height: 1.2,
        curves: &[
            if_there("good", "good", TOP),
            if_there("good_bad", "good_bad", OVERLAP),
            if_there("bad", "bad", BOTTOM),
        ],
    },
    CurvePanel {
        name: "penalties of the encoding, as they stand in the total",
        height: 1.0,
        curves: &[
            if_there("l1", "L1 term", L1),
            if_there("correlation", "correlation", CORRELATION),
        ],
    },
];

const fn always(term: &'static str, label: &'static str, color: Color) -> CurveOf {
    CurveOf { term, label, color, optional: false }
}

const fn if_there(term: &'static str, label: &'static str, color: Color) -> CurveOf {
    CurveOf { term, label, color, optional: true }
}
