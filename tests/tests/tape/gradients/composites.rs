//! Whole graphs: values used more than once, and the replication's model.

use gradroute_tape::Params;
use gradroute_tape::check::{Agreement, Check, CheckError};
use gradroute_tape::{Graph, Shape, Var};
use proptest::prelude::*;

use super::point::{away_from_kinks, confirm, normal, positive};
use super::shapes::any_dims;
use crate::autoencoder::{Autoencoder, batch};

proptest! {
    #[test]
    fn an_operand_used_twice_by_one_op(dims in any_dims(), seed: u64) {
        confirm(seed, &[positive(&dims)], |g, x, _| {
            let x = x[0];
            let (sum, difference) = (g.add(x, x), g.sub(x, x));
            let (square, one) = (g.mul(x, x), g.div(x, x));
            g.add(g.mul(sum, one), g.add(square, difference))
        });
    }

    #[test]
    fn an_operand_used_by_many_ops(dims in any_dims(), seed: u64) {
        confirm(seed, &[normal(&dims)], |g, x, _| {
            let z = g.tanh(x[0]);
            let mut total = g.exp(z);
            for _ in 0..3 {
                total = g.add(g.mul(total, z), g.sigmoid(z));
            }
            total
        });
    }

    #[test]
    fn the_replications_model_at_a_tiny_size(n in 1usize..=3, seed: u64) {
        away_from_kinks(seed, |seed| {
            let agreement = check(seed, n, 4, &[5, 3], 2, |check, params, build| {
                check.elements(params, build)
            })?;
            assert!(agreement.compared > 0);
            Ok(())
        });
    }
}

#[test]
fn the_replications_model_along_random_directions_at_a_larger_size() {
    for seed in [1000, 2000, 3000] {
        away_from_kinks(seed, |seed| {
            let agreement = check(seed, 6, 40, &[24, 12], 8, |check, params, build| {
                check.directions(12, params, build)
            })?;
            assert_eq!(agreement.compared, 12);
            Ok(())
        });
    }
}

type Build<'b> = &'b dyn Fn(&Graph<'_, f64>) -> Var;

fn check(
    seed: u64,
    n: usize,
    pixels: usize,
    hidden: &[usize],
    encoding: usize,
    compare: impl Fn(Check, &Params<f64>, Build<'_>) -> Result<Agreement, CheckError>,
) -> Result<Agreement, CheckError> {
    let mut params = Params::new();
    let model = Autoencoder::new(&mut params, pixels, hidden, encoding, seed);
    let (images, mask) = batch::<f64>(n, pixels, encoding, seed);
    compare(Check::default(), &params, &|g| {
        let images = g.literal(Shape::of_samples(&[n, pixels]), &images);
        let mask = g.literal(Shape::of_samples(&[n, encoding]), &mask);
        model.loss(g, images, mask, 0.1)
    })
}
