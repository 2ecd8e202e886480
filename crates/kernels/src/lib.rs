//! The kernels of gradroute: slices in, slices out, and **the same bits at every thread count and
//! on every instruction set**.
//!
//! # Rules of determinism
//!
//! *What* a kernel computes is written down as one canonical expression for each element of its
//! result; *how* it gets there (threads, tiles, vectors, skipped zeros) must not show in the
//! bits. So a run can be repeated exactly on another machine, and the portable code is an oracle
//! for the fast one.
//!
//! - **Products** of `f32`: with `chain` the ascending chain of fused multiply-adds over the
//!   inner index, starting at +0,
//!
//!   ```text
//!   chain = 0; for k in 0..K { chain = fma(a[k], b[k], chain) }
//!   value = act(fma(factor, chain, offset + 0.0))
//!   ```
//!
//!   where [`linear`] says what factor and offset are (1 and 0 in [`matmul`]).
//!   [`Write::Add`] adds the finished value once. A chain has 4096 terms at most: with more, it is
//!   cut into pieces of that length, whose sums are added up in order.
//! - **Zeros may be skipped**: a factor that is 0 leaves a chain's bits alone if the other factor
//!   is finite, but for the sign of a chain that is itself zero, and that sign is lost when a
//!   value is formed, because `offset + 0.0` is never -0. Where the other factor is not finite,
//!   nothing is skipped, except in **products of an adjoint**: there, a term whose adjoint is 0 is
//!   always left out.
//! - **Sums** have one order that depends on their length alone (see [`reduce`]).
//! - **ReLU** is a comparison, `x <= 0 ? +0 : x`: -0 becomes +0 and NaN passes. Subnormals are
//!   kept.
//! - **exp, ln, tanh, sigmoid** are our own ([`Real`]); std's may differ between platforms.
//! - **Random numbers** come from keyed integer streams ([`random`]).
//! - A result that is NaN is NaN on every path, but the bits *inside* a NaN are not promised.
//! - Products of `f64` serve for checking. matrixmultiply computes them, on one thread, and their
//!   bits may depend on the processor.
//!
//! # Paths
//!
//! A product of `f32` takes one of two paths, whichever looks faster after a glance at a fixed
//! sample of the operands; the choice does not change bits.
//!
//! First, in `product::live`, rows and columns that are zero throughout, such as those of a unit
//! that is off for a whole batch, are left out of large products. Both paths read the operands
//! and write C through lists of what is left (`product::part`); nothing is copied for that:
//!
//! - `product::dense`: packed operands and a tile of accumulator registers.
//! - `product::skipping`: for each row of the sparser operand, only its non-zeros; about as fast
//!   for each factor that is left, so it wins when a third of them is zero. Products of layers
//!   commute within each multiplication, so either operand can be the sparse one.
//!
//! Both are written once over a small `Vector` trait and compiled for AVX-512, AVX2 with FMA, and
//! portable code; [`Isa`] picks one at run time. Elementwise kernels and sums are plain loops
//! compiled for each.
//!
//! # Threads and memory
//!
//! Work is cut into tasks by fixed rules, and the threads of the current rayon pool pick them up
//! as they come ([`tasks`]). Packing buffers are thread-local and keep their size, so `f32`
//! kernels allocate nothing after the first call with the same shapes, if they are called inside
//! `ThreadPool::install` (rayon allocates when work enters a pool from outside).
//!
//! # Signatures
//!
//! ```text
//! elementwise::map1(write, out, a, f)      map2(write, out, a, b, f)      map3(write, out, a, b, c, f)
//! elementwise::update1(out, a, f)      map_rows2(write, out, cols, a, b, row, f)
//! reduce::sum1(a, f)      sum2(a, b, f)      sum3(a, b, c, f)      sum_indexed(n, f)
//! reduce::row_sums2(write, out, cols, a, b, f)
//! reduce::axis_sums(write, out, outer, n, inner, a, f)
//! rows::for_each(out, cols, f)      gather(out, of, rows, cols)
//! strided::map1(write, out, dims, a, f)      map2(.., a, b, f)      map3(.., a, b, c, f)
//! strided::sums_over_repeats(write, out, small, dims, strides, f)
//! extremes::along_axis(extreme, y, x, extents)      along_axis_backward(extreme, write, dx, dy, x, extents)
//! linear::forward(y, x, w, bias, shape, affine, relu)
//! linear::backward_input(write, dx, dy, w, shape, affine, active)
//! linear::backward_weight(write, dw, dy, x, shape, affine)
//! linear::backward_bias(write, db, dy, shape)
//! linear::weight_squares(squares, dy, x, shape, affine)      bias_squares(squares, dy, shape)
//! matmul::matmul(write, c, a, b)      matmul_of_adjoint(write, c, a, b, adjoint)
//! matmul::batched(write, c, items, a, b, adjoint)
//! conv::forward(y, x, weight, bias, shape)      backward_input(write, dx, dy, weight, shape)
//! conv::backward_weight(write, dweight, dy, x, shape)      backward_bias(write, dbias, dy, shape)
//! pool::max(y, x, shape)      max_backward(write, dx, dy, x, shape)      mean(..)      mean_backward(..)
//! embedding::gather(y, table, indices, cols)      scatter(write, dtable, dy, indices, cols)
//! layer_norm::forward(y, x, weight, bias, cols, eps)      backward_input(..)      backward_weight(..)
//! softmax::softmax(y, x, cols, causal)      softmax_backward(write, dx, dy, y, cols, causal)
//! softmax::log_softmax(y, x, cols)      log_softmax_backward(write, dx, dy, y, cols)
//! softmax::entropy(entropies, x, cols)      entropy_backward(write, dx, dentropies, x, cols)
//! softmax::cross_entropy(losses, logits, labels, n, c)
//! softmax::cross_entropy_backward(write, dlogits, dlosses, logits, labels, n, c)
//! adam::step(params, grads, m, v, adam)
//! random::Stream::new(seed, purpose, index)
//! ```
//!
//! Slices of sizes that do not fit are a programmer's mistake and panic with the sizes.
//!
//! This is the only crate of the workspace with `unsafe`; every block says why it is sound.

pub mod adam;
mod backend;
pub mod conv;
pub mod elementwise;
pub mod embedding;
pub mod extremes;
mod isa;
pub mod layer_norm;
pub mod linear;
mod math;
pub mod matmul;
mod matrix;
pub mod peak;
pub mod pool;
mod product;
pub mod random;
mod real;
pub mod reduce;
pub mod rows;
pub mod schedule;
mod scratch;
pub mod softmax;
pub mod strided;
pub mod tasks;
mod vector;
mod write;

pub use isa::{Isa, UnknownIsa};
pub use matrix::Matrix;
pub use real::Real;
pub use write::Write;
