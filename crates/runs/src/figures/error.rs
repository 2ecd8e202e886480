//! Why a figure could not be drawn.

/// Why a figure could not be drawn. Every message names the figure by its title.
#[derive(Debug, thiserror::Error)]
pub enum FigureError {
    /// There is nothing to draw.
    #[error("figure \"{figure}\": `{field}` is empty, expected at least one value")]
    Empty {
        /// Title of the figure.
        figure: String,
        /// Name of the empty field.
        field: &'static str,
    },
    /// Two inputs that belong together differ in length.
    #[error("figure \"{figure}\": `{field}` holds {found} values, expected {expected} ({rule})")]
    Length {
        /// Title of the figure.
        figure: String,
        /// Name of the field with the wrong length.
        field: String,
        /// Its length.
        found: usize,
        /// The length it should have.
        expected: usize,
        /// Where that length comes from.
        rule: &'static str,
    },
    /// A quantity lies outside what the figure can hold.
    #[error("figure \"{figure}\": `{field}` is {found}, expected {expected}")]
    Range {
        /// Title of the figure.
        figure: String,
        /// Name of the quantity.
        field: &'static str,
        /// Its value.
        found: usize,
        /// The values allowed.
        expected: &'static str,
    },
    /// A number lies outside what the figure can hold.
    #[error("figure \"{figure}\": `{field}` is {found}, expected {expected}")]
    Value {
        /// Title of the figure.
        figure: String,
        /// Name of the number.
        field: &'static str,
        /// Its value.
        found: String,
        /// The values allowed.
        expected: &'static str,
    },
    /// Steps do not ascend.
    #[error(
        "figure \"{figure}\": `steps[{index}]` is {found}, not above the step before it ({before}); \
         sort the steps and drop repeated ones"
    )]
    Order {
        /// Title of the figure.
        figure: String,
        /// Index of the first step that is out of order.
        index: usize,
        /// That step.
        found: u64,
        /// The step before it.
        before: u64,
    },
    /// The PNG encoder failed.
    #[error("encoding a figure as PNG failed")]
    Encode(#[from] png::EncodingError),
}
