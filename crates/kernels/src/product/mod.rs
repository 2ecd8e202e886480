//! Matrix products with an epilogue: what `linear` and `matmul` are made of.

mod definition;
mod dense;
mod density;
mod double;
mod empty;
mod epilogue;
mod live;
mod pack;
mod part;
#[cfg(test)]
mod paths;
mod single;
mod skipping;

pub(crate) use definition::{Backend, Epilogue, Offset, Product};
