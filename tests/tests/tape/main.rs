//! The tape's tests, in one program: each of its own would compile the generic code of all ops once
//! more. What looks at the whole process, such as its count of tasks, stands beside this folder.

#[path = "../../../crates/kernels/tests/allocator/mod.rs"]
mod allocator;
mod autoencoder;

mod allocations;
mod backward;
mod classes;
mod edges;
mod exports;
mod extreme_values;
mod gradients;
mod groups;
mod holds;
mod misuse;
mod mlp;
mod movement;
mod nan_activations;
mod optimizers;
mod planted_mistakes;
mod planted_mistakes_of_layers;
mod precision;
mod routing_laws;
mod row_weights;
mod sample_norms;
mod trace;
mod trace_page;
mod values;
mod weights;
