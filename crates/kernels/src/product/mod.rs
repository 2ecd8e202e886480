//! Matrix products with an epilogue: what `linear` and `matmul` are made of. They are reached through
//! [`Backend`](crate::backend::Backend).

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
