//! The flow map: which group of samples moved which part of the network, over a run.
//!
//! Every so many steps ([`Stage::flow_every`](crate::Stage::flow_every)) the backward pass is made once more,
//! apart by [groups](crate::Experiment::groups). A line of `flow.jsonl` then holds, for each group and region
//! of parameters, the norm of the gradient; for each two groups the cosine between their gradients; and an
//! estimate of the share that each group had in the region's movement since the start.
//!
//! # The shares
//!
//! A gradient `g` of Adam moves a weight by `lr g / (sqrt(v) + eps)` in all, at this step and those after it.
//! What a group moved so far is estimated by the sum `U` of that over the steps that were looked at, each of
//! which stands for the steps since the one before it as well. Its share in the movement `d` of a region
//! since the start is the part of `U` that points along `d`: `U d / d d`. What weight decay moved is taken
//! likewise. A share may be negative, where a group pulled back, and above 1, where another one did.
//!
//! `rest` is what is missing to 1. In it is what momentum has still to carry out, which is a large part in the
//! first hundred steps and where gradients change their sign all the time; how the steps between differed
//! from those that were looked at; rows that were held, which are taken for moved; and updates by anything
//! but Adam. So read shares where `rest` is small.

mod line;
mod picture;
mod recorder;
mod settle;
mod state;

pub use line::{FlowLine, OfRegion};
pub(crate) use picture::figures;
pub(crate) use state::Flow;
