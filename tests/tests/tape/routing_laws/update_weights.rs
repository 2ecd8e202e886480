//! Laws of update weights, per-sample weights on a parameter's gradient.

use super::in_both_precisions;

in_both_precisions!(
    update_weights_of_one_change_no_bit,
    an_update_weight_of_zero_removes_the_sample_even_if_it_is_nan,
    update_weights_leave_the_inputs_gradient_alone,
    an_update_weight_scales_its_samples_share,
);

mod check {
    use gradroute_tape::ops::{Activation, Input, LinearOptions};
    use gradroute_tape::{Gradients, Params, Real, Shape, Tape};

    use super::super::network::{assert_close, bits, largest, normals, total};

    const INPUTS: usize = 4;
    const OUTPUTS: usize = 3;

    /// The gradients of input, weight and bias of one layer whose output `[n, OUTPUTS]` gets
    /// the gradient `dy`.
    fn layer<T: Real>(
        seed: u64,
        x: &[T],
        dy: &[T],
        update: Option<&[T]>,
        relu: bool,
    ) -> [Vec<T>; 3] {
        let n = x.len() / INPUTS;
        let mut params = Params::<T>::new();
        let mut add = |name: &str, dims: &[usize], values: Vec<T>| {
            let mut values = values.into_iter();
            params.add(name, dims, || values.next().expect("one each"))
        };
        let ids = [
            add("x", &[n, INPUTS], x.to_vec()),
            add("w", &[OUTPUTS, INPUTS], normals(seed, "w", OUTPUTS * INPUTS)),
            add("b", &[OUTPUTS], normals(seed, "b", OUTPUTS)),
        ];
        let mut tape = Tape::new();
        let mut gradients = Gradients::new(&params);
        let g = tape.graph(&params);
        let activation = if relu { Activation::Relu } else { Activation::Identity };
        let options =
            LinearOptions { activation, input: Input::Affine { factor: 2.0, shift: -1.0 } };
        let x = g.as_samples(g.param(ids[0]));
        let apply = || g.linear_with(x, g.param(ids[1]), Some(g.param(ids[2])), options);
        let y = match update {
            Some(weights) => g.update_weighted(g.literal(Shape::of_samples(&[n]), weights), apply),
            None => apply(),
        };
        let dy = g.literal(Shape::of_samples(&[n, OUTPUTS]), dy);
        g.backward(g.sum(g.mul(y, dy)), &mut gradients);
        ids.map(|id| gradients.get(id).expect("all are used").to_vec())
    }

    fn data<T: Real>(seed: u64, n: usize) -> (Vec<T>, Vec<T>) {
        (normals(seed, "x", n * INPUTS), normals(seed, "dy", n * OUTPUTS))
    }

    pub fn update_weights_of_one_change_no_bit<T: Real>(seed: u64, n: usize) {
        let (x, dy) = data::<T>(seed, n);
        for relu in [false, true] {
            let plain = layer(seed, &x, &dy, None, relu);
            let weighted = layer(seed, &x, &dy, Some(&vec![T::ONE; n]), relu);
            assert_eq!(weighted.map(|v| bits(&v)), plain.map(|v| bits(&v)));
        }
    }

    pub fn an_update_weight_of_zero_removes_the_sample_even_if_it_is_nan<T: Real>(
        seed: u64,
        n: usize,
    ) {
        let (mut x, mut dy) = data::<T>(seed, n);
        let update: Vec<T> = normals::<T>(seed, "update", n)
            .into_iter()
            .map(|v| if v < T::ZERO { T::ZERO } else { v })
            .collect();
        let kept = |data: &[T], columns: usize| -> Vec<T> {
            let rows = data.chunks_exact(columns).zip(&update);
            rows.filter(|(_, u)| **u != T::ZERO).flat_map(|(row, _)| row.to_vec()).collect()
        };
        let (few_x, few_dy, few) = (kept(&x, INPUTS), kept(&dy, OUTPUTS), kept(&update, 1));
        let [_, w, b] = layer(seed, &few_x, &few_dy, Some(&few), true);
        for (i, _) in update.iter().enumerate().filter(|(_, u)| **u == T::ZERO) {
            x[i * INPUTS..][..INPUTS].fill(T::from_f64(f64::NAN));
            dy[i * OUTPUTS..][..OUTPUTS].fill(T::from_f64(f64::INFINITY));
        }
        let [_, all_w, all_b] = layer(seed, &x, &dy, Some(&update), true);
        assert_eq!((bits(&all_w), bits(&all_b)), (bits(&w), bits(&b)));
    }

    pub fn update_weights_leave_the_inputs_gradient_alone<T: Real>(seed: u64, n: usize) {
        let (x, dy) = data::<T>(seed, n);
        let update = normals::<T>(seed, "update", n);
        let [plain, ..] = layer(seed, &x, &dy, None, true);
        let [weighted, ..] = layer(seed, &x, &dy, Some(&update), true);
        assert_eq!(bits(&weighted), bits(&plain));
    }

    pub fn an_update_weight_scales_its_samples_share<T: Real>(seed: u64, n: usize) {
        let (x, dy) = data::<T>(seed, n);
        let update = normals::<T>(seed, "update", n);
        let [_, w, b] = layer(seed, &x, &dy, Some(&update), false);
        let shares: Vec<[Vec<T>; 2]> = (0..n)
            .map(|i| {
                let (x, dy) = (&x[i * INPUTS..][..INPUTS], &dy[i * OUTPUTS..][..OUTPUTS]);
                let [_, w, b] = layer(seed, x, dy, None, false);
                [w, b].map(|share| share.iter().map(|&v| v * update[i]).collect())
            })
            .collect();
        for (found, part) in [(w, 0), (b, 1)] {
            let parts: Vec<Vec<T>> = shares.iter().map(|s| s[part].clone()).collect();
            // 2x - 1 is spread over a product and an offset, each up to three times as large.
            let scale = parts.iter().map(|p| 1.0 + largest(p)).sum::<f64>() * 8.0;
            assert_close(&found, &total(&parts), scale);
        }
    }
}
