//! What a student is told before the numbers.

use crate::evaluation::Halves;
use crate::table::digit_list;

/// The facts of a run that its explanation depends on.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// Which digits belong to which half.
    pub halves: &'a Halves,
    /// Number of dims of the encoding; the bottom half is the first half of them.
    pub encoding: usize,
    /// Whether gradients were routed in this run.
    pub routed: bool,
}

impl Reading<'_> {
    /// Paragraphs as (term, plain text).
    pub(super) fn paragraphs(&self) -> [(&'static str, String); 3] {
        let middle = self.encoding / 2;
        let (bottom, top) = (digit_list(&self.halves.bottom), digit_list(&self.halves.top));
        let bottom_dims = dims(0, middle);
        let top_dims = dims(middle, self.encoding);
        let halves = if self.routed {
            format!(
                "An autoencoder squeezes each image into {} numbers, the encoding, and its decoder \
                 redraws the image from them. The bottom half of the encoding ({bottom_dims}) is \
                 assigned to the digits {bottom}, the top half ({top_dims}) to the digits {top}: on \
                 the way back through the network, the reconstruction gradient of an image passes \
                 through its own half only, and the other one is left alone. The way forward stays \
                 as it is; both halves are always computed.",
                self.encoding
            )
        } else {
            format!(
                "An autoencoder squeezes each image into {} numbers, the encoding, and its decoder \
                 redraws the image from them. In this run routing was off: gradients of all digits \
                 train both halves, the bottom one ({bottom_dims}) and the top one ({top_dims}), so \
                 there is no reason why either should know some digits better than others. With \
                 routing the bottom half would belong to the digits {bottom}, the top half to the \
                 digits {top}.",
                self.encoding
            )
        };
        let certificates =
            "A certificate is a second decoder that sees one half only and sends no \
                            gradient back into it. It is trained on all digits, so it draws \
                            whatever that half happens to hold; what it can't draw, it could not \
                            find there. That is good evidence, though no proof: a better decoder \
                            might find more."
                .to_owned();
        let signs = "A half that knows nothing of a digit leaves its certificate with the same \
                     answer for every image. The best such answer is the median image of the \
                     training set, whose error is the dashed line in the bar chart. So, where \
                     routing works, each certificate is well below the line on the digits of its \
                     own half, and close to it on the others, where its pictures blur or turn into \
                     one of its own digits."
            .to_owned();
        [("Halves.", halves), ("Certificates.", certificates), ("What to look for.", signs)]
    }
}

/// The dims from `first` up to, not including, `end`, in words.
fn dims(first: usize, end: usize) -> String {
    match end.saturating_sub(first) {
        0 => "no dims".to_owned(),
        1 => format!("dim {first}"),
        _ => format!("dims {first} to {}", end - 1),
    }
}
