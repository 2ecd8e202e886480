//! Random extents, 0 and 1 among them.

use proptest::collection::vec;
use proptest::prelude::*;

/// The extent of an axis.
pub fn extent() -> impl Strategy<Value = usize> {
    prop_oneof![1 => Just(0usize), 2 => Just(1), 6 => 2usize..=5]
}

/// Extents of 0 to 4 axes.
pub fn any_dims() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![
        4 => vec(extent(), 0..=2),
        1 => vec(prop_oneof![1 => Just(0usize), 5 => 1usize..=3], 3..=4),
    ]
}

/// Extents of 0 to 4 axes, none of them 0.
pub fn filled_dims() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![4 => vec(1usize..=5, 0..=2), 1 => vec(1usize..=3, 3..=4)]
}

/// `full`, and a shape that broadcasts to it: leading axes left out, others of extent 1.
pub fn with_repeated() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    (any_dims(), 0usize..=4, any::<[bool; 4]>())
        .prop_map(|(full, left_out, ones)| (full.clone(), repeated(&full, left_out, ones)))
}

/// Two shapes that broadcast against each other, each possibly repeated.
pub fn broadcasting() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    let cut = || (0usize..=4, any::<[bool; 4]>());
    (any_dims(), cut(), cut())
        .prop_map(|(full, a, b)| (repeated(&full, a.0 / 2, a.1), repeated(&full, b.0 / 2, b.1)))
}

fn repeated(full: &[usize], left_out: usize, ones: [bool; 4]) -> Vec<usize> {
    let kept = full.iter().zip(ones).skip(left_out.min(full.len()));
    kept.map(|(&extent, one)| if one { 1 } else { extent }).collect()
}
