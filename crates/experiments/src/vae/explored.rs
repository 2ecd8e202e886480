//! The VAE in the browser.

use gradroute_runs::Learner;
use gradroute_runs::images::{Dataset, mean_image};
use gradroute_tape::{Real, Shape};
use ndarray::ArrayView2;

use super::DIGITS;
use super::network::Network;
use crate::explore::{Decoded, Explored, Group, Output, Seen};

/// A trained VAE, without its noise.
pub struct Exploring<'e, T: Real> {
    pub network: &'e Network,
    pub learner: &'e mut Learner<T>,
}

impl<T: Real> Explored<T> for Exploring<'_, T> {
    const RANGE: [f64; 2] = [0.0, 1.0];

    fn groups(&self) -> Vec<Group> {
        let group = |dim: usize| Group {
            name: format!("dim {dim}"),
            about: format!("for the digit {dim}"),
            dims: dim..dim + 1,
        };
        (0..DIGITS).map(group).collect()
    }

    fn outputs(&self) -> Vec<Output> {
        vec![Output { name: "decoder", about: "sees relu(mean), without noise".to_owned() }]
    }

    fn encode(&mut self, pixels: ArrayView2<'_, T>) -> Vec<T> {
        let g = self.learner.tape.graph(&self.learner.params);
        let heads = self.network.encode(&g, g.samples(pixels));
        g.value(g.relu(heads.mean)).to_vec()
    }

    fn decode(&mut self, pixels: ArrayView2<'_, T>, encoding: &[T]) -> Vec<Decoded<T>> {
        let g = self.learner.tape.graph(&self.learner.params);
        let images = g.samples(pixels);
        let z = g.literal(Shape::of_samples(&[1, encoding.len()]), encoding);
        let made = self.network.decode(&g, z);
        vec![Decoded::of(&g, made, images)]
    }

    fn floors(train: &Dataset) -> Vec<(&'static str, Vec<f64>)> {
        vec![("mean image", mean_image(train))]
    }

    fn in_words(&self, seen: &Seen<T>) -> String {
        let largest = |values: &[T]| {
            let lit = values.iter().enumerate().filter(|(_, value)| **value > T::ZERO);
            lit.max_by(|(_, a), (_, b)| a.to_f64().total_cmp(&b.to_f64())).map(|(dim, _)| dim)
        };
        let mut sentence = match largest(&seen.encoded) {
            Some(dim) => format!(
                "The largest dim is that of {dim}, so the model takes this image for a {dim}"
            ),
            None => "All dims are 0, so the model sees no digit in this image".to_owned(),
        };
        if let Some(label) = seen.label {
            sentence += &format!("; it shows a {label}");
        }
        sentence + &seen.changes_in_words() + "."
    }
}
