//! Mistakes that must not pass: each breaks a law of [`super::laws`].

use gradroute_tape::{Graph, Shape, Var};

use super::laws::{obeys, routed};
use super::*;
use crate::vae::network::Heads;
use crate::vae::objective::{penalty, reconstruction};

/// A loss as one might write it: how the decoder's input is made of heads, noise and mask, and
/// which heads the penalty sees.
fn written<'g>(
    input: impl Fn(&Graph<'_, f32>, Heads, Var, Var) -> Var + 'g,
    penalised: impl Fn(&Graph<'_, f32>, Heads, Var) -> Heads + 'g,
) -> impl Fn(&Graph<'_, f32>, &Case<f32>) -> Terms + 'g {
    move |g, case| {
        let Batch { pixels, noise, mask } = case.batch(g);
        let mask = mask.expect("a case has a mask");
        let heads = case.network.encode(g, pixels);
        let decoded = case.network.decode(g, input(g, heads, noise, mask));
        Terms {
            reconstruction: reconstruction(g, decoded, pixels, &LOSS),
            penalty: penalty(g, penalised(g, heads, mask), &LOSS),
            heads,
        }
    }
}

fn right(g: &Graph<'_, f32>, heads: Heads, noise: Var, mask: Var) -> Var {
    g.route(heads.sample(g, noise), mask)
}

fn as_they_are(_: &Graph<'_, f32>, heads: Heads, _: Var) -> Heads {
    heads
}

/// The mistake is found in nearly all cases: in some, what it concerns is off for every sample.
fn breaks_a_law(mistake: impl Fn(&Graph<'_, f32>, &Case<f32>) -> Terms) {
    let found = (0..20).filter(|&seed| obeys(&Case::new(seed), &mistake).is_err()).count();
    assert!(found >= 18, "found in {found} of 20 cases");
}

/// The entries of a mask, changed.
fn changed(g: &Graph<'_, f32>, mask: Var, change: impl Fn(&[f32]) -> Vec<f32>) -> Var {
    let (shape, entries) = (g.shape(mask), change(&g.value(mask)));
    g.literal(Shape::of_samples(shape.dims()), &entries)
}

#[test]
fn the_loss_passes_and_so_does_the_form_in_which_mistakes_are_planted() {
    for seed in 0..20 {
        obeys(&Case::<f32>::new(seed), &routed).unwrap();
        obeys(&Case::new(seed), &written(right, as_they_are)).unwrap();
    }
}

#[test]
fn an_ignored_mask_is_found() {
    breaks_a_law(written(|g, heads, noise, _| heads.sample(g, noise), as_they_are));
}

#[test]
fn masks_that_are_shuffled_within_the_batch_are_found() {
    let next = |rows: &[f32]| [&rows[DIGITS..], &rows[..DIGITS]].concat();
    breaks_a_law(written(
        |g, heads, noise, mask| g.route(heads.sample(g, noise), changed(g, mask, next)),
        as_they_are,
    ));
}

#[test]
fn the_complement_of_the_mask_is_found() {
    let other = |rows: &[f32]| rows.iter().map(|entry| 1.0 - entry).collect();
    breaks_a_law(written(
        |g, heads, noise, mask| g.route(heads.sample(g, noise), changed(g, mask, other)),
        as_they_are,
    ));
}

#[test]
fn an_encoding_that_is_detached_is_found() {
    breaks_a_law(written(|g, heads, noise, _| g.detach(heads.sample(g, noise)), as_they_are));
}

#[test]
fn zeroing_in_the_forward_pass_is_found() {
    breaks_a_law(written(
        |g, heads, noise, mask| g.ablate(heads.sample(g, noise), mask),
        as_they_are,
    ));
}

#[test]
fn the_noise_of_a_usual_vae_is_found() {
    breaks_a_law(written(
        |g, Heads { mean, c }, noise, mask| {
            let deviation = g.exp(g.scale(c, 0.5));
            g.route(g.relu(g.add(mean, g.mul(deviation, noise))), mask)
        },
        as_they_are,
    ));
}

#[test]
fn a_routed_penalty_is_found() {
    breaks_a_law(written(right, |g, Heads { mean, c }, mask| Heads {
        mean: g.route(mean, mask),
        c: g.route(c, mask),
    }));
}
