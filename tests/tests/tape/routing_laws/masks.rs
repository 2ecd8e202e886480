//! Laws of the route and of detach.

use super::in_both_precisions;

in_both_precisions!(
    a_mask_of_one_changes_no_bit,
    a_mask_of_one_behind_a_relu_changes_no_bit,
    a_mask_of_zero_leaves_exact_zeros,
    a_mask_of_zero_stops_nan_and_infinity,
    the_routed_gradient_is_linear_in_the_mask,
    detach_is_a_route_of_mask_zero,
    a_route_never_changes_the_value,
    two_routes_are_one_route_of_the_product,
);

mod check {
    use gradroute_tape::{Gradients, Graph, Params, Real, Shape, Tape, Var};

    use super::super::network::{DIMS, Network, assert_close, bits, largest, normals, total};

    /// All the extents that a mask of `[n, DIMS]` may have.
    fn mask_shapes(n: usize) -> [Vec<usize>; 7] {
        let lists: [&[usize]; 7] = [&[n, DIMS], &[n, 1], &[1, DIMS], &[1, 1], &[DIMS], &[1], &[]];
        lists.map(|dims| dims.to_vec())
    }

    fn constant_mask<T: Real>(g: &Graph<'_, T>, dims: &[usize], weight: T) -> Var {
        let shape = Shape::new(dims);
        g.literal(shape, &vec![weight; shape.len()])
    }

    fn route_with<'m, T: Real>(n: usize, mask: &'m [T]) -> impl Fn(&Graph<'_, T>, Var) -> Var + 'm {
        move |g, z| g.route(z, g.literal(Shape::of_samples(&[n, DIMS]), mask))
    }

    pub fn a_mask_of_one_changes_no_bit<T: Real>(seed: u64, n: usize) {
        let network = Network::<T>::new(seed, n);
        let unrouted = bits(&network.gradient(|_, z| z));
        for dims in mask_shapes(n) {
            let routed = network.gradient(|g, z| g.route(z, constant_mask(g, &dims, T::ONE)));
            assert_eq!(bits(&routed), unrouted, "mask {dims:?}");
        }
    }

    /// Here the tape leaves out gradients that the ReLU would ignore when there is no route.
    pub fn a_mask_of_one_behind_a_relu_changes_no_bit<T: Real>(seed: u64, n: usize) {
        let network = Network::<T>::new(seed, n);
        let unrouted = network.gradient(|g, z| g.relu(z));
        let routed = network.gradient(|g, z| g.route(g.relu(z), constant_mask(g, &[n, 1], T::ONE)));
        assert_eq!(bits(&routed), bits(&unrouted));
    }

    pub fn a_mask_of_zero_leaves_exact_zeros<T: Real>(seed: u64, n: usize) {
        let network = Network::<T>::new(seed, n);
        for dims in mask_shapes(n) {
            for zero in [T::ZERO, -T::ZERO] {
                let routed = network.gradient(|g, z| g.route(z, constant_mask(g, &dims, zero)));
                let (below, above) = routed.split_at(network.below());
                assert!(below.iter().all(|v| bits(&[*v]) == [0]), "mask {dims:?}: {below:?}");
                assert!(above.iter().any(|v| *v != T::ZERO));
            }
        }
    }

    pub fn a_mask_of_zero_stops_nan_and_infinity<T: Real>(seed: u64, n: usize) {
        let mut params = Params::<T>::new();
        let mut values = normals::<T>(seed, "w", n * DIMS).into_iter();
        let w = params.add("w", &[n, DIMS], || values.next().expect("one each"));
        let mut mask = normals::<T>(seed, "mask", n * DIMS);
        mask.iter_mut().step_by(2).for_each(|m| *m = T::ZERO);
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut tape = Tape::new();
            let mut gradients = Gradients::new(&params);
            let g = tape.graph(&params);
            let mask_var = g.literal(Shape::of_samples(&[n, DIMS]), &mask);
            let factor = g.literal(Shape::scalar(), &[T::from_f64(bad)]);
            let routed = g.route(g.as_samples(g.param(w)), mask_var);
            g.backward(g.sum(g.mul(routed, factor)), &mut gradients);
            for (gradient, &mask) in gradients.get(w).expect("w is used").iter().zip(&mask) {
                if mask == T::ZERO {
                    assert_eq!(bits(&[*gradient]), [0]);
                } else {
                    assert!(!gradient.is_finite(), "weights other than 0 let {bad} through");
                }
            }
        }
    }

    pub fn the_routed_gradient_is_linear_in_the_mask<T: Real>(seed: u64, n: usize) {
        let network = Network::<T>::new(seed, n);
        let [first, second] =
            ["first mask", "second mask"].map(|name| normals::<T>(seed, name, n * DIMS));
        let (a, b) = (T::from_f64(0.75), T::from_f64(-2.5));
        let blend: Vec<T> = first.iter().zip(&second).map(|(&f, &s)| a * f + b * s).collect();
        let [of_first, of_second, of_blend] =
            [&first, &second, &blend].map(|mask| network.gradient(route_with(n, mask)));
        let below = network.below();
        let scaled = |gradient: &[T], factor: T| -> Vec<T> {
            gradient[..below].iter().map(|&v| factor * v).collect()
        };
        let expected = total(&[scaled(&of_first, a), scaled(&of_second, b)]);
        let scale = largest(&of_first) + 3.0 * largest(&of_second);
        assert_close(&of_blend[..below], &expected, scale * n as f64);
        assert_eq!(bits(&of_blend[below..]), bits(&of_first[below..]), "above the route");
    }

    pub fn detach_is_a_route_of_mask_zero<T: Real>(seed: u64, n: usize) {
        let network = Network::<T>::new(seed, n);
        // A second use keeps the layers below reached; there both leave the same numbers.
        let routed = network
            .gradient(|g, z| g.add(g.tanh(z), g.route(z, constant_mask(g, &[n, 1], T::ZERO))));
        let detached = network.gradient(|g, z| g.add(g.tanh(z), g.detach(z)));
        assert_eq!(routed, detached);
    }

    pub fn a_route_never_changes_the_value<T: Real>(seed: u64, n: usize) {
        let params = Params::<T>::new();
        let mut tape = Tape::new();
        let g = tape.graph(&params);
        let mut values = normals::<T>(seed, "value", n * DIMS);
        values[0] = T::from_f64(f64::NAN);
        values[1] = -T::ZERO;
        let x = g.literal(Shape::of_samples(&[n, DIMS]), &values);
        let mask = g.literal(Shape::of_samples(&[n, DIMS]), &normals(seed, "mask", n * DIMS));
        for out in [g.route(x, mask), g.detach(x)] {
            assert_eq!(bits(&g.value(out)), bits(&values));
        }
    }

    pub fn two_routes_are_one_route_of_the_product<T: Real>(seed: u64, n: usize) {
        let network = Network::<T>::new(seed, n);
        // Powers of two, so that the order of factors rounds nothing differently.
        let powers = |name: &str| -> Vec<T> {
            let exponents = normals::<T>(seed, name, n * DIMS).into_iter();
            let power = |v: T| if v < T::ZERO { 0.0 } else { 2f64.powi(v.to_f64() as i32 - 1) };
            exponents.map(|v| T::from_f64(power(v))).collect()
        };
        let (first, second) = (powers("first mask"), powers("second mask"));
        let product: Vec<T> = first.iter().zip(&second).map(|(&f, &s)| f * s).collect();
        let twice = network.gradient(|g, z| route_with(n, &second)(g, route_with(n, &first)(g, z)));
        assert_eq!(twice, network.gradient(route_with(n, &product)));
    }
}
