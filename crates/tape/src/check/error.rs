//! Why gradients could not be confirmed, and where.

use std::fmt;

/// Why gradients could not be confirmed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CheckError {
    /// The backward pass and the differences disagree.
    #[error(
        "gradient of {place}: backward says {backward:e}, central differences say \
         {difference:e}; they differ by {:e}, allowed is {allowed:e}",
        (backward - difference).abs()
    )]
    Mismatch {
        /// Which parameter element or direction.
        place: Place,
        /// What `backward` computed.
        backward: f64,
        /// What the differences say.
        difference: f64,
        /// The tolerance.
        allowed: f64,
    },
    /// The point is too close to a kink for differences to mean anything: try another.
    #[error("{op} is {distance:e} from a point where its derivative jumps; {margin:e} is needed")]
    NearKink {
        /// The op, with its label.
        op: String,
        /// Its distance to the kink.
        distance: f64,
        /// The margin asked for.
        margin: f64,
    },
    /// A backward that does not write as it is told: it stores where it must add, or leaves
    /// something out.
    #[error(
        "{op}: the backward of operand {operand} does not obey Write: stored, element {element} is \
         {stored:e}; added to {before:e} it is {sum:e}. Write each element with write.to(slot, value)"
    )]
    Write {
        /// The op, with its label.
        op: String,
        /// The number of the operand.
        operand: usize,
        /// Row-major position in it.
        element: usize,
        /// What is there after a `Write::Store` over NaN.
        stored: f64,
        /// What was there before a `Write::Add`.
        before: f64,
        /// What is there after it.
        sum: f64,
    },
    /// A backward that makes something else than 0 of an adjoint that is 0 throughout, or leaves
    /// elements out: what was there before would be taken for their gradient.
    #[error(
        "{op}: the backward of operand {operand}, told to store where the adjoint is 0, leaves \
         {found:e} at element {element}, not 0. Write each element, also where the adjoint is 0"
    )]
    ZeroAdjoint {
        /// The op, with its label.
        op: String,
        /// The number of the operand.
        operand: usize,
        /// Row-major position in it.
        element: usize,
        /// What is there after a `Write::Store` over NaN.
        found: f64,
    },
    /// A surrogate that is not the forward at the point where it must be: a route that changes
    /// its value, for instance.
    #[error(
        "{op}: element {element} of the forward is {forward:e}, but the surrogate, with operands \
         as they were recorded, says {surrogate:e}; both must be the same"
    )]
    OtherValue {
        /// The op, with its label.
        op: String,
        /// Row-major position in the output.
        element: usize,
        /// What the forward computed.
        forward: f64,
        /// What the surrogate says.
        surrogate: f64,
    },
}

/// Where gradients were compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An element of a parameter, by name and row-major position.
    Element(String, usize),
    /// The random direction of this number, over all parameters.
    Direction(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Element(name, i) => write!(f, "`{name}`, element {i}"),
            Place::Direction(i) => write!(f, "random direction {i}"),
        }
    }
}

/// The name of an op with its label, if it has one.
pub(super) fn labelled(op: &str, label: &str) -> String {
    if label.is_empty() { op.to_owned() } else { format!("{op} {label}") }
}
