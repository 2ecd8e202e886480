//! The gradients of parameters: one flat allocation, laid out as they are.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use gradroute_kernels::{Real, reduce};

use crate::params::{ParamId, Params, check_owner};
use crate::routing::permission::Lines;

/// What one backward pass left behind: a gradient for each parameter that it reached.
///
/// Laid out as the [`Params`] it was made for. Each [`backward`](crate::Graph::backward) begins
/// anew; only [`backward_more`](crate::Graph::backward_more) adds to what an earlier call left.
#[derive(Clone, Debug)]
pub struct Gradients<T: Real> {
    flat: Vec<T>,
    ranges: Vec<Range<usize>>,
    received: Vec<bool>,
    owner: u32,
    /// Which backward pass filled them; 0 before the first.
    pass: u64,
    /// Set once an optimizer used them.
    used: OnceLock<()>,
    /// Whether they can be used, once that has been looked at.
    usable: OnceLock<bool>,
    /// What of each parameter the pass was permitted to teach.
    allowed: Vec<Lines>,
    /// What of each an optimizer is to leave alone.
    held: Vec<Lines>,
    /// Gradients of values by label, and whether the last pass filled them.
    kept: Vec<(&'static str, Vec<T>, bool)>,
}

static PASSES: AtomicU64 = AtomicU64::new(1);

impl<T: Real> Gradients<T> {
    /// Room for the gradients of `params`, none received yet.
    pub fn new(params: &Params<T>) -> Self {
        Self {
            flat: vec![T::ZERO; params.flat().len()],
            ranges: params.ids().map(|id| params.range(id)).collect(),
            received: vec![false; params.count()],
            owner: params.owner(),
            pass: 0,
            used: OnceLock::new(),
            usable: OnceLock::new(),
            allowed: params.ids().map(|id| Lines::none(params.shape(id))).collect(),
            held: params.ids().map(|id| Lines::none(params.shape(id))).collect(),
            kept: Vec::new(),
        }
    }

    /// Forgets what was received.
    ///
    /// # Panics
    /// If these gradients were made for parameters of another layout.
    #[track_caller]
    pub(crate) fn begin(&mut self, params: &Params<T>) {
        self.received.fill(false);
        self.allowed.iter_mut().for_each(Lines::clear);
        self.used = OnceLock::new();
        self.begin_more(params);
    }

    /// Like [`Gradients::begin`], but what was received stays, and more is added to it.
    ///
    /// # Panics
    /// If these gradients were made for parameters of another layout.
    #[track_caller]
    pub(crate) fn begin_more(&mut self, params: &Params<T>) {
        let fits = self.fits(params);
        assert!(
            fits,
            "these gradients were made for other parameters ({} entries, {} numbers) than the \
             graph's ({}, {}): make them by `new` with the graph's parameters, after the last one was \
             added",
            self.ranges.len(),
            self.flat.len(),
            params.count(),
            params.flat().len()
        );
        assert!(
            self.used.get().is_none(),
            "backward_more: a step was made with what these gradients hold already; it would be made \
             with it again: begin with backward"
        );
        self.held.iter_mut().for_each(Lines::clear);
        self.kept.iter_mut().for_each(|(_, _, filled)| *filled = false);
        self.usable = OnceLock::new();
        self.pass = PASSES.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether they were made for these parameters, or a copy of them.
    pub(crate) fn fits(&self, params: &Params<T>) -> bool {
        self.owner == params.owner()
            && self.ranges.iter().cloned().eq(params.ids().map(|id| params.range(id)))
    }

    /// Notes that an optimizer used them.
    pub(crate) fn note_use(&self) {
        self.used.get_or_init(|| ());
    }

    /// The number of the backward pass that filled them; 0 before the first.
    pub(crate) fn pass(&self) -> u64 {
        self.pass
    }

    /// The slot of a parameter, and whether something is in it already.
    pub(crate) fn slot(&mut self, index: usize) -> (&mut [T], bool) {
        let had = std::mem::replace(&mut self.received[index], true);
        (&mut self.flat[self.ranges[index].clone()], had)
    }

    /// Takes a copy of the gradient of a value.
    pub(crate) fn keep(&mut self, label: &'static str, gradient: &[T]) {
        let at = self.kept.iter().position(|&(other, ..)| other == label);
        let at = at.unwrap_or_else(|| {
            self.kept.push((label, Vec::new(), false));
            self.kept.len() - 1
        });
        let (_, values, filled) = &mut self.kept[at];
        values.clear();
        values.extend_from_slice(gradient);
        *filled = true;
    }

    /// The gradient of a value that was to be [kept](crate::Graph::keep), row-major; `None` if the last
    /// backward pass did not reach it. Elements that the value's op ignores (where the output of a ReLU
    /// is 0) may read +0.
    pub fn kept(&self, label: &str) -> Option<&[T]> {
        let kept = self.kept.iter().find(|&&(other, _, filled)| filled && other == label);
        kept.map(|(_, values, _)| &values[..])
    }

    /// What of a parameter is permitted to be taught.
    pub(crate) fn allowed(&mut self, index: usize) -> &mut Lines {
        &mut self.allowed[index]
    }

    /// What of the parameter of this number an optimizer is to leave alone.
    pub(crate) fn held(&self, index: usize) -> &Lines {
        &self.held[index]
    }

    /// Has the optimizers leave alone what nothing of the batch was permitted to teach: parameters,
    /// and rows and columns of them, for which all [update weights](crate::Graph::update_weighted)
    /// were 0. They keep their values and both moments to the bit, whatever momentum and weight decay
    /// would do; a parameter that is held as a whole also keeps its count of steps. It is permission
    /// that counts, not whether the gradient happens to be 0. Rows and columns are told apart of what
    /// [`linear`](crate::Graph::linear), `conv2d`, `embedding`, `layer_norm` and ops by element read, what
    /// any other op reads as a whole. Goes for the steps until the next backward pass,
    /// [`backward_more`](crate::Graph::backward_more) included.
    ///
    /// # Panics
    /// If there was no backward pass since the last step: holds go between the two.
    #[track_caller]
    pub fn hold_unpermitted(&mut self) {
        self.require_pass("hold_unpermitted");
        for (held, allowed) in self.held.iter_mut().zip(&self.allowed) {
            held.add_all_but(allowed);
        }
    }

    /// Has the optimizers leave a parameter alone, as [`Gradients::hold_unpermitted`] does.
    ///
    /// # Panics
    /// As there.
    #[track_caller]
    pub fn hold(&mut self, id: ParamId) {
        self.require_pass("hold");
        let index = self.index(id);
        self.held[index].add_all();
    }

    /// The same for rows of a parameter, indices of its first axis.
    ///
    /// # Panics
    /// If there are no such rows, or as [`Gradients::hold_unpermitted`].
    #[track_caller]
    pub fn hold_rows(&mut self, id: ParamId, rows: Range<usize>) {
        self.require_pass("hold_rows");
        let index = self.index(id);
        let [count, _] = self.held[index].extents();
        assert!(
            rows.start <= rows.end && rows.end <= count,
            "hold_rows: rows {rows:?} of a parameter of {count} rows"
        );
        self.held[index].add_rows(|row| rows.contains(&row));
    }

    /// The same for columns of a parameter, indices of its second axis.
    ///
    /// # Panics
    /// If there are no such columns, or as [`Gradients::hold_unpermitted`].
    #[track_caller]
    pub fn hold_columns(&mut self, id: ParamId, columns: Range<usize>) {
        self.require_pass("hold_columns");
        let index = self.index(id);
        let [_, count] = self.held[index].extents();
        assert!(
            columns.start <= columns.end && columns.end <= count,
            "hold_columns: {columns:?} of a parameter of {count} columns"
        );
        self.held[index].add_columns(|column| columns.contains(&column));
    }

    #[track_caller]
    fn require_pass(&self, user: &str) {
        assert!(
            self.pass != 0 && self.used.get().is_none(),
            "{user}: there was no backward pass into these gradients since the last step. A hold is for \
             the step to come: give it after each backward pass, before the optimizer's step"
        );
    }

    /// The gradient of a parameter, row-major; `None` if the last backward pass did not reach it.
    #[track_caller]
    pub fn get(&self, id: ParamId) -> Option<&[T]> {
        let index = self.index(id);
        self.received[index].then(|| &self.flat[self.ranges[index].clone()])
    }

    /// Like [`Gradients::get`], to change (clipping, projecting, adding noise).
    #[track_caller]
    pub fn get_mut(&mut self, id: ParamId) -> Option<&mut [T]> {
        let index = self.index(id);
        self.usable = OnceLock::new();
        self.received[index].then(|| &mut self.flat[self.ranges[index].clone()])
    }

    #[track_caller]
    fn index(&self, id: ParamId) -> usize {
        check_owner(id, self.owner, self.ranges.len());
        id.index()
    }

    /// All elements in declared order. Those of parameters that received nothing are leftovers
    /// without meaning: see [`Gradients::missing`].
    pub fn flat(&self) -> &[T] {
        &self.flat
    }

    /// Whether all that was received is finite and small enough to be squared (up to 2^63 in f32), which
    /// is what an optimizer with a second moment needs. One pass over it, once for each
    /// backward pass.
    pub fn are_usable(&self) -> bool {
        *self.usable.get_or_init(|| {
            let unusable = |v: T| if is_usable(v) { T::ZERO } else { T::ONE };
            let mut received = self.received_ranges();
            received.all(|range| reduce::sum1(&self.flat[range], unusable) == T::ZERO)
        })
    }

    /// The first of `ids` whose gradient can't be used, and where in it.
    pub(crate) fn first_unusable(
        &self,
        mut ids: impl Iterator<Item = ParamId>,
    ) -> Option<(ParamId, usize)> {
        ids.find_map(|id| {
            let element = self.get(id)?.iter().position(|&v| !is_usable(v))?;
            Some((id, element))
        })
    }

    /// The Euclidean norm over all that was received, in f64.
    ///
    /// ```
    /// use gradroute_tape::{Gradients, Params, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let w = params.add("w", &[2], || 1.0);
    /// let mut tape = Tape::new();
    /// let mut gradients = Gradients::new(&params);
    /// let g = tape.graph(&params);
    /// g.backward(g.sum(g.scale(g.param(w), 10.0)), &mut gradients);
    /// assert_eq!(gradients.norm(), 200f64.sqrt());
    /// assert_eq!(gradients.clip(1.0), 200f64.sqrt());
    /// assert!((gradients.norm() - 1.0).abs() < 1e-6);
    /// ```
    pub fn norm(&self) -> f64 {
        let squares = self.received_ranges().map(|range| {
            let received = &self.flat[range];
            reduce::sum_indexed(received.len(), |i| received[i].to_f64() * received[i].to_f64())
        });
        let norm = squares.fold(0.0, |sum: f64, square| sum + square).sqrt();
        // Not where squares vanish, or are more than a number can hold.
        if norm > 1e-150 && norm.is_finite() || norm.is_nan() {
            return norm;
        }
        // What is too small or too large to be squared is scaled first.
        let numbers = || self.received_ranges().flat_map(|range| &self.flat[range]);
        let largest = numbers().fold(0.0f64, |largest, v| largest.max(v.abs().to_f64()));
        if largest == 0.0 || largest.is_infinite() {
            return largest;
        }
        largest * numbers().map(|v| (v.to_f64() / largest).powi(2)).sum::<f64>().sqrt()
    }

    /// Scales all that was received so that its [norm](Gradients::norm) is at most `most`, up to
    /// rounding, and returns the norm that it had. (What was frozen before the backward pass received
    /// nothing; what is frozen after it counts.) What is not finite is left as it is: the optimizer refuses it.
    ///
    /// # Panics
    /// If `most` is negative or NaN.
    #[doc(alias = "clip_grad_norm_")]
    #[track_caller]
    pub fn clip(&mut self, most: f64) -> f64 {
        assert!(most >= 0.0, "clip: the largest norm must be 0 or more, found {most}");
        let norm = self.norm();
        if norm.is_finite() && norm > most {
            let factor = T::from_f64(most / norm);
            let received = self.ranges.iter().zip(&self.received);
            for (range, _) in received.filter(|&(_, &received)| received) {
                self.flat[range.clone()].iter_mut().for_each(|v| *v *= factor);
            }
            self.usable = OnceLock::new();
        }
        norm
    }

    /// Where what was received lies.
    fn received_ranges(&self) -> impl Iterator<Item = Range<usize>> {
        let received = self.ranges.iter().zip(&self.received);
        received.filter(|&(_, &received)| received).map(|(range, _)| range.clone())
    }

    /// The parameters, frozen ones apart, that the last backward pass did not reach.
    ///
    /// # Panics
    /// If these gradients were made for other parameters.
    #[track_caller]
    pub fn missing(&self, params: &Params<T>) -> impl Iterator<Item = ParamId> {
        assert!(self.fits(params), "these gradients were made for other parameters than these");
        params.ids().filter(|&id| !self.received[id.index()] && !params.is_frozen(id))
    }
}

/// Whether a number of a gradient is finite, and its square as well.
pub(crate) fn is_usable<T: Real>(v: T) -> bool {
    v.abs() <= T::ONE / T::MIN_POSITIVE.sqrt()
}
