//! Random streams.

use gradroute_kernels::random::Stream;
use proptest::prelude::*;

use crate::inputs::cases;

#[test]
fn equal_keys_give_equal_streams_and_different_keys_different_ones() {
    let first = |seed, purpose: &str, index| Stream::new(seed, purpose, index).next_u64();
    assert_eq!(first(1, "a", 2), first(1, "a", 2));
    let all = [first(1, "a", 2), first(2, "a", 2), first(1, "b", 2), first(1, "a", 3)];
    for (i, a) in all.iter().enumerate() {
        assert!(all[..i].iter().all(|b| a != b));
    }
}

#[test]
fn a_stream_gives_these_numbers_on_every_platform() {
    let mut stream = Stream::new(7, "golden", 3);
    assert_eq!((stream.next_u32(), stream.next_u64()), (0x251d7695, 0x479e83ba8d4c62a4));
    assert_eq!((stream.uniform(), stream.below(1000)), (0.5033268309054549, 77));
    let normals = [stream.normal(), stream.normal()].map(f64::to_bits);
    assert_eq!(normals, [4610233962519196737, 13830802805950198718]);
    let mut items = [0, 1, 2, 3, 4, 5, 6, 7];
    stream.shuffle(&mut items);
    assert_eq!(items, [6, 7, 1, 4, 5, 2, 3, 0]);
}

#[test]
fn uniform_numbers_fill_the_unit_interval() {
    let mut stream = Stream::new(0, "uniform", 0);
    let mut cells = [0u32; 16];
    for _ in 0..16_000 {
        let u = stream.uniform();
        assert!((0.0..1.0).contains(&u));
        cells[(u * 16.0) as usize] += 1;
    }
    assert!(cells.iter().all(|&count| (850..1150).contains(&count)), "{cells:?}");
}

#[test]
fn normal_numbers_have_mean_zero_and_variance_one() {
    let mut stream = Stream::new(0, "normal", 0);
    let (mut sum, mut squares, mut within) = (0.0, 0.0, 0);
    for _ in 0..40_000 {
        let x = stream.normal();
        sum += x;
        squares += x * x;
        within += u32::from(x.abs() < 1.0);
    }
    assert!((sum / 40_000.0f64).abs() < 0.02, "mean {}", sum / 40_000.0);
    assert!((squares / 40_000.0 - 1.0f64).abs() < 0.03, "variance {}", squares / 40_000.0);
    assert!((f64::from(within) / 40_000.0 - 0.6827).abs() < 0.01, "{within} within 1");
}

#[test]
fn numbers_below_a_bound_are_equally_frequent() {
    let mut stream = Stream::new(0, "below", 0);
    let mut counts = [0u32; 7];
    for _ in 0..14_000 {
        counts[stream.below(7) as usize] += 1;
    }
    assert!(counts.iter().all(|&count| (1820..2180).contains(&count)), "{counts:?}");
    // A bound that would be badly biased without rejection: thirds of the range.
    let bound = (1 << 63) + (1 << 62);
    let low = (0..9_000).filter(|_| stream.below(bound) < 1 << 62).count();
    assert!((2820..3180).contains(&low), "{low} of 9000 in the first third");
}

#[test]
#[should_panic(expected = "no number below 0")]
fn nothing_is_below_zero() {
    Stream::new(0, "below", 0).below(0);
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn shuffling_permutes(len in 0usize..200, seed: u64) {
        let mut items: Vec<usize> = (0..len).collect();
        Stream::new(seed, "shuffle", 0).shuffle(&mut items);
        let mut sorted = items.clone();
        sorted.sort_unstable();
        prop_assert!(sorted.into_iter().eq(0..len));
    }

    #[test]
    fn numbers_are_below_their_bound(bound in 1u64.., seed: u64) {
        prop_assert!(Stream::new(seed, "below", 0).below(bound) < bound);
    }
}

#[test]
fn every_order_of_three_items_is_equally_frequent() {
    let mut counts = std::collections::BTreeMap::new();
    let mut stream = Stream::new(0, "orders", 0);
    for _ in 0..6_000 {
        let mut items = [0, 1, 2];
        stream.shuffle(&mut items);
        *counts.entry(items).or_insert(0) += 1;
    }
    assert!(counts.len() == 6 && counts.values().all(|n| (880..1120).contains(n)), "{counts:?}");
}
