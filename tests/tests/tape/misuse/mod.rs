//! Misuse panics with what was wrong, where, and whose line it is; a missing gradient is an error.

mod graphs;
mod optimizers;
mod panics;
mod routing;
