//! The audit finds what is planted, where it was planted, and nothing else.

mod arithmetic;
mod declared;
mod leaks;
mod moved;
mod network;
