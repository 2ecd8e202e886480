//! Adam (Kingma and Ba 2014, arXiv 1412.6980), as PyTorch's `torch.optim.Adam` computes it.

use std::ops::Range;

use gradroute_kernels::{Real, adam};

use super::part::{Part, Placed};
use super::trained::{UpdateError, ready, require, require_as, use_once};
use crate::gradients::Gradients;
use crate::params::{ParamId, Params};
use crate::shape::Shape;

/// Where weight decay enters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decay {
    /// Added to the gradient, so that it passes through the moments (PyTorch's `Adam`).
    #[default]
    Coupled,
    /// Taken off the parameter beside the step: this is AdamW (Loshchilov and Hutter 2017, arXiv
    /// 1711.05101).
    Decoupled,
}

/// The settings of [`Adam`]; the default is PyTorch's.
#[derive(Clone, Copy, Debug)]
pub struct AdamOptions {
    /// The learning rate.
    pub lr: f64,
    /// Decay rates of the first and second moment.
    pub betas: (f64, f64),
    /// Added to the denominator.
    pub eps: f64,
    /// The factor of weight decay.
    pub weight_decay: f64,
    /// Where weight decay enters.
    pub decay: Decay,
}

impl Default for AdamOptions {
    fn default() -> Self {
        Self { lr: 1e-3, betas: (0.9, 0.999), eps: 1e-8, weight_decay: 0.0, decay: Decay::Coupled }
    }
}

/// The optimizer's state: both moments of what it updates, and the number of steps of each part.
#[derive(Clone, Debug)]
pub struct Adam<T: Real> {
    options: AdamOptions,
    parts: Vec<Placed>,
    /// Whether it is over all parameters.
    over_all: bool,
    first: Vec<T>,
    second: Vec<T>,
    /// For each part, as what is held as a whole makes no step.
    counts: Vec<Count>,
    /// The last backward pass whose gradients it used.
    used_pass: u64,
}

/// How many steps a part made.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Count {
    steps: u64,
    /// `beta^steps`, kept as running products: `powi` may differ between platforms.
    powers: (f64, f64),
}

impl Count {
    const NONE: Self = Self { steps: 0, powers: (1.0, 1.0) };

    fn next(self, betas: (f64, f64)) -> Self {
        let powers = (self.powers.0 * betas.0, self.powers.1 * betas.1);
        Self { steps: self.steps + 1, powers }
    }
}

impl<T: Real> Adam<T> {
    /// An optimizer for `params`, moments 0.
    ///
    /// # Panics
    /// If the learning rate or the weight decay is negative or not finite, eps is not above 0, or a beta
    /// is not from 0 to below 1; in the parameters' precision, in which 1e-50 is 0 and 1e39 infinite
    /// for f32.
    #[track_caller]
    pub fn new(params: &Params<T>, options: AdamOptions) -> Self {
        let over = Self::over(params, params.ids(), options);
        Self { over_all: true, ..over }
    }

    /// An optimizer for parts of the parameters, with moments for these parts only: so each kind of data
    /// can have its own. Several optimizers with parts of the same parameters make a step each, with the
    /// gradients of one pass or with those of different groups.
    ///
    /// ```
    /// use gradroute_tape::optim::{Adam, AdamOptions, Part};
    /// use gradroute_tape::{Gradients, Params, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let w = params.add("w", &[2, 1], || 1.0);
    /// let mut upper = Adam::over(&params, [Part::rows(w, 0..1)], AdamOptions::default());
    /// let mut tape = Tape::new();
    /// let mut gradients = Gradients::new(&params);
    /// let g = tape.graph(&params);
    /// g.backward(g.sum(g.param(w)), &mut gradients);
    /// upper.step(&mut params, &gradients).unwrap();
    /// assert!(params.get(w)[0] < 1.0);
    /// assert_eq!(params.get(w)[1], 1.0);
    /// ```
    ///
    /// # Panics
    /// As [`Adam::new`]; or if a part is of other parameters, does not lie within its parameter, or
    /// overlaps another one.
    #[track_caller]
    pub fn over<P: Into<Part>>(
        params: &Params<T>,
        parts: impl IntoIterator<Item = P>,
        options: AdamOptions,
    ) -> Self {
        check::<T>(&options);
        let parts = Placed::all(params, parts.into_iter().map(Into::into));
        let zeros = || vec![T::ZERO; parts.iter().map(Placed::len).sum()];
        let (first, second) = (zeros(), zeros());
        let counts = vec![Count::NONE; parts.len()];
        Self { options, parts, over_all: false, first, second, counts, used_pass: 0 }
    }

    /// Sets all options of the steps to come. With other betas, what was counted so far is counted with
    /// them.
    ///
    /// # Panics
    /// As [`Adam::new`].
    #[track_caller]
    pub fn set_options(&mut self, options: AdamOptions) {
        check::<T>(&options);
        self.options = options;
        let steps: Vec<u64> = self.steps_by_part().collect();
        self.recount(steps);
    }

    /// Sets the learning rate of the steps to come.
    ///
    /// # Panics
    /// If it is negative or not finite.
    #[track_caller]
    pub fn set_lr(&mut self, lr: f64) {
        require("the learning rate", lr, 0.0..f64::INFINITY);
        require_as::<T>("the learning rate", lr);
        self.options.lr = lr;
    }

    /// The settings.
    pub fn options(&self) -> &AdamOptions {
        &self.options
    }

    /// How many steps were made, by the part that made most: what is [held](Gradients::hold) as a
    /// whole makes none.
    pub fn steps(&self) -> u64 {
        self.steps_by_part().max().unwrap_or(0)
    }

    /// How many steps each part made, in their order.
    pub fn steps_by_part(&self) -> impl Iterator<Item = u64> {
        self.counts.iter().map(|count| count.steps)
    }

    /// The first and second moments, part after part; those of [`Adam::new`] are laid out as
    /// [`Params::flat`].
    pub fn moments(&self) -> (&[T], &[T]) {
        (&self.first, &self.second)
    }

    /// Takes up the state that [`Adam::steps_by_part`] and [`Adam::moments`] gave.
    ///
    /// # Panics
    /// If there are not as many moments, or counts, as before.
    #[track_caller]
    pub fn restore(&mut self, steps: impl IntoIterator<Item = u64>, first: &[T], second: &[T]) {
        assert!(
            first.len() == self.first.len() && second.len() == self.second.len(),
            "moments of {} and {} elements can't be restored for {} parameters",
            first.len(),
            second.len(),
            self.first.len()
        );
        self.recount(steps);
        self.first.copy_from_slice(first);
        self.second.copy_from_slice(second);
    }

    /// The names of its parts, their extents, and where their moments lie.
    pub fn parts(&self, params: &Params<T>) -> impl Iterator<Item = (String, Shape, Range<usize>)> {
        self.parts.iter().map(|part| {
            let (name, shape) = part.described(params);
            (name, shape, part.own())
        })
    }

    /// The parts of a parameter that made one step since `before`, and the numbers of that step.
    pub(super) fn last_steps(
        &self,
        before: &Self,
        id: ParamId,
    ) -> impl Iterator<Item = (&Placed, adam::AdamStep)> {
        let parts = self.parts.iter().zip(&self.counts).zip(&before.counts);
        let one =
            parts.filter(move |((part, now), then)| part.id == id && now.steps == then.steps + 1);
        one.map(|((part, now), _)| (part, self.options.at(now.powers)))
    }

    /// The parts of a parameter that made a step, and the numbers of the last one.
    pub(super) fn steps_made(
        &self,
        id: ParamId,
    ) -> impl Iterator<Item = (&Placed, adam::AdamStep)> {
        let own = self.parts.iter().zip(&self.counts);
        let own = own.filter(move |(part, count)| part.id == id && count.steps > 0);
        own.map(|(part, count)| (part, self.options.at(count.powers)))
    }

    #[track_caller]
    fn recount(&mut self, steps: impl IntoIterator<Item = u64>) {
        let (mut reached, mut counts) = (Count::NONE, Vec::new());
        for steps in steps {
            if steps < reached.steps {
                reached = Count::NONE;
            }
            while reached.steps < steps {
                reached = reached.next(self.options.betas);
            }
            counts.push(reached);
        }
        let (found, parts) = (counts.len(), self.parts.len());
        assert!(found == parts, "counts of {found} parts can't be restored for {parts}");
        self.counts = counts;
    }

    /// Updates what is its own and neither frozen nor [held](Gradients::hold). With the gradients of
    /// several groups of one pass it makes a step for each, in the order of the groups.
    ///
    /// # Errors
    /// If a parameter of its parts that is not frozen received no gradient, or one that is not finite;
    /// nothing is changed then.
    ///
    /// # Panics
    /// If parameters were added since [`Adam::new`], the parameters or the gradients are of others, or
    /// this optimizer made a step with these gradients already.
    #[track_caller]
    pub fn step(
        &mut self,
        params: &mut Params<T>,
        gradients: &Gradients<T>,
    ) -> Result<(), UpdateError> {
        assert!(
            !self.over_all || params.flat().len() == self.first.len(),
            "this optimizer was made for {} numbers, but there are {} in the parameters: make it \
             after the last parameter was added",
            self.first.len(),
            params.flat().len()
        );
        ready(params, gradients, self.parts.iter().map(|part| part.id))?;
        use_once(&mut self.used_pass, gradients);
        let Self { options, parts, first, second, counts, .. } = self;
        let mut runs = Runs { params, gradients, first, second, run: None };
        let mut last = None;
        for (part, count) in parts.iter().zip(counts) {
            let held = gradients.held(part.id.index());
            let mut moves = false;
            part.for_each_range(held, |_, _| moves = true);
            if runs.params.is_frozen(part.id) || !moves {
                continue;
            }
            *count = count.next(options.betas);
            if last != Some(*count) {
                runs.finish();
                last = Some(*count);
            }
            let step = options.at(count.powers);
            part.for_each_range(held, |range, own| runs.add(range, own, step));
        }
        runs.finish();
        Ok(())
    }
}

/// Updates what lies one behind the other in one go.
struct Runs<'a, T: Real> {
    params: &'a mut Params<T>,
    gradients: &'a Gradients<T>,
    first: &'a mut [T],
    second: &'a mut [T],
    /// Where among the parameters, from where on among the moments, and how.
    run: Option<(Range<usize>, usize, adam::AdamStep)>,
}

impl<T: Real> Runs<'_, T> {
    fn add(&mut self, range: Range<usize>, own: usize, step: adam::AdamStep) {
        if let Some((run, start, _)) = &mut self.run
            && run.end == range.start
            && *start + run.len() == own
        {
            run.end = range.end;
            return;
        }
        self.finish();
        self.run = Some((range, own, step));
    }

    fn finish(&mut self) {
        let Some((range, own, step)) = self.run.take() else { return };
        let own = own..own + range.len();
        let (first, second) = (&mut self.first[own.clone()], &mut self.second[own]);
        let (flat, gradient) = (self.params.flat_mut(), self.gradients.flat());
        adam::step(&mut flat[range.clone()], &gradient[range], first, second, &step);
    }
}

#[track_caller]
fn check<T: Real>(options: &AdamOptions) {
    let AdamOptions { lr, betas, eps, weight_decay, .. } = *options;
    require("AdamOptions::lr", lr, 0.0..f64::INFINITY);
    require("AdamOptions::betas.0", betas.0, 0.0..1.0);
    require("AdamOptions::betas.1", betas.1, 0.0..1.0);
    require("AdamOptions::eps", eps, f64::MIN_POSITIVE..f64::INFINITY);
    require("AdamOptions::weight_decay", weight_decay, 0.0..f64::INFINITY);
    require_as::<T>("AdamOptions::lr", lr);
    require_as::<T>("AdamOptions::eps", eps);
    require_as::<T>("AdamOptions::weight_decay", weight_decay);
}

impl AdamOptions {
    /// The numbers of a step, with the powers of both betas.
    fn at(&self, powers: (f64, f64)) -> adam::AdamStep {
        adam::AdamStep {
            lr: self.lr,
            beta1: self.betas.0,
            beta2: self.betas.1,
            eps: self.eps,
            weight_decay: self.weight_decay,
            decoupled: self.decay == Decay::Decoupled,
            bias1: 1.0 - powers.0,
            bias2: 1.0 - powers.1,
        }
    }
}
