//! Matrix products with an epilogue: what `linear` and `matmul` are made of. They are reached through
//! [`Backend`](crate::backend::Backend).

mod chains;
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
mod selecting;
mod single;
mod skipping;

pub use selecting::Adjoint;
pub(crate) use selecting::product_of_adjoint;
