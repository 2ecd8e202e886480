//! One run of a decoder over the batch, for the terms of the loss that it serves.

use std::sync::Arc;

use gradroute_kernels::random::Stream;
use gradroute_tape::{Graph, Real, Var};

use crate::autoencoder::config::{Loss, MeanOver, Routing};
use crate::autoencoder::halves::{CLASSES, Half};
use crate::autoencoder::rules::{MaskTable, Rule, Sample};

/// Which samples a pass is for, besides those of its terms' digits.
#[derive(Clone, Copy, Debug)]
pub struct Draw {
    /// The run's seed.
    pub seed: u64,
    /// The step, from 0; each has its own draw.
    pub step: u64,
    /// Share of the samples that are routed.
    pub share: f64,
}

/// A term of the loss that looks at the decoder.
#[derive(Clone, Debug)]
pub struct Term<T> {
    digits: [bool; CLASSES],
    /// Whether samples that are not routed count in too.
    takes_unrouted: bool,
    teaches: Half,
    weight: f64,
    /// The loss weight of each sample of the batch, times their number.
    weights: Vec<T>,
}

/// The terms `good`, `good_bad` and `bad`, those that there are.
pub type DecoderTerms<V> = [Option<V>; 3];

impl<T: Real> Term<T> {
    /// The terms of a configuration.
    pub fn all(loss: &Loss, routing: &Routing) -> DecoderTerms<Self> {
        let bad = Self::new(loss.bad, &routing.bottom, Half::Bottom);
        [
            Self::new(loss.good, &routing.top, Half::Top),
            Self::new(loss.good_bad, &routing.bottom, Half::Top),
            bad.map(|bad| Self { takes_unrouted: routing.is_partial(), ..bad }),
        ]
    }

    fn new(weight: f64, digits: &[u8], teaches: Half) -> Option<Self> {
        let digits = std::array::from_fn(|digit| digits.contains(&(digit as u8)));
        let (takes_unrouted, weights) = (false, Vec::new());
        (weight > 0.0).then_some(Self { digits, takes_unrouted, teaches, weight, weights })
    }

    /// Gives each sample its loss weight: 0 outside of the term's group.
    fn fill(&mut self, labels: &[u8], mean_over: MeanOver, draw: Draw) {
        let mut stream = Stream::new(draw.seed, "unrouted samples", draw.step);
        let mut count = 0usize;
        self.weights.clear();
        for &label in labels {
            let unrouted = self.takes_unrouted && stream.uniform() >= draw.share;
            let counts = self.digits[usize::from(label)] || unrouted;
            count += usize::from(counts);
            self.weights.push(if counts { T::ONE } else { T::ZERO });
        }
        let factor = match mean_over {
            MeanOver::Batch => self.weight,
            // Without samples there is no weight to scale.
            MeanOver::Group => self.weight * labels.len() as f64 / count.max(1) as f64,
        };
        let factor = T::from_f64(factor);
        self.weights.iter_mut().for_each(|weight| *weight *= factor);
    }
}

/// How terms divide a sample's gradient between the dims: by the rule, in proportion to their
/// weights. A sample of no term teaches nothing.
fn divide<T>(terms: &DecoderTerms<Term<T>>, rule: &dyn Rule, sample: Sample, weights: &mut [f64]) {
    let digit = usize::from(sample.label);
    let (mut total, mut row) = (0.0, vec![0.0; weights.len()]);
    weights.fill(0.0);
    for term in terms.iter().flatten().filter(|t| t.digits[digit] || t.takes_unrouted) {
        rule.weights(sample, term.teaches, &mut row);
        total += term.weight;
        weights.iter_mut().zip(&row).for_each(|(sum, weight)| *sum += term.weight * weight);
    }
    if total > 0.0 {
        weights.iter_mut().for_each(|weight| *weight /= total);
    }
}

/// How the mask of a batch is made.
#[derive(Clone, Debug)]
enum Masks<T> {
    /// By digit, from rows that are written out.
    ByLabel(MaskTable<T>),
    /// Sample by sample, for so many dims.
    BySample(Arc<dyn Rule>, usize),
}

/// A run of a decoder over the batch, for one term or several.
///
/// A sample's loss weight is the sum of those that its terms give it, and its mask divides its
/// gradient between the halves in proportion. Gradients are linear in both, so one run gives what
/// a run for each term would.
#[derive(Clone, Debug)]
pub struct Pass<T> {
    terms: DecoderTerms<Term<T>>,
    /// `None` if routing is off.
    masks: Option<Masks<T>>,
    /// The mask of the batch at hand.
    mask: Vec<T>,
    /// The loss weights of the batch at hand, times the number of samples.
    weights: Vec<T>,
}

/// What a pass adds to the loss: its error, and each of its terms where they are told apart.
pub struct PassTerms {
    pub decoder: Var,
    pub terms: DecoderTerms<Var>,
}

impl<T: Real> Pass<T> {
    /// A pass for `terms`, routed by a rule on an encoding of so many dims, or not routed.
    pub fn new(terms: DecoderTerms<Term<T>>, routed: Option<(&Arc<dyn Rule>, usize)>) -> Self {
        let masks = routed.map(|(rule, dims)| match rule.by_label_alone() {
            true => Masks::ByLabel(MaskTable::new(dims, |label, weights| {
                divide(&terms, &**rule, Sample { label, key: 0 }, weights);
            })),
            false => Masks::BySample(rule.clone(), dims),
        });
        Self { terms, masks, mask: Vec::new(), weights: Vec::new() }
    }

    /// Makes mask and loss weights of a batch with these labels and keys.
    pub fn fill(&mut self, labels: &[u8], keys: &[u32], mean_over: MeanOver, draw: Draw) {
        match &self.masks {
            Some(Masks::ByLabel(table)) => table.fill(labels, &mut self.mask),
            Some(Masks::BySample(rule, dims)) => {
                let mut row = vec![0.0; *dims];
                self.mask.clear();
                for (&label, &key) in labels.iter().zip(keys) {
                    divide(&self.terms, &**rule, Sample { label, key }, &mut row);
                    self.mask.extend(row.iter().map(|&weight| T::from_f64(weight)));
                }
            }
            None => {}
        }
        self.weights.clear();
        self.weights.resize(labels.len(), T::ZERO);
        for term in self.terms.iter_mut().flatten() {
            term.fill(labels, mean_over, draw);
            self.weights.iter_mut().zip(&term.weights).for_each(|(sum, w)| *sum += *w);
        }
    }

    /// Samples of the batch at hand.
    pub fn samples(&self) -> usize {
        self.weights.len()
    }

    /// Whether a term that is to teach a half counts this sample.
    pub fn teaches(&self, sample: usize, half: Half) -> bool {
        let own = self.terms.iter().flatten().filter(|term| term.teaches == half);
        own.map(|term| &term.weights).any(|weights| weights[sample] != T::ZERO)
    }

    /// The encoding `z` `[n, dims]` on its way to the decoder.
    #[track_caller]
    pub fn route(&self, g: &Graph<'_, T>, z: Var) -> Var {
        match self.masks {
            Some(_) => g.route(z, g.literal(g.shape(z), &self.mask)),
            None => z,
        }
    }

    /// The error of what the decoder made of the batch, and its terms if `apart`.
    #[track_caller]
    pub fn record(&self, g: &Graph<'_, T>, decoded: Var, images: Var, apart: bool) -> PassTerms {
        let errors = g.absolute_error(decoded, images);
        let mean = |weights: &[T]| {
            let sum = g.weighted_sum(errors, g.literal(g.shape(errors), weights));
            g.scale(sum, 1.0 / weights.len() as f64)
        };
        let term = |term: &Option<Term<T>>| term.as_ref().map(|term| mean(&term.weights));
        let terms = if apart { self.terms.each_ref().map(term) } else { [None; 3] };
        PassTerms { decoder: mean(&self.weights), terms }
    }
}
