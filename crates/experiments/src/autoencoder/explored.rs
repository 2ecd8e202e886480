//! The autoencoder in the browser.

use gradroute_runs::Learner;
use gradroute_runs::images::Dataset;
use gradroute_tape::{Real, Shape};
use ndarray::ArrayView2;

use super::config::Config;
use super::digit_list::digit_list;
use super::evaluation::CLEAR_MARGIN;
use super::floors::floor_images;
use super::halves::Half;
use super::network::Network;
use crate::explore::{Decoded, Explored, Group, Output, Seen};

/// A trained autoencoder.
pub struct Exploring<'e, T: Real> {
    pub config: &'e Config,
    pub network: &'e Network,
    pub learner: &'e mut Learner<T>,
}

impl<T: Real> Explored<T> for Exploring<'_, T> {
    const RANGE: [f64; 2] = [-1.0, 1.0];

    fn groups(&self) -> Vec<Group> {
        let halves = self.config.routing.halves();
        let group = |half: Half| Group {
            name: half.region(),
            about: format!("for {}", digit_list(half.digits(&halves))),
            dims: half.dims(self.network.encoding()),
        };
        Half::BOTH.map(group).to_vec()
    }

    fn outputs(&self) -> Vec<Output> {
        let certificate =
            |name, half: Half| Output { name, about: format!("sees the {}", half.region()) };
        let whole = Output { name: "decoder", about: "sees the whole encoding".to_owned() };
        vec![
            whole,
            certificate("bottom certificate", Half::Bottom),
            certificate("top certificate", Half::Top),
        ]
    }

    fn encode(&mut self, pixels: ArrayView2<'_, T>) -> Vec<T> {
        let g = self.learner.tape.graph(&self.learner.params);
        g.value(self.network.encode(&g, g.samples(pixels))).to_vec()
    }

    fn decode(&mut self, pixels: ArrayView2<'_, T>, encoding: &[T]) -> Vec<Decoded<T>> {
        let g = self.learner.tape.graph(&self.learner.params);
        let images = self.network.images(&g, g.samples(pixels));
        let z = g.literal(Shape::of_samples(&[1, encoding.len()]), encoding);
        let [top, bottom] = self.network.certify(&g, z);
        let decoder = self.network.decode(&g, z);
        [decoder, bottom, top].map(|made| Decoded::of(&g, made, images)).into()
    }

    fn floors(train: &Dataset) -> Vec<(&'static str, Vec<f64>)> {
        let [_, median, mean] = floor_images(train);
        vec![("median image", median), ("mean image", mean)]
    }

    fn in_words(&self, seen: &Seen<T>) -> String {
        let halves = self.config.routing.halves();
        let floor = seen.floors[0].mae;
        let [bottom, top] = [1, 2].map(|output| seen.outputs[output].mae.to_f64());
        let draws = |mae: f64| mae <= (1.0 - CLEAR_MARGIN) * floor;
        let which = match (draws(bottom), draws(top)) {
            (true, true) => "Both certificates draw this image better than the median image does",
            (true, false) => {
                "The bottom certificate alone draws this image better than the median image does"
            }
            (false, true) => {
                "The top certificate alone draws this image better than the median image does"
            }
            (false, false) => {
                "Neither certificate draws this image better than the median image does"
            }
        };
        let mut sentence = which.to_owned();
        let own = seen.label.and_then(|label| {
            Half::BOTH.into_iter().find(|half| half.digits(&halves).contains(&label))
        });
        if let (Some(label), Some(own)) = (seen.label, own) {
            sentence += &format!("; it shows a {label}, which is for the {}", own.region());
        }
        sentence + &seen.changes_in_words() + "."
    }
}
