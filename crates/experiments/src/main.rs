//! gradroute
fn main() {}
