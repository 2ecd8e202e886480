//! Two blocks of 64 elements and 4 heads over 64 positions; one kind of story teaches one half of each
//! block's hidden units, and some tokens teach the heads with a negative weight.

use gradroute_tape::layers::{Embedding, LayerNorm, Linear, Place, TransformerBlock};
use gradroute_tape::{Graph, ParamId, Params, Real, Shape, Var};

use super::Net;
use super::numbers::hash;

const STORIES: usize = 8;
const CONTEXT: usize = 64;
const TOKENS: usize = 32;
const D: usize = 64;
const HEADS: usize = 4;
const HIDDEN: usize = 128;

/// The transformer.
pub struct Transformer<T> {
    tokens: Embedding,
    positions: ParamId,
    blocks: Vec<TransformerBlock>,
    norm: LayerNorm,
    head: Linear,
    inputs: Vec<u32>,
    targets: Vec<u32>,
    kinds: Vec<u8>,
    teaches_heads: Vec<T>,
    counts: Vec<T>,
    weighted: bool,
}

impl<T: Real> Net<T> for Transformer<T> {
    fn new(params: &mut Params<T>) -> Self {
        let tokens = Embedding::new(params, "tokens", TOKENS, D, 0);
        let positions = params.add("positions", &[CONTEXT, D], || T::ZERO);
        let block = |i| TransformerBlock::new(params, &format!("block.{i}"), D, HEADS, HIDDEN, 0);
        let blocks = (0..2).map(block).collect();
        let norm = LayerNorm::new(params, "norm", D);
        let head = Linear::new(params, "head", D, TOKENS, false, 0);
        let all = STORIES * CONTEXT;
        Self {
            tokens,
            positions,
            blocks,
            norm,
            head,
            inputs: vec![0; all],
            targets: vec![0; all],
            kinds: vec![0; STORIES],
            teaches_heads: vec![T::ONE; all],
            counts: vec![T::ONE; all],
            weighted: false,
        }
    }

    fn weight_updates(&mut self) {
        self.weighted = true;
    }

    fn draw(&mut self, step: u64) {
        let purpose = 1000 + step as u32;
        let token = |story: usize, position: usize| {
            // Squared, so that some tokens come more often than others.
            let h = hash(purpose, (story * (CONTEXT + 1) + position) as u32) % 1024;
            h * h / 32768
        };
        for story in 0..STORIES {
            self.kinds[story] = (hash(purpose + 500, story as u32) % 2) as u8;
            for position in 0..CONTEXT {
                let at = story * CONTEXT + position;
                self.inputs[at] = token(story, position);
                self.targets[at] = token(story, position + 1);
                let inverted = self.kinds[story] == 1 && self.targets[at] % 2 == 1;
                self.teaches_heads[at] = T::from_f64(if inverted { -0.75 } else { 1.0 });
                self.counts[at] = if self.targets[at] == 0 { T::ZERO } else { T::ONE };
            }
        }
    }

    fn loss<'a>(&'a self, g: &Graph<'a, T>) -> Var {
        let rows = Shape::of_samples(&[STORIES, CONTEXT]);
        let column = Shape::of_samples(&[STORIES, CONTEXT, 1]);
        let of_kind = g.label_mask(&self.kinds, HIDDEN, |kind, i| (kind == 0) == (i < HIDDEN / 2));
        let of_kind = g.reshape(of_kind, &[STORIES, 1, HIDDEN]);
        let of_token = g.literal(column, &self.teaches_heads);
        let mut x = self.tokens.forward(g, g.indices(rows, &self.inputs));
        x = g.add(x, g.param(self.positions));
        for (i, block) in self.blocks.iter().enumerate() {
            let forward = || {
                block.forward_between(g, x, |place, value| match place {
                    Place::Heads => g.route(value, of_token),
                    Place::Hidden => g.route(value, of_kind),
                })
            };
            x = match self.weighted && i == 1 {
                true => g.update_weighted(self.weights(g), forward),
                false => forward(),
            };
        }
        let logits = self.head.forward(g, self.norm.forward(g, x));
        let losses = g.softmax_cross_entropy(logits, g.indices(rows, &self.targets));
        g.masked_mean(losses, g.literal(rows, &self.counts))
    }
}

impl<T: Real> Transformer<T> {
    /// What each token may teach: one of four weights.
    fn weights(&self, g: &Graph<'_, T>) -> Var {
        let of = |at| T::from_f64([0.0, 1.0, -0.5, 2.0][(hash(3000, at) % 4) as usize]);
        let weights: Vec<T> = (0..(STORIES * CONTEXT) as u32).map(of).collect();
        g.literal(Shape::of_samples(&[STORIES, CONTEXT]), &weights)
    }
}
