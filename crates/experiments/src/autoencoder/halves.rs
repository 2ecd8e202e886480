//! The two halves of the encoding, and whose digits they are for.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Number of classes (digits) that labels may name: 0 to 9.
pub const CLASSES: usize = 10;

/// One half of the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// The first half of the dims.
    Bottom,
    /// The second half of the dims.
    Top,
}

impl Half {
    /// Both halves.
    pub const BOTH: [Half; 2] = [Half::Bottom, Half::Top];

    /// "bottom" or "top".
    pub fn name(self) -> &'static str {
        match self {
            Half::Bottom => "bottom",
            Half::Top => "top",
        }
    }

    /// What the half of an encoding is called where gradients arrive at it.
    pub fn region(self) -> String {
        format!("{} half", self.name())
    }

    /// The dims of the half, among `dims` of them: the first half of them, or the last.
    pub fn dims(self, dims: usize) -> Range<usize> {
        match self {
            Half::Bottom => 0..dims / 2,
            Half::Top => dims / 2..dims,
        }
    }

    /// The digits that are assigned to this half.
    pub fn digits(self, halves: &Halves) -> &[u8] {
        match self {
            Half::Bottom => &halves.bottom,
            Half::Top => &halves.top,
        }
    }
}

/// Which digits belong to which half of the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Halves {
    /// Digits whose gradients go to the bottom half, the first dims.
    pub bottom: Vec<u8>,
    /// Digits whose gradients go to the top half, the last dims.
    pub top: Vec<u8>,
}

impl Default for Halves {
    /// The seed's halves: 0-4 and 5-9.
    fn default() -> Self {
        Self { bottom: (0..5).collect(), top: (5..10).collect() }
    }
}
