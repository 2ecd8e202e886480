//! The tape's tests, in one program: each of its own would compile the generic code of all ops once
//! more. What counts allocations or tasks needs a process for itself and stands beside this folder.

#[path = "../autoencoder/mod.rs"]
mod autoencoder;

mod backward;
mod classes;
mod exports;
mod extreme_values;
mod gradients;
mod misuse;
mod mlp;
mod nan_activations;
mod optimizers;
mod planted_mistakes;
mod planted_mistakes_of_layers;
mod precision;
mod routing_laws;
mod values;
mod weights;
