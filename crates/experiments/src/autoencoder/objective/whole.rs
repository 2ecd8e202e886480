//! The whole loss.

use std::sync::Arc;

use gradroute_tape::{Graph, Real, Var};

use super::correlation::mean_absolute_correlation;
use super::pass::{Draw, Pass, Term};
use super::terms::LossTerms;
use crate::autoencoder::config::{self, Config, MeanOver};
use crate::autoencoder::groups::Taught;
use crate::autoencoder::halves::Half;
use crate::autoencoder::network::Network;
use crate::autoencoder::rules::rule;

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
    ///
    /// # Panics
    /// If there is no such routing rule; the configuration refuses it before.
    pub fn new(config: &Config) -> Self {
        let Config { model, train, loss, routing, .. } = config;
        let rule =
            Arc::from(rule(&routing.rule, train.seed).expect("the configuration is checked"));
        let routed = routing.enabled.then_some((&rule, model.encoding));
        let [good, good_bad, bad] = Term::all(loss, routing);
        let (first, second) = if model.separate_decoders || routing.is_partial() {
            ([good, good_bad, None], Some(Pass::new([None, None, bad], routed)))
        } else {
            ([good, good_bad, bad], None)
        };
        Self {
            loss: loss.clone(),
            first: Pass::new(first, routed),
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

    /// Makes the masks and loss weights of a batch with these labels, and these places in the
    /// training set. Which samples are not
    /// routed is drawn anew for each `step`, and is the same whenever that step is made.
    ///
    /// # Panics
    /// When a label is not below [`crate::autoencoder::halves::CLASSES`], or there are not as many
    /// keys as labels.
    pub fn take(&mut self, labels: &[u8], keys: &[u32], step: u64) {
        assert_eq!(labels.len(), keys.len(), "a label and a key a sample");
        let draw = Draw { seed: self.seed, step, share: self.share };
        self.first.fill(labels, keys, self.loss.mean_over, draw);
        if let Some(second) = &mut self.second {
            second.fill(labels, keys, self.loss.mean_over, draw);
        }
    }

    /// Which halves the terms let each sample of the batch teach, whatever the routing makes of it.
    pub fn halves_taught(&self) -> impl Iterator<Item = Taught> + '_ {
        let passes = || [Some(&self.first), self.second.as_ref()].into_iter().flatten();
        (0..self.first.samples()).map(move |sample| {
            let teaches = |half| passes().any(|pass| pass.teaches(sample, half));
            Taught { bottom: teaches(Half::Bottom), top: teaches(Half::Top) }
        })
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
    // Without `track_caller`, so that pictures of the graph show this file's lines.
    pub fn record(&self, g: &Graph<'_, T>, network: &Network, pixels: Var) -> LossTerms {
        let images = network.images(g, pixels);
        let z = network.encode(g, pixels);
        let decoded = network.decode(g, self.first.route(g, z));
        let second = self.second.as_ref();
        let second = second.map(|pass| (pass, network.decode_bad(g, pass.route(g, z))));
        let [from_top, from_bottom] = network.certify(g, z);

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
        let encoding = z;
        LossTerms {
            total,
            decoder,
            good,
            good_bad,
            bad,
            top,
            bottom,
            l1,
            correlation,
            encoding,
            standardized,
        }
    }

    /// The L1 penalty of the encoding `z` `[n, dims]`.
    fn l1(&self, g: &Graph<'_, T>, z: Var) -> Var {
        let config::Loss { l1, l1_top_extra, l1_divisor, .. } = self.loss;
        let [n, dims] = [0, 1].map(|axis| g.shape(z).dims()[axis]);
        let divisor = l1_divisor.unwrap_or(n) as f64;
        let whole = g.scale(g.l1_norm(z), l1 / divisor);
        if l1_top_extra == 0.0 {
            return whole;
        }
        let top = g.slice_columns(z, dims / 2..dims);
        g.add(whole, g.scale(g.l1_norm(top), l1_top_extra / divisor))
    }
}
