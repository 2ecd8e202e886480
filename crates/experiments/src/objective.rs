//! What is minimised: the terms of the loss, and how they hang on the model.
//!
//! Three terms look at the decoder: `good` is its error on the top half's digits, which teaches
//! the top half; `good_bad` that on the bottom half's digits, which teaches the top half too; `bad`
//! that on the bottom half's digits, which teaches the bottom half. They are the Good, GoodBad and
//! Bad of Cloud et al. 2024 (arXiv 2410.04332), whose top half holds the good digits. The
//! replication's loss, the decoder's mean absolute error with each digit routed to its own half,
//! is `good` plus `bad`.

mod correlation;
mod pass;

use gradroute_tape::{Graph, Real, Var};

use crate::config::{self, Config, MeanOver};
use crate::model::Autoencoder;
use pass::{Draw, Pass, Term};

pub use correlation::mean_absolute_correlation;

/// The terms of the loss, weights included. `V` is a value on a graph ([`LossTerms`]) or a number
/// ([`Losses`]); `None` stands for a term that this objective does not have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms<V> {
    /// The sum of `decoder`, `top`, `bottom`, `l1` and `correlation`.
    pub total: V,
    /// The error of the decoder: the sum of `good`, `good_bad` and `bad`.
    pub decoder: V,
    /// The decoder on the top half's digits; told apart where groups have means of their own.
    pub good: Option<V>,
    /// The decoder on the bottom half's digits, for the top half; likewise.
    pub good_bad: Option<V>,
    /// The decoder on the bottom half's digits, for the bottom half; likewise.
    pub bad: Option<V>,
    /// Mean absolute error of the certificate on the top half.
    pub top: V,
    /// Mean absolute error of the certificate on the bottom half.
    pub bottom: V,
    /// The L1 penalty of the encoding; 0 without one.
    pub l1: V,
    /// The correlation penalty of the encoding.
    pub correlation: Option<V>,
}

/// The loss terms as numbers.
pub type Losses<T> = Terms<T>;

/// The loss terms as values on a graph, and what is needed to say why they are not finite.
#[derive(Clone, Copy, Debug)]
pub struct LossTerms {
    /// The terms.
    pub terms: Terms<Var>,
    /// The encoding `[n, encoding]`, and the same standardized, if there is a correlation term.
    encodings: Option<[Var; 2]>,
}

impl LossTerms {
    /// Reads the numbers.
    pub fn values<T: Real>(&self, g: &Graph<'_, T>) -> Losses<T> {
        let Terms { total, decoder, good, good_bad, bad, top, bottom, l1, correlation } =
            self.terms;
        let value = |var| g.scalar(var);
        Terms {
            total: value(total),
            decoder: value(decoder),
            good: good.map(value),
            good_bad: good_bad.map(value),
            bad: bad.map(value),
            top: value(top),
            bottom: value(bottom),
            l1: value(l1),
            correlation: correlation.map(value),
        }
    }

    /// The first dim of a finite encoding that does not vary over the batch, so that it has no
    /// correlation with anything; `None` if there is no such dim or no correlation term.
    pub fn constant_dim<T: Real>(&self, g: &Graph<'_, T>) -> Option<usize> {
        let [encoding, standardized] = self.encodings?;
        if !g.value(encoding).iter().all(|z| z.is_finite()) {
            return None;
        }
        let dims = g.shape(encoding).dims()[1];
        let at = g.value(standardized).iter().position(|z| !z.is_finite())?;
        Some(at % dims)
    }
}

/// An objective, and the masks and loss weights of the batch at hand.
///
/// The decoder runs once over the batch where that gives the gradients of all its terms. The term
/// `bad` needs a run of its own if it has a decoder of its own, and under partial routing, where a
/// sample's digit does not tell which terms it is in.
#[derive(Clone, Debug)]
pub struct Objective<T> {
    loss: config::Loss,
    first: Pass<T>,
    second: Option<Pass<T>>,
    seed: u64,
    /// Share of the samples that is routed.
    share: f64,
}

impl<T: Real> Objective<T> {
    /// The objective of a configuration.
    pub fn new(config: &Config) -> Self {
        let Config { model, train, loss, routing, .. } = config;
        let dims = routing.enabled.then_some(model.encoding);
        let [good, good_bad, bad] = Term::all(loss, routing);
        let (first, second) = if model.separate_decoders || routing.is_partial() {
            ([good, good_bad, None], Some(Pass::new([None, None, bad], dims)))
        } else {
            ([good, good_bad, bad], None)
        };
        Self {
            loss: loss.clone(),
            first: Pass::new(first, dims),
            second,
            seed: train.seed,
            share: routing.share(0, train.epochs as u64),
        }
    }

    /// Whether there is a correlation term, which needs two samples at least.
    pub fn correlates(&self) -> bool {
        self.loss.correlation > 0.0
    }

    /// Sets the share of samples that are routed from now on: what
    /// [`config::Routing::share`] says of the epoch.
    pub fn route_share(&mut self, share: f64) {
        self.share = share;
    }

    /// Makes the masks and loss weights of a batch with these labels. Which samples are not
    /// routed is drawn anew for each `step`, and is the same whenever that step is made.
    ///
    /// # Panics
    /// When a label is not below [`crate::evaluation::CLASSES`].
    pub fn take(&mut self, labels: &[u8], step: u64) {
        let draw = Draw { seed: self.seed, step, share: self.share };
        self.first.fill(labels, self.loss.mean_over, draw);
        if let Some(second) = &mut self.second {
            second.fill(labels, self.loss.mean_over, draw);
        }
    }

    /// Records the loss of the batch whose labels were [taken](Objective::take): `pixels`
    /// `[n, pixels]` in `[0, 1]`.
    ///
    /// The encoding is routed on its way to the decoder only. The certificates see it detached.
    /// The penalties act on the encoding *before* the route: they reach dims that the route
    /// blocks.
    ///
    /// # Panics
    /// If shapes do not fit the model, if there are not as many labels as samples, and if there
    /// is a correlation term but one sample.
    #[track_caller]
    pub fn record(&self, g: &Graph<'_, T>, model: &Autoencoder, pixels: Var) -> LossTerms {
        let images = model.images(g, pixels);
        let z = model.encode(g, pixels);
        let decoded = model.decode(g, self.first.route(g, z));
        let second = self.second.as_ref();
        let second = second.map(|pass| (pass, model.decode_bad(g, pass.route(g, z))));
        let [from_top, from_bottom] = model.certify(g, z);

        let _scope = g.scope("loss");
        let apart = self.loss.mean_over == MeanOver::Group;
        let first = self.first.record(g, decoded, images, apart);
        let (mut decoder, [good, good_bad, mut bad]) = (first.decoder, first.terms);
        if let Some((pass, decoded)) = second {
            let second = pass.record(g, decoded, images, apart);
            decoder = g.add(decoder, second.decoder);
            bad = second.terms[2];
        }
        let certificate =
            |made| g.scale(g.mean_absolute_error(made, images), self.loss.certificates);
        let (top, bottom) = (certificate(from_top), certificate(from_bottom));
        let l1 = self.l1(g, z);
        let total = g.add(g.add(g.add(decoder, top), bottom), l1);

        let standardized = self.correlates().then(|| g.standardize(z));
        let correlation =
            standardized.map(|z| g.scale(mean_absolute_correlation(g, z), self.loss.correlation));
        let total = correlation.map_or(total, |correlation| g.add(total, correlation));
        let terms = Terms { total, decoder, good, good_bad, bad, top, bottom, l1, correlation };
        LossTerms { terms, encodings: standardized.map(|standardized| [z, standardized]) }
    }

    /// The L1 penalty of the encoding `z` `[n, dims]`.
    fn l1(&self, g: &Graph<'_, T>, z: Var) -> Var {
        let config::Loss { l1, l1_top_extra, l1_divisor, .. } = self.loss;
        let [n, dims] = [0, 1].map(|axis| g.shape(z).dims()[axis]);
        let divisor = if l1_divisor == 0 { n } else { l1_divisor } as f64;
        let whole = g.scale(g.l1_norm(z), l1 / divisor);
        if l1_top_extra == 0.0 {
            return whole;
        }
        let top = g.slice_columns(z, dims / 2..dims);
        g.add(whole, g.scale(g.l1_norm(top), l1_top_extra / divisor))
    }
}
