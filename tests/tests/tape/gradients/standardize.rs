//! Columns brought to mean 0 and deviation 1.

use gradroute_tape::{Graph, Params, Real, Shape, Tape};
use proptest::prelude::*;

use super::point::{confirm, normal, small};

proptest! {
    #[test]
    fn standardized_columns(n in 2usize..=6, columns in 0usize..=4, seed: u64) {
        confirm(seed, &[normal(&[n, columns])], |g, x, _| g.standardize(x[0]));
    }

    #[test]
    fn standardized_columns_near_the_pole_at_deviation_0(n in 3usize..=6, seed: u64) {
        confirm(seed, &[small(&[n, 3])], |g, x, _| g.standardize(x[0]));
    }

    #[test]
    fn standardized_columns_used_twice_beside_the_plain_ones(n in 3usize..=6, seed: u64) {
        confirm(seed, &[normal(&[n, 3])], |g, x, _| {
            let y = g.standardize(x[0]);
            g.add(g.matmul_tn(y, y), g.matmul_tn(y, x[0]))
        });
    }

    #[test]
    fn columns_have_mean_0_and_the_unbiased_deviation_1(
        n in 2usize..=50,
        columns in 1usize..=70,
        shift in -100.0f64..100.0,
        seed: u64,
    ) {
        let mut stream = gradroute_kernels::random::Stream::new(seed, "columns", 0);
        let x: Vec<f64> = (0..n * columns).map(|_| shift + stream.normal()).collect();
        let y = standardized(&x, columns);
        for column in 0..columns {
            let of = |x: &[f64]| x.iter().skip(column).step_by(columns).copied().collect::<Vec<_>>();
            let (x, y) = (of(&x), of(&y));
            let mean = x.iter().sum::<f64>() / n as f64;
            let squares: f64 = x.iter().map(|x| (x - mean) * (x - mean)).sum();
            let deviation = (squares / (n - 1) as f64).sqrt();
            for (x, y) in x.iter().zip(y) {
                let wanted = (x - mean) / deviation;
                prop_assert!((y - wanted).abs() <= 1e-9 * (1.0 + wanted.abs()), "{y}, {wanted}");
            }
        }
    }

    #[test]
    fn a_constant_column_becomes_nan_and_leaves_its_neighbours_alone(
        value in any::<f32>().prop_filter("finite", |v| v.is_finite()),
        n in 2usize..=300,
    ) {
        let x: Vec<f32> = (0..n).flat_map(|i| [i as f32, value, -(i as f32)]).collect();
        for (i, y) in standardized(&x, 3).into_iter().enumerate() {
            prop_assert!(y.is_nan() == (i % 3 == 1), "element {i} is {y}");
        }
    }
}

#[test]
#[should_panic(expected = "a standard deviation needs two rows or more")]
fn one_row_has_no_deviation() {
    standardized(&[1.0f32, 2.0], 2);
}

fn standardized<T: Real>(x: &[T], columns: usize) -> Vec<T> {
    let params = Params::new();
    let mut tape = Tape::new();
    let g: Graph<'_, T> = tape.graph(&params);
    let y = g.standardize(g.literal(Shape::of_samples(&[x.len() / columns, columns]), x));
    g.value(y).to_vec()
}
