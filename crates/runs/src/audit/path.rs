//! The way by which a leak came.

use std::collections::{BTreeMap, BTreeSet};

use gradroute_tape::{Edge, Graph, GroupGradients, NodeRef, Real, Share, Var};

use super::result::Place;

/// Which consumers gave a value a contribution that is not exactly 0, by the value's index.
pub(super) type Consumers = BTreeMap<usize, Vec<usize>>;

/// An arrival: at which value, from which consumer, in whose share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    pub value: usize,
    pub from: usize,
    pub share: Share,
}

impl Arrival {
    pub fn of<T: Real>(edge: &Edge<'_, T>) -> Self {
        Self { value: edge.operand.index(), from: edge.node.index(), share: edge.share }
    }
}

/// Where passes are made again, to see what comes by one way alone.
pub(super) struct Search<'s, 'a, T: Real> {
    pub g: &'s Graph<'a, T>,
    pub term: Var,
    pub groups: &'s [u8],
    /// Values that hand nothing on.
    pub cut: &'s BTreeSet<usize>,
    pub consumers: &'s Consumers,
    pub nodes: &'s [Place],
}

/// Passes that are made at most to find one way.
const MOST_PASSES: usize = 200;

impl<T: Real> Search<'_, '_, T> {
    /// The ops from the arrival towards the term, each with a contribution that is not 0; and where a value
    /// has several consumers, one of those through which alone the leak still arrives, as `leaks` says of
    /// the arrival's contribution.
    pub fn way(
        &self,
        arrival: Arrival,
        apart: &mut GroupGradients<T>,
        leaks: impl Fn(&[T]) -> bool,
    ) -> Vec<Place> {
        let mut only = BTreeMap::from([(arrival.value, arrival.from)]);
        let (mut at, mut way, mut passes) = (arrival.from, vec![arrival.from], 0);
        while let Some(consumers) = self.consumers.get(&at) {
            let mut chosen = consumers[0];
            if consumers.len() > 1 {
                for &consumer in consumers.iter().take(MOST_PASSES.saturating_sub(passes)) {
                    passes += 1;
                    only.insert(at, consumer);
                    if self.still_leaks(&only, arrival, apart, &leaks) {
                        chosen = consumer;
                        break;
                    }
                }
            }
            only.insert(at, chosen);
            way.push(chosen);
            at = chosen;
        }
        // The sum of several terms of one name is no node of the experiment's.
        way.into_iter().filter_map(|node| self.nodes.get(node).cloned()).collect()
    }

    /// Whether something arrives if some values hear of one consumer only.
    fn still_leaks(
        &self,
        only: &BTreeMap<usize, usize>,
        arrival: Arrival,
        apart: &mut GroupGradients<T>,
        leaks: &impl Fn(&[T]) -> bool,
    ) -> bool {
        let mut found = false;
        self.g.backward_by_group_and_edge(self.term, self.groups, apart, |edge| {
            found |= Arrival::of(&edge) == arrival && leaks(edge.contribution);
            let value = edge.operand.index();
            let chosen = only.get(&value).is_none_or(|&from| from == edge.node.index());
            chosen && !self.cut.contains(&value)
        });
        found
    }
}

/// A node, as it is named in a way.
pub(super) fn place<T: Real>(node: NodeRef<'_, T>) -> Place {
    Place { op: node.op_name().to_owned(), label: node.label(), at: node.source_line() }
}
