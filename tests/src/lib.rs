//! Cross-crate tests live in `tests/`. Here is what they share with the benches.

#![forbid(unsafe_code)]

pub mod nets;

/// The code blocks of pages compile and run as doc tests.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../README.md")]
    struct Readme;
}
