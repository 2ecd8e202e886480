//! The kernels against naive references, on every instruction set of this processor.

mod adam;
mod conv;
mod elementwise;
mod functions;
mod inputs;
mod isa;
mod linear;
mod long_sums;
mod matmul;
mod random;
mod reduce;
mod softmax;
mod special_values;
