//! Cross-crate tests live in `tests/`.

#![forbid(unsafe_code)]

/// The code blocks of pages compile and run as doc tests.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../README.md")]
    struct Readme;
}
