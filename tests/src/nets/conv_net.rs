//! Two convolutions and two layers on small images; images of one kind teach one half of the second
//! convolution's channels, and part of what the first layer learns.

use gradroute_tape::layers::{Conv2d, Linear};
use gradroute_tape::ops::{Activation, LinearOptions};
use gradroute_tape::{Graph, Params, Real, Shape, Var};

use super::Net;
use super::numbers::{hash, signed};

const IMAGES: usize = 32;
const SIZE: usize = 16;
const CHANNELS: [usize; 3] = [1, 8, 16];
const HIDDEN: usize = 32;
const CLASSES: usize = 5;

/// The convolutional net.
pub struct ConvNet<T> {
    convs: [Conv2d; 2],
    hidden: Linear,
    head: Linear,
    images: Vec<T>,
    labels: Vec<u8>,
    update: Vec<T>,
    weighted: bool,
}

impl<T: Real> Net<T> for ConvNet<T> {
    fn new(params: &mut Params<T>) -> Self {
        let [a, b, c] = CHANNELS;
        let first = Conv2d::new(params, "conv.0", a, b, 3, 0).with_padding(1);
        let second = Conv2d::new(params, "conv.1", b, c, 3, 0).with_padding(1).with_stride(2);
        // 16 pixels, pooled to 8, every second of these, pooled to 2.
        let hidden = Linear::new(params, "hidden", c * 4, HIDDEN, true, 0);
        let head = Linear::new(params, "head", HIDDEN, CLASSES, true, 0);
        Self {
            convs: [first, second],
            hidden,
            head,
            images: vec![T::ZERO; IMAGES * SIZE * SIZE],
            labels: vec![0; IMAGES],
            update: vec![T::ONE; IMAGES],
            weighted: false,
        }
    }

    fn weight_updates(&mut self) {
        self.weighted = true;
    }

    fn draw(&mut self, step: u64) {
        let purpose = 1000 + step as u32;
        for (position, pixel) in (0u32..).zip(&mut self.images) {
            *pixel = T::from_f64(signed(purpose, position));
        }
        for image in 0..IMAGES {
            let label = (hash(purpose + 500, image as u32) % CLASSES as u32) as u8;
            self.labels[image] = label;
            self.update[image] = T::from_f64(f64::from(label) / 4.0);
        }
    }

    fn loss<'a>(&'a self, g: &Graph<'a, T>) -> Var {
        let channels = CHANNELS[2];
        let mask =
            g.label_mask(&self.labels, channels, |label, i| (label < 3) == (i < channels / 2));
        let mask = g.reshape(mask, &[IMAGES, channels, 1, 1]);
        let images = g.literal(Shape::of_samples(&[IMAGES, 1, SIZE, SIZE]), &self.images);
        let x = g.max_pool2d(g.relu(self.convs[0].forward(g, images)), 2, 2);
        let second = || self.convs[1].forward(g, x);
        let x = match self.weighted {
            true => {
                // Every other channel, by the label.
                let of_label = |label, i| (i + usize::from(label)) % 2 == 1;
                g.update_weighted(g.label_mask(&self.labels, channels, of_label), second)
            }
            false => second(),
        };
        let x = g.route(g.relu(x), mask);
        let x = g.reshape(g.avg_pool2d(x, 2, 2), &[IMAGES, channels * 4]);
        let update = g.literal(Shape::of_samples(&[IMAGES]), &self.update);
        let options = LinearOptions { activation: Activation::Relu, ..LinearOptions::default() };
        let hidden = g.update_weighted(update, || self.hidden.forward_with(g, x, options));
        let logits = self.head.forward(g, hidden);
        g.mean(g.softmax_cross_entropy(logits, g.labels(&self.labels)))
    }
}
