//! The visitor that an experiment shows its state to.

use std::collections::{BTreeMap, BTreeSet};

use gradroute_tape::optim::{Adam, AdamOptions, Decay};
use gradroute_tape::{Params, Real};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::StateError;
use super::text::{read, reads_back_as_itself, write};
use super::visit::{Part, Visit};

/// Saves a run's state, or restores it: one function serves both, so nothing can be saved and not
/// restored. An experiment shows it everything that its next step depends on:
///
/// ```
/// use gradroute_runs::State;
/// use gradroute_tape::Params;
/// use gradroute_tape::optim::{Adam, AdamOptions};
///
/// struct Agent { params: Params<f32>, adam: Adam<f32>, memory: Vec<f32>, wins: u64 }
///
/// impl Agent {
///     fn state(&mut self, state: &mut State<'_>) {
///         state.params("", &mut self.params);
///         state.adam("", &mut self.adam, &self.params);
///         state.tensor("memory", &mut self.memory);
///         state.value("wins", &mut self.wins);
///     }
/// }
/// # let mut params = Params::new();
/// # params.add("w", &[2], || 1.0);
/// # let adam = Adam::new(&params, AdamOptions::default());
/// # let mut agent = Agent { params, adam, memory: vec![0.0; 3], wins: 2 };
/// # let before = gradroute_runs::state::Snapshot::take(|state| agent.state(state)).unwrap();
/// # (agent.wins, agent.memory[1]) = (7, 5.0);
/// # before.restore(|state| agent.state(state)).unwrap();
/// # assert_eq!((agent.wins, agent.memory[1]), (2, 0.0));
/// ```
///
/// The same parts under the same names must be shown each time. All parameters that there will
/// ever be are declared when the experiment is made, as a resumed run restores into them.
pub struct State<'v, T: Real = f32> {
    visit: &'v mut dyn Visit<T>,
    names: BTreeSet<String>,
    /// Whether values are looked at for an order that does not last.
    strict: bool,
    /// The first thing that went wrong; nothing is done after it.
    error: Option<StateError>,
}

/// A key of every safetensors file.
const RESERVED: &str = "__metadata__";

/// The state of an Adam beside its moments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AdamRecord {
    steps: u64,
    /// Where parts made different numbers of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    steps_by_part: Option<BTreeMap<String, u64>>,
    lr: f64,
    beta1: f64,
    beta2: f64,
    eps: f64,
    weight_decay: f64,
    decoupled: bool,
}

impl<'v, T: Real> State<'v, T> {
    /// Shows `visit` what `show` shows.
    pub(crate) fn visit(
        visit: &'v mut dyn Visit<T>,
        show: impl FnOnce(&mut State<'_, T>),
    ) -> Result<(), StateError> {
        let mut state = State { visit, names: BTreeSet::new(), strict: false, error: None };
        show(&mut state);
        state.error.map_or(Ok(()), Err)
    }

    /// The same, and refuses values whose text is another each time that they are read back.
    pub(crate) fn visit_strictly(
        visit: &'v mut dyn Visit<T>,
        show: impl FnOnce(&mut State<'_, T>),
    ) -> Result<(), StateError> {
        let mut state = State { visit, names: BTreeSet::new(), strict: true, error: None };
        show(&mut state);
        state.error.map_or(Ok(()), Err)
    }

    /// A set of parameters: their values, and which are frozen. With the name "" they are saved
    /// under their own names, as PyTorch's `state_dict` has them; with another one that stands
    /// before each, as in `target.encoder.0.weight`.
    ///
    /// # Panics
    /// If a name was shown before.
    #[track_caller]
    pub fn params(&mut self, name: &str, params: &mut Params<T>) {
        self.visit.params(name, params);
        for id in params.ids() {
            let full = joined(name, params.name(id));
            let shape = params.shape(id);
            if let Some(new) = self.seen(Part::Weights, &full, shape.dims(), params.get(id)) {
                params.get_mut(id).copy_from_slice(&new);
            }
        }
        let mut frozen: Vec<String> = params
            .ids()
            .filter(|&id| params.is_frozen(id))
            .map(|id| params.name(id).to_owned())
            .collect();
        self.value(&joined(name, "frozen"), &mut frozen);
        for id in params.ids() {
            match frozen.iter().any(|name| name == params.name(id)) {
                true => params.freeze(id),
                false => params.thaw(id),
            }
        }
    }

    /// An optimizer over `params`: both moments, how many steps it made, and its options, so that
    /// one which a stage has replaced or changed resumes as it was.
    ///
    /// # Panics
    /// If a name was shown before, or the optimizer is of other parameters.
    #[track_caller]
    pub fn adam(&mut self, name: &str, adam: &mut Adam<T>, params: &Params<T>) {
        self.visit.adam(name, adam, params);
        let AdamOptions { lr, betas, eps, weight_decay, decay } = *adam.options();
        let decoupled = decay == Decay::Decoupled;
        let (beta1, beta2) = betas;
        let parts: Vec<_> = adam.parts(params).collect();
        let names = parts.iter().map(|(name, ..)| name.to_string());
        let (steps, counts): (_, Vec<u64>) = (adam.steps(), adam.steps_by_part().collect());
        let differ = counts.iter().any(|&own| own != steps);
        let steps_by_part = differ.then(|| names.clone().zip(counts).collect());
        let before =
            AdamRecord { steps, steps_by_part, lr, beta1, beta2, eps, weight_decay, decoupled };
        let mut record = before.clone();
        self.value(&joined(name, "adam"), &mut record);
        let [mut first, mut second] = [adam.moments().0, adam.moments().1].map(<[T]>::to_vec);
        let mut restored = record != before;
        for (moment, values) in [("exp_avg", &mut first), ("exp_avg_sq", &mut second)] {
            let prefix = joined(name, moment);
            for (part, shape, range) in &parts {
                let (full, values) = (joined(&prefix, part), &mut values[range.clone()]);
                if let Some(new) = self.seen(Part::Rest, &full, shape.dims(), values) {
                    values.copy_from_slice(&new);
                    restored = true;
                }
            }
        }
        if restored {
            let AdamRecord { steps, steps_by_part, lr, beta1, beta2, eps, weight_decay, decoupled } =
                record;
            let decay = if decoupled { Decay::Decoupled } else { Decay::Coupled };
            let betas = (beta1, beta2);
            adam.set_options(AdamOptions { lr, betas, eps, weight_decay, decay });
            let own = |name| steps_by_part.as_ref().and_then(|counts| counts.get(&name).copied());
            adam.restore(names.map(|name| own(name).unwrap_or(steps)), &first, &second);
        }
    }

    /// Numbers of the precision that is trained in, such as running means or a replay buffer;
    /// their count must stay the same.
    ///
    /// # Panics
    /// If the name was shown before.
    #[track_caller]
    pub fn tensor(&mut self, name: &str, values: &mut [T]) {
        let shape = [values.len()];
        if let Some(new) = self.seen(Part::Rest, name, &shape, values) {
            values.copy_from_slice(&new);
        }
    }

    /// Any value that serde can write and read: counters, an environment, results kept for later.
    /// It is saved as JSON. A float that is not finite ends the run with an error, as JSON has
    /// none. Don't use a `HashMap`: its order differs after a resume, a `BTreeMap`'s does not.
    ///
    /// # Panics
    /// If the name was shown before.
    #[track_caller]
    pub fn value<V: Serialize + DeserializeOwned>(&mut self, name: &str, value: &mut V) {
        self.take(name);
        if self.error.is_some() {
            return;
        }
        // Floats first, as a NaN does not read back as itself either, with a lesser message.
        let mut text = write(value);
        if self.strict && text.is_ok() {
            text = reads_back_as_itself(value).and(text);
        }
        let result = text.map_err(|reason| StateError::value(name, reason)).and_then(|text| {
            match self.visit.value(name, &text)? {
                None => Ok(()),
                Some(new) => {
                    *value = read(new).map_err(|error| StateError::saved(name, error))?;
                    Ok(())
                }
            }
        });
        self.error = result.err();
    }

    /// Sees a tensor; returns what it is to become, if it is to change.
    #[track_caller]
    fn seen(&mut self, part: Part, name: &str, shape: &[usize], values: &[T]) -> Option<Vec<T>> {
        self.take(name);
        if self.error.is_some() {
            return None;
        }
        let (expected, restored) = (values.len(), self.visit.tensor(part, name, shape, values));
        match restored {
            Ok(None) => None,
            Ok(Some(new)) if new.len() == expected => Some(new.to_vec()),
            Ok(Some(new)) => {
                let reason = format!("it has {} numbers, expected {expected}", new.len());
                self.error = Some(StateError::saved(name, reason));
                None
            }
            Err(error) => {
                self.error = Some(error);
                None
            }
        }
    }

    #[track_caller]
    fn take(&mut self, name: &str) {
        assert!(
            name != RESERVED,
            "`{name}` is no name for a part of the state, as safetensors files have that key"
        );
        assert!(
            self.names.insert(name.to_owned()),
            "two parts of the state are called `{name}`; each needs a name of its own"
        );
    }
}

/// A name with that of the set before it; as it is where there is only one set, called "".
pub(crate) fn joined(name: &str, rest: &str) -> String {
    if name.is_empty() { rest.to_owned() } else { format!("{name}.{rest}") }
}
