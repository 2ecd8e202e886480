//! A batch is the sum of its samples, and groups of samples add up to the whole.

use super::in_both_precisions;

in_both_precisions!(
    the_gradient_of_a_batch_is_the_sum_over_its_samples,
    gradients_of_groups_of_samples_add_up_to_the_total,
    a_group_of_samples_routed_alone_is_a_batch_of_that_group,
    a_loss_weight_of_zero_removes_the_sample,
    a_loss_weight_of_zero_stops_a_target_that_is_nan,
);

mod check {
    use gradroute_kernels::random::Stream;
    use gradroute_tape::{Gradients, Graph, Params, Real, Shape, Tape, Var};

    use super::super::network::{DIMS, Network, assert_close, largest, normals, total};

    /// Which of three groups each sample is in.
    fn groups(seed: u64, n: usize) -> Vec<u64> {
        let mut stream = Stream::new(seed, "groups", 0);
        (0..n).map(|_| stream.below(3)).collect()
    }

    /// A mask per sample and dim, any numbers.
    fn mask<T: Real>(seed: u64, n: usize) -> Vec<T> {
        normals(seed, "mask", n * DIMS)
    }

    fn only<T: Real>(group: &[u64], wanted: u64) -> Vec<T> {
        group.iter().map(|&g| if g == wanted { T::ONE } else { T::ZERO }).collect()
    }

    fn by_samples<'m, T: Real>(rows: &'m [T]) -> impl Fn(&Graph<'_, T>, Var) -> Var + 'm {
        move |g, z| g.route(z, g.literal(Shape::of_samples(&[rows.len(), 1]), rows))
    }

    pub fn the_gradient_of_a_batch_is_the_sum_over_its_samples<T: Real>(seed: u64, n: usize) {
        let network = Network::<T>::new(seed, n);
        let mask = mask::<T>(seed, n);
        let route = |mask: &[T], n: usize| {
            let mask = mask.to_vec();
            move |g: &Graph<'_, T>, z| g.route(z, g.literal(Shape::of_samples(&[n, DIMS]), &mask))
        };
        let whole = network.gradient(route(&mask, n));
        let singles: Vec<Vec<T>> = (0..n)
            .map(|i| network.subset(&[i]).gradient(route(&mask[i * DIMS..][..DIMS], 1)))
            .collect();
        let scale = singles.iter().map(|s| largest(s)).sum();
        assert_close(&whole, &total(&singles), scale);
    }

    pub fn gradients_of_groups_of_samples_add_up_to_the_total<T: Real>(seed: u64, n: usize) {
        let network = Network::<T>::new(seed, n);
        let group = groups(seed, n);
        let below = network.below();
        let whole = network.gradient(|_, z| z);
        let parts: Vec<Vec<T>> =
            (0..3).map(|k| network.gradient(by_samples(&only(&group, k)))).collect();
        let scale = parts.iter().map(|p| largest(p)).sum();
        assert_close(&whole[..below], &total(&parts)[..below], scale);
    }

    pub fn a_group_of_samples_routed_alone_is_a_batch_of_that_group<T: Real>(seed: u64, n: usize) {
        let network = Network::<T>::new(seed, n);
        let group = groups(seed, n);
        let below = network.below();
        let kept: Vec<usize> = (0..n).filter(|&i| group[i] == 1).collect();
        let routed = network.gradient(by_samples(&only(&group, 1)));
        let alone = network.subset(&kept).gradient(|_, z| z);
        assert_close(&routed[..below], &alone[..below], largest(&alone) * n as f64);
    }

    pub fn a_loss_weight_of_zero_removes_the_sample<T: Real>(seed: u64, n: usize) {
        let network = Network::<T>::new(seed, n);
        let group = groups(seed, n);
        let kept: Vec<usize> = (0..n).filter(|&i| group[i] == 1).collect();
        let weighted = network.weighted_gradient(&only(&group, 1), |_, z| z);
        let alone = network.subset(&kept).gradient(|_, z| z);
        assert_close(&weighted, &alone, largest(&alone) * n as f64);
    }

    /// Samples without a usable target, with absolute and with squared errors.
    pub fn a_loss_weight_of_zero_stops_a_target_that_is_nan<T: Real>(seed: u64, n: usize) {
        let weights: Vec<T> = only(&groups(seed, n), 1);
        let mut targets = normals::<T>(seed, "targets", n * DIMS);
        let mut params = Params::<T>::new();
        let mut values = normals::<T>(seed, "prediction", n * DIMS).into_iter();
        let prediction = params.add("prediction", &[n, DIMS], || values.next().expect("one each"));
        let gradient = |targets: &[T], squared: bool| -> Vec<T> {
            let mut tape = Tape::new();
            let mut gradients = Gradients::new(&params);
            let g = tape.graph(&params);
            let target = g.literal(Shape::of_samples(&[n, DIMS]), targets);
            let weights_of = &weights;
            let weights = g.literal(Shape::of_samples(&[n]), weights_of);
            let losses = match squared {
                true => g.squared_error(g.param(prediction), target),
                false => g.absolute_error(g.param(prediction), target),
            };
            let loss = g.weighted_sum(losses, weights);
            assert!(g.scalar(loss).is_finite());
            let infinity = g.literal(Shape::scalar(), &[T::from_f64(f64::INFINITY)]);
            g.backward(g.mul(loss, infinity), &mut gradients);
            let gradient = gradients.get(prediction).expect("it is used").chunks_exact(DIMS);
            for (row, _) in gradient.zip(weights_of).filter(|(_, w)| **w == T::ZERO) {
                assert!(row.iter().all(|v| *v == T::ZERO), "{row:?}");
            }
            g.backward(loss, &mut gradients);
            gradients.get(prediction).expect("it is used").to_vec()
        };
        let clean = [true, false].map(|squared| gradient(&targets, squared));
        for (row, &weight) in targets.chunks_exact_mut(DIMS).zip(&weights) {
            if weight == T::ZERO {
                row.fill(T::from_f64(f64::NAN));
            }
        }
        let dirty = [true, false].map(|squared| gradient(&targets, squared));
        assert_eq!(clean, dirty);
        assert!(dirty.iter().flatten().all(|v| v.is_finite()));
    }
}
