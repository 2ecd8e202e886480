//! Laws of forward ablation.

use super::in_both_precisions;

in_both_precisions!(
    an_ablation_mask_of_one_changes_no_bit,
    an_ablation_mask_of_zero_selects_zero_in_value_and_gradient,
    an_ablation_is_a_product_for_finite_values,
);

mod check {
    use gradroute_tape::{Gradients, Params, Real, Shape, Tape};

    use super::super::network::{DIMS, Network, bits, normals};

    pub fn an_ablation_mask_of_one_changes_no_bit<T: Real>(seed: u64, n: usize) {
        let network = Network::<T>::new(seed, n);
        let plain = network.gradient(|_, z| z);
        let ablated =
            network.gradient(|g, z| g.ablate(z, g.literal(Shape::new(&[DIMS]), &[T::ONE; DIMS])));
        assert_eq!(bits(&ablated), bits(&plain));
    }

    pub fn an_ablation_mask_of_zero_selects_zero_in_value_and_gradient<T: Real>(
        seed: u64,
        n: usize,
    ) {
        let mut values = normals::<T>(seed, "x", n * DIMS);
        let mut mask = vec![T::ONE; n * DIMS];
        for (i, (value, mask)) in values.iter_mut().zip(&mut mask).enumerate() {
            if (seed >> (i % 64)) & 1 == 0 {
                *mask = T::ZERO;
                *value = T::from_f64([f64::NAN, f64::INFINITY, -1.0][i % 3]);
            }
        }
        let mut params = Params::<T>::new();
        let mut next = values.iter();
        let x = params.add("x", &[n, DIMS], || *next.next().expect("one each"));
        let mut tape = Tape::new();
        let mut gradients = Gradients::new(&params);
        let g = tape.graph(&params);
        let kept = g.ablate(g.param(x), g.literal(Shape::of_samples(&[n, DIMS]), &mask));
        g.backward(g.sum(g.mul(kept, kept)), &mut gradients);
        let gradient = gradients.get(x).expect("x is used");
        let mut behind_infinity = Gradients::new(&params);
        let infinity = g.literal(Shape::scalar(), &[T::from_f64(f64::INFINITY)]);
        g.backward(g.sum(g.mul(kept, infinity)), &mut behind_infinity);
        let behind_infinity = behind_infinity.get(x).expect("x is used");
        for (i, &kept) in g.value(kept).iter().enumerate() {
            if mask[i] == T::ZERO {
                assert_eq!(bits(&[kept, gradient[i], behind_infinity[i]]), [0, 0, 0]);
            } else {
                assert_eq!(bits(&[kept]), bits(&[values[i]]));
                assert_eq!(gradient[i], kept + kept);
            }
        }
    }

    pub fn an_ablation_is_a_product_for_finite_values<T: Real>(seed: u64, n: usize) {
        let network = Network::<T>::new(seed, n);
        let mask = normals::<T>(seed, "mask", n);
        let by = |ablate: bool| {
            network.gradient(|g, z| {
                let mask = g.literal(Shape::of_samples(&[n, 1]), &mask);
                if ablate { g.ablate(z, mask) } else { g.mul(z, mask) }
            })
        };
        assert_eq!(by(true), by(false));
    }
}
