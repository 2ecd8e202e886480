//! A reverse-mode autodiff tape, written from scratch, in which *routing gradients per sample*
//! is a first-class operation.
//!
//! # The idea
//!
//! A [`Tape`] owns memory. For each training step it opens a [`Graph`] over the [`Params`]; the
//! graph's methods compute values at once and write down what was applied to what. Then
//! [`Graph::backward`] walks the list backwards: each op turns the gradient of its output into
//! its share of the gradient of its operands, and what arrives at the parameters is left in
//! [`Gradients`].
//!
//! [`Graph::route`] stands on one edge of that walk. Forward it is the identity; backward it
//! multiplies the gradient, per sample and per dimension, with a mask. So data decides which part
//! of a network it teaches:
//!
//! ```
//! use gradroute_tape::{Gradients, Params, Shape, Tape};
//!
//! let mut params = Params::<f32>::new();
//! let w = params.add("w", &[2, 1], || 1.0);
//! let mut tape = Tape::new();
//! let mut gradients = Gradients::new(&params);
//!
//! let g = tape.graph(&params);
//! let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, 5.0]);
//! let z = g.linear(x, g.param(w), None); // two samples, two dims
//! let mask = g.literal(Shape::of_samples(&[2, 2]), &[1.0, 0.0, 0.0, 1.0]);
//! let loss = g.sum(g.route(z, mask)); // sample 0 teaches dim 0, sample 1 teaches dim 1
//! g.backward(loss, &mut gradients);
//! assert_eq!(gradients.get(w).unwrap(), [3.0, 5.0]);
//! ```
//!
//! # Where things are
//!
//! - [`Shape`], [`Params`], [`Gradients`]: plain data, one flat allocation each. [`Params::save`]
//!   and [`Params::load`] keep a trained model in a file that PyTorch reads.
//! - [`Tape`], [`Graph`], [`Var`]: recording. [`Op`] is what an operation is; [`ops`] holds one a
//!   file. Bring your own with [`Graph::apply`].
//! - Class numbers: [`Graph::labels`] for a loss, [`Graph::indices`] for tokens and actions,
//!   [`Graph::label_mask`] for a route that goes by them; [`Graph::argmax`] and [`Graph::accuracy`] read off what a model says.
//! - [`layers`]: [`Linear`](layers::Linear), [`Mlp`](layers::Mlp), [`Conv2d`](layers::Conv2d),
//!   [`Embedding`](layers::Embedding), [`LayerNorm`](layers::LayerNorm),
//!   [`Attention`](layers::Attention), [`TransformerBlock`](layers::TransformerBlock).
//! - [`optim`]: [`Adam`](optim::Adam), with decoupled decay AdamW, [`Sgd`](optim::Sgd), learning rates
//!   over time; [`Gradients::clip`].
//! - Routing: [`Graph::route`], [`Graph::detach`], [`Graph::ablate`];
//!   [`Graph::update_weighted`] and [`Graph::update_weighted_columns`] for which sample may teach which
//!   rows and columns of a parameter; [`Gradients::hold_unpermitted`] and [`Gradients::hold`], as momentum
//!   and decay move what no gradient reaches; [`Adam::over`](optim::Adam::over) with
//!   [`Part`](optim::Part)s, for an optimizer a kind of data.
//! - Looking at it: [`Graph::backward_by_group`], a gradient a group of samples in one pass;
//!   [`Graph::backward_with_sample_norms`], the length of each sample's share;
//!   [`Graph::backward_by_edge`], what each use of a value contributes; [`Graph::keep`], the gradient of a
//!   value.
//! - [`check`]: gradients against central differences in f64, routes included.
//! - [`Graph::to_html`]: a page that steps through a backward pass, with [`Graph::trace`] and [`TracePage`] for
//!   groups of samples and variants; [`Graph::to_svg`], [`Graph::to_dot`], [`Graph::to_text`],
//!   [`Graph::to_json`]: pictures of a graph.
//!
//! # Promises
//!
//! - The same inputs give the same bits in f32, at every thread count and on every instruction set
//!   that the kernels know. (In f64, products may depend on the processor.)
//! - After the first step of a given size, tape and kernels allocate nothing in f32. (Products in
//!   f64, which serve for checking, pack into fresh memory.)
//! - An adjoint of exactly 0 passes on exactly 0, whatever the values are: what is blocked, ablated
//!   or weighted with 0 leaves no trace, not even through a NaN.
//! - The first writer of a gradient stores, later ones add, so a route with mask 1 changes no bit.
//! - Misuse by the programmer (shapes that don't fit, a `Var` of another step) panics with op,
//!   operands, rule and the caller's file and line.

#![forbid(unsafe_code)]

mod adjoints;
mod apply;
mod attrs;
mod backward;
pub mod check;
mod export;
mod flow;
mod gradients;
mod graph;
mod info;
mod label;
pub mod layers;
mod leaves;
mod node;
mod nonfinite;
mod op;
mod operands;
pub mod ops;
pub mod optim;
mod params;
mod pass;
mod routing;
mod shape;
mod surrogate;
mod tape;
pub mod trace;
mod value;
mod walk;
mod weights;

pub use gradients::Gradients;
pub use gradroute_kernels::random::Stream;
pub use gradroute_kernels::{Real, Write};
pub use graph::{Graph, Scope};
pub use info::NodeRef;
pub use node::Var;
pub use nonfinite::NonFinite;
pub use op::{Attrs, Backward, Op, Rule};
pub use operands::Operands;
pub use params::{ParamId, Params};
pub use routing::edges::{Edge, Share};
pub use routing::groups::GroupGradients;
pub use routing::permission::{Lines, Permit};
pub use routing::sample_norms::SampleNorms;
pub use shape::{MAX_AXES, Shape};
pub use tape::Tape;
pub use trace::{Trace, TraceOptions, TracePage, norm};
pub use value::Value;
pub use weights::WeightsError;
