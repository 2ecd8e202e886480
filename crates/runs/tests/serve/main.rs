//! The server of pages, asked over plain connections, as a browser would and as none would.

mod asked;
mod client;
mod guarded;
mod listed;
mod probed;
mod watched;
