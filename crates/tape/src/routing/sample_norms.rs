//! How long each sample's share of the gradient is.

use gradroute_kernels::{Real, Write, reduce};

use crate::gradients::Gradients;
use crate::node::Kind;
use crate::op::{Backward, Op};
use crate::params::{ParamId, Params, check_owner};
use crate::routing::groups::Groups;
use crate::routing::some_samples::SomeSamples;
use crate::tape::Tape;

/// The Euclidean norm of each sample's share of the gradient, for some parameters: see
/// [`Graph::backward_with_sample_norms`](crate::Graph::backward_with_sample_norms).
#[derive(Clone, Debug)]
pub struct SampleNorms<T: Real> {
    squares: Squares<T>,
    owner: u32,
    /// How many samples the values count that the loss is made of.
    counted: usize,
    /// Which parameters come apart by samples only in a pass that has each sample as a group.
    apart: Vec<bool>,
    /// What is known of each node: see [`LIVE`] and the others.
    marks: Vec<u8>,
    groups: Groups,
    sinks: Vec<Gradients<T>>,
}

/// The gradient of the loss reaches the node.
const LIVE: u8 = 1;
/// What reaches it came from what depends on samples; the node does not.
const FROM_SAMPLES: u8 = 2;
/// Of this, something came from where samples were mixed.
const MIXED: u8 = 4;

/// How many numbers of gradients a pass by groups may write, and how many groups it may have.
const ROOM: usize = 1 << 22;
const TOGETHER: usize = 32;

impl<T: Real> SampleNorms<T> {
    /// Room for the norms over these parameters.
    ///
    /// # Panics
    /// If one belongs to other parameters.
    #[track_caller]
    pub fn new(params: &Params<T>, ids: impl IntoIterator<Item = ParamId>) -> Self {
        let mut wanted = vec![false; params.count()];
        for id in ids {
            check_owner(id, params.owner(), params.count());
            wanted[id.index()] = true;
        }
        Self {
            squares: Squares {
                of: vec![Vec::new(); params.count()],
                direct: wanted.clone(),
                wanted,
                samples: 0,
                share: Vec::new(),
            },
            owner: params.owner(),
            counted: 0,
            apart: vec![false; params.count()],
            marks: Vec::new(),
            groups: Groups::default(),
            sinks: Vec::new(),
        }
    }

    /// For each sample of the batch, the norm of its share of the gradient of these parameters, taken as
    /// one long vector.
    ///
    /// # Panics
    /// If one of them was not asked for.
    #[track_caller]
    pub fn of(&self, ids: impl IntoIterator<Item = ParamId>) -> Vec<f64> {
        let mut sums = vec![0.0; self.count()];
        let mut taken = vec![false; self.squares.wanted.len()];
        for id in ids {
            check_owner(id, self.owner, self.squares.wanted.len());
            let index = id.index();
            assert!(
                self.squares.wanted[index],
                "norms of parameter {index} were not asked for: give it to SampleNorms::new"
            );
            if std::mem::replace(&mut taken[index], true) {
                continue;
            }
            sums.iter_mut().zip(&self.squares.of[index]).for_each(|(sum, square)| *sum += square);
        }
        sums.into_iter().map(f64::sqrt).collect()
    }

    /// How many samples there are.
    fn count(&self) -> usize {
        if self.squares.samples == 0 { self.counted } else { self.squares.samples }
    }

    /// Finds out on which ways the shares of samples reach the parameters.
    #[track_caller]
    pub(crate) fn begin(&mut self, tape: &Tape<T>, params: &Params<T>, loss: usize) {
        assert!(
            self.owner == params.owner() && self.apart.len() == params.count(),
            "these sample norms were made for other parameters than the graph's"
        );
        self.squares.begin();
        self.counted = 0;
        self.apart.fill(false);
        self.marks.clear();
        self.marks.resize(tape.nodes.len(), 0);
        self.marks[loss] = LIVE;
        // Whether a share went to the parameter before.
        let mut reached = std::mem::take(&mut self.squares.direct);
        reached.fill(false);
        for index in (0..=loss).rev() {
            let (node, mark) = (&tape.nodes[index], self.marks[index]);
            let Kind::Apply(op) = node.kind else { continue };
            if mark & LIVE == 0 {
                continue;
            }
            let shape = tape.stored[index].shape;
            if shape.carries_samples() && self.counted == 0 {
                self.counted = shape.dims()[0];
            }
            for (position, &target) in tape.operands[node.operand_range()].iter().enumerate() {
                let behind = &tape.nodes[target as usize];
                if !behind.needs_grad || !op.differentiable(position, &node.attrs) {
                    continue;
                }
                let passed = match (node.of_samples, behind.of_samples) {
                    (_, true) => LIVE,
                    (true, false) if shape.carries_samples() => LIVE | FROM_SAMPLES,
                    // No sample has a part in this term of a sum.
                    (true, false) if op.adds() => LIVE,
                    (true, false) => LIVE | FROM_SAMPLES | MIXED,
                    (false, false) => mark,
                };
                self.marks[target as usize] |= passed;
                let Kind::Param(p) = behind.kind else { continue };
                if !self.squares.wanted[p] || passed & FROM_SAMPLES == 0 {
                    continue;
                }
                assert!(
                    passed & MIXED == 0,
                    "sample norms of `{}`: what {} at {} teaches does not come apart by samples, as \
                     its axis 0 counts none: keep that axis (reshape to [n, ..], or as_samples), or \
                     leave the parameter out",
                    params.name(params.handle(p)),
                    op.name(),
                    node.location
                );
                self.apart[p] |= reached[p] || !node.of_samples;
                reached[p] = true;
            }
        }
        for (p, direct) in reached.iter_mut().enumerate() {
            *direct &= !self.apart[p];
        }
        self.squares.direct = reached;
    }
}

impl<T: Real> SampleNorms<T> {
    /// Where a pass adds the squares of the parameters that one op reads.
    pub(crate) fn squares(&mut self) -> &mut Squares<T> {
        &mut self.squares
    }

    /// Finds those of all others by passes with a group for each of some samples: `pass` fills a sink for
    /// each group and one for what belongs to no sample, for parameters that are marked.
    pub(crate) fn take_apart(
        &mut self,
        params: &Params<T>,
        pass: impl Fn(&mut [Gradients<T>], &Groups, &[bool]),
    ) {
        let count = self.count();
        let Self { squares, apart, groups, sinks, .. } = self;
        let ids = || params.ids().filter(|id| apart[id.index()]);
        let numbers: usize = ids().map(|id| params.range(id).len()).sum();
        if ids().next().is_none() {
            return;
        }
        squares.samples = count;
        let together = (ROOM / numbers.max(1)).clamp(1, TOGETHER.min(squares.samples.max(1)));
        ids().for_each(|id| squares.of[id.index()].resize(squares.samples, 0.0));
        sinks.resize_with(together + 1, || Gradients::new(params));
        for start in (0..squares.samples).step_by(together) {
            let some = start..squares.samples.min(start + together);
            groups.set_each(some.clone(), squares.samples);
            let sinks = &mut sinks[..=some.len()];
            sinks.iter_mut().for_each(|sink| sink.begin(params));
            pass(sinks, groups, apart);
            for (sample, sink) in some.zip(sinks) {
                for id in ids() {
                    squares.of[id.index()][sample] = sink.get(id).map_or(0.0, length);
                }
            }
        }
    }
}

/// The squares of the norms, one a parameter and sample.
#[derive(Clone, Debug)]
pub(crate) struct Squares<T> {
    of: Vec<Vec<f64>>,
    wanted: Vec<bool>,
    /// Which parameters one op alone teaches what samples say.
    direct: Vec<bool>,
    samples: usize,
    share: Vec<T>,
}

impl<T: Real> Squares<T> {
    fn begin(&mut self) {
        self.of.iter_mut().for_each(Vec::clear);
        self.samples = 0;
    }

    #[track_caller]
    fn set_samples(&mut self, count: usize) {
        assert!(
            self.samples == 0 || self.samples == count,
            "sample norms: there are {} samples, and {count}",
            self.samples
        );
        self.samples = count;
    }

    /// Adds what the samples of a node teach parameter `p`.
    pub fn add(
        &mut self,
        p: usize,
        op: &'static dyn Op<T>,
        node: Backward<'_, T>,
        position: usize,
        some: &mut SomeSamples<T>,
    ) {
        if !self.direct[p] || !node.shape.carries_samples() {
            return;
        }
        self.set_samples(node.shape.dims()[0]);
        let Self { of, share, samples, .. } = self;
        of[p].resize(*samples, 0.0);
        if op.sample_squares(node, position, &mut of[p]) {
            return;
        }
        share.resize(node.operands.shape(position).len(), T::ZERO);
        for (sample, square) in (0u32..).zip(&mut of[p]) {
            some.only(op, node, &[sample], |node| {
                op.backward(node, position, Write::Store, share);
            });
            *square += length(share);
        }
    }
}

/// The square of the norm.
fn length<T: Real>(v: &[T]) -> f64 {
    reduce::sum_indexed(v.len(), |i| v[i].to_f64() * v[i].to_f64())
}
