//! Every op's gradient agrees with fourth-order central differences in f64 (step 1e-5, relative
//! tolerance 1e-6, absolute 1e-8), on random shapes, axes of extent 0 and 1 among them.

mod columns;
mod composites;
mod conventions;
mod elementwise;
mod losses;
mod point;
mod products;
mod reductions;
mod routing;
mod shapes;
mod standardize;
