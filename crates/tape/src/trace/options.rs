//! What is looked at.

use std::ops::Range;

use crate::node::Var;
use crate::params::ParamId;

/// What a [`Trace`](super::Trace) looks at: terms of the loss, groups of samples, parts of the network.
///
/// ```
/// use gradroute_tape::{Params, Shape, Tape, TraceOptions};
///
/// let mut params = Params::<f32>::new();
/// let w = params.add("w", &[2, 1], || 1.0);
/// let mut tape = Tape::new();
/// let g = tape.graph(&params);
/// let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, 5.0]);
/// let z = g.linear(x, g.param(w), None);
/// let error = g.sum(g.mul(z, z));
/// let options = TraceOptions::of([("error", error)])
///     .groups(["odd", "even"], [0, 1])
///     .part("second dim", z, 1..2, ["odd"]);
/// let trace = g.trace(&options);
/// assert_eq!(trace.selections[..4], ["all", "odd", "even", "no sample"]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct TraceOptions {
    pub(super) terms: Vec<(String, Var)>,
    pub(super) groups: Vec<String>,
    pub(super) of_samples: Vec<u8>,
    pub(super) regions: Vec<Region>,
}

/// A part of the network, and the groups that must not teach it.
#[derive(Clone, Debug)]
pub(super) struct Region {
    pub name: String,
    pub at: At,
    pub closed_to: Vec<String>,
}

/// Where a region lies.
#[derive(Clone, Debug)]
pub(super) enum At {
    /// Columns of a value: indices of its last axis.
    Columns(Var, Range<usize>),
    /// Numbers of parameters, each a range of its row-major positions.
    Params(Vec<(ParamId, Range<usize>)>),
}

impl TraceOptions {
    /// Looks at the way back from each of these, the terms of a loss.
    pub fn of<N: Into<String>>(terms: impl IntoIterator<Item = (N, Var)>) -> Self {
        let terms = terms.into_iter().map(|(name, term)| (name.into(), term)).collect();
        Self { terms, ..Self::default() }
    }

    /// Sorts the samples into groups of these names: the number of its group, from 0, for each.
    ///
    /// # Panics
    /// If two have one name, or one is called `all` or `no sample`.
    #[track_caller]
    pub fn groups<N: Into<String>>(
        mut self,
        names: impl IntoIterator<Item = N>,
        of_samples: impl IntoIterator<Item = u8>,
    ) -> Self {
        self.groups = names.into_iter().map(Into::into).collect();
        for (i, name) in self.groups.iter().enumerate() {
            assert!(!self.groups[..i].contains(name), "two groups are called `{name}`");
            let taken = ["all", "no sample"].contains(&&**name);
            assert!(!taken, "`{name}` is no name for a group: it stands beside groups");
        }
        self.of_samples = of_samples.into_iter().collect();
        self
    }

    /// Names a part of a value, columns of its last axis, and the groups that must not teach it: what
    /// arrives there of theirs is called a leak.
    pub fn part<N: Into<String>>(
        mut self,
        name: impl Into<String>,
        value: Var,
        columns: Range<usize>,
        closed_to: impl IntoIterator<Item = N>,
    ) -> Self {
        let closed_to = closed_to.into_iter().map(Into::into).collect();
        self.regions.push(Region { name: name.into(), at: At::Columns(value, columns), closed_to });
        self
    }

    /// The same for numbers of parameters, each a range of its row-major positions.
    pub fn params<N: Into<String>>(
        mut self,
        name: impl Into<String>,
        pieces: impl IntoIterator<Item = (ParamId, Range<usize>)>,
        closed_to: impl IntoIterator<Item = N>,
    ) -> Self {
        let pieces = pieces.into_iter().collect();
        let closed_to = closed_to.into_iter().map(Into::into).collect();
        self.regions.push(Region { name: name.into(), at: At::Params(pieces), closed_to });
        self
    }
}
