//! Maps.

use gradroute_kernels::random::Stream;
use gradroute_kernels::{Real, Write, elementwise};
use proptest::prelude::*;

use crate::inputs::{assert_same_bits, cases, on_each_isa, values};

fn check(len: usize, seed: u64) {
    let stream = &mut Stream::new(seed, "maps", 0);
    let [a, b, c, before] = [0; 4].map(|_| values(stream, len, 0.8));
    let map = |f: &dyn Fn(usize) -> f32| (0..len).map(f).collect::<Vec<f32>>();
    on_each_isa(|isa| {
        let what = &format!("{len} elements on {isa}");
        let mut out = vec![f32::NAN; len];
        elementwise::map1(Write::Store, &mut out, &a, |a| a * 3.0 - 1.0);
        assert_same_bits(&out, &map(&|i| a[i] * 3.0 - 1.0), what);
        elementwise::map2(Write::Store, &mut out, &a, &b, |a, b| a.mul_add(b, a));
        assert_same_bits(&out, &map(&|i| a[i].mul_add(b[i], a[i])), what);
        elementwise::map3(Write::Store, &mut out, &a, &b, &c, |a, b, c| a * b + c);
        assert_same_bits(&out, &map(&|i| a[i] * b[i] + c[i]), what);
        elementwise::update1(&mut out, &a, |out, a| out - a / 3.0);
        assert_same_bits(&out, &map(&|i| a[i] * b[i] + c[i] - a[i] / 3.0), what);

        let mut out = before.clone();
        elementwise::map1(Write::Add, &mut out, &a, Real::exp);
        assert_same_bits(&out, &map(&|i| before[i] + Real::exp(a[i])), what);
        let mut out = before.clone();
        elementwise::map2(Write::Add, &mut out, &a, &b, |a, b| a * b);
        assert_same_bits(&out, &map(&|i| before[i] + a[i] * b[i]), what);
        let mut out = before.clone();
        elementwise::map3(Write::Add, &mut out, &a, &b, &c, |a, b, c| a - b * c);
        assert_same_bits(&out, &map(&|i| before[i] + (a[i] - b[i] * c[i])), what);
    });
}

proptest! {
    #![proptest_config(cases(50))]

    #[test]
    fn maps_apply_the_function_to_every_element(len in 0usize..200, seed: u64) {
        check(len, seed);
    }
}

proptest! {
    #![proptest_config(cases(50))]

    #[test]
    fn row_maps_give_each_row_its_own_value(
        rows in 0usize..40, cols in 0usize..40, add: bool, seed: u64,
    ) {
        let stream = &mut Stream::new(seed, "rows", 0);
        let [a, b] = [0; 2].map(|_| values(stream, rows * cols, 0.8));
        let row = values(stream, rows, 0.8);
        let (write, before) = if add { (Write::Add, 1.5) } else { (Write::Store, -0.0) };
        let expected: Vec<f32> =
            (0..rows * cols).map(|i| before + (a[i] - b[i]) * row[i / cols]).collect();
        on_each_isa(|isa| {
            let mut out = vec![before; rows * cols];
            elementwise::map_rows2(write, &mut out, cols, &a, &b, &row, |a, b, r| (a - b) * r);
            assert_eq!(out, expected, "on {isa}");
        });
    }
}

#[test]
fn maps_over_many_chunks_apply_the_function_to_every_element() {
    check(70_001, 0);
}

#[test]
#[should_panic(expected = "elementwise::map2: out has 3 elements, its operands have [3, 2]")]
fn slices_of_different_lengths_are_refused() {
    elementwise::map2(Write::Store, &mut [0.0; 3], &[1.0; 3], &[1.0; 2], |a, b| a + b);
}
