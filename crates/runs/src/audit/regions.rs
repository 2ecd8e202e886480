//! Where the audit looks: parts of values, and parts of parameters.

use std::ops::Range;

use gradroute_tape::{Graph, ParamId, Params, Real, Shape, Var};

use super::error::AuditError;
use super::groups::{Groups, Rows};
use crate::state::{Visit, joined};
use crate::watch::MarkedRegion;

/// A copy of a set of parameters that an experiment shows.
pub(crate) struct ParamSet<T: Real> {
    /// Its name, which stands before those of its parameters; empty for the only one.
    pub name: String,
    pub params: Params<T>,
    /// Where the numbers of the original lie: its copies in the experiment, such as a target network, have
    /// the same handles.
    original: usize,
}

impl<T: Real> ParamSet<T> {
    pub fn of(name: &str, params: &Params<T>) -> Self {
        Self { name: name.to_owned(), params: params.clone(), original: address(params) }
    }

    /// Which of `sets` was copied from `params`; else one that has the same handles.
    pub fn find(sets: &[Self], params: &Params<T>) -> Option<usize> {
        let same = |set: &Self| set.params.is_copy_of(params);
        let itself = |set: &Self| same(set) && set.original == address(params);
        sets.iter().position(itself).or_else(|| sets.iter().position(same))
    }
}

/// Copies of all parameters of an experiment, by name.
pub(crate) struct ParamSets<T: Real>(pub Vec<ParamSet<T>>);

impl<T: Real> Default for ParamSets<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Real> Visit<T> for ParamSets<T> {
    fn params(&mut self, name: &str, params: &Params<T>) {
        self.0.push(ParamSet::of(name, params));
    }
}

fn address<T: Real>(params: &Params<T>) -> usize {
    params.flat().as_ptr().addr()
}

/// A region of parameters: of some parameters of one set, a range of numbers each.
pub(crate) struct ParamRegion {
    pub name: String,
    /// Which set of parameters.
    pub set: usize,
    pub pieces: Vec<(ParamId, Range<usize>)>,
}

/// What `groups` declare something of and is of parameters, then every layer.
pub(crate) fn of_params<T: Real>(
    sets: &[ParamSet<T>],
    groups: &Groups,
) -> Result<Vec<ParamRegion>, AuditError> {
    let all = || {
        sets.iter().enumerate().flat_map(|(set, ParamSet { name, params, .. })| {
            params.ids().map(move |id| (set, id, joined(name, params.name(id))))
        })
    };
    let whole = |set: usize, id| (id, 0..sets[set].params.get(id).len());
    let mut found: Vec<ParamRegion> = Vec::new();
    let mut add = |name: &str, set: usize, piece| match found
        .iter_mut()
        .find(|region| region.name == name && region.set == set)
    {
        Some(region) => region.pieces.push(piece),
        None => {
            found.push(ParamRegion { name: name.to_owned(), set, pieces: vec![piece] });
        }
    };
    for region in groups.regions() {
        let is_layer = all().any(|(.., name)| layer(&name) == region);
        let own = groups.rows_of(region);
        if own.clone().next().is_some() && is_layer {
            return Err(AuditError::Twice { region: region.to_owned() });
        }
        for Rows { param, rows, .. } in own.clone() {
            let Some((set, id, _)) = all().find(|(.., name)| name == param) else {
                return Err(unknown(param, all().map(|(.., name)| name)));
            };
            let shape = sets[set].params.shape(id);
            let found = shape.dims().first().copied().unwrap_or(1);
            if rows.start >= rows.end || rows.end > found {
                let (region, rows, param) = (region.to_owned(), format!("{rows:?}"), param.clone());
                return Err(AuditError::Rows { region, rows, param, found });
            }
            let width = shape.len() / found;
            add(region, set, (id, rows.start * width..rows.end * width));
        }
        let within = |name: &str| {
            name.strip_prefix(region).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if own.clone().next().is_none() && !is_layer {
            for (set, id, _) in all().filter(|(.., name)| within(name)) {
                add(region, set, whole(set, id));
            }
        }
    }
    for (set, id, name) in all() {
        add(layer(&name), set, whole(set, id));
    }
    Ok(found)
}

/// Refuses two regions of one name, and declarations of what is not in `regions`.
pub(crate) fn check(groups: &Groups, regions: &[String]) -> Result<(), AuditError> {
    let twice = regions.iter().enumerate().find(|(i, name)| regions[..*i].contains(name));
    if let Some((_, region)) = twice {
        return Err(AuditError::Twice { region: region.clone() });
    }
    match groups.regions().into_iter().find(|name| !regions.iter().any(|region| region == name)) {
        Some(name) => Err(unknown(name, regions.iter().cloned())),
        None => Ok(()),
    }
}

fn unknown(region: &str, known: impl Iterator<Item = String>) -> AuditError {
    let known = known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    AuditError::Region { region: region.to_owned(), known }
}

/// A parameter's name without what it is in its layer.
fn layer(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(layer, _)| layer)
}

/// A part of a value, as it lies in memory.
pub(crate) struct ValueRegion {
    pub name: String,
    pub var: Var,
    pub columns: Range<usize>,
    /// Columns of the value.
    width: usize,
    /// Numbers of a sample; none where the value does not tell samples apart.
    of_sample: Option<usize>,
}

impl ValueRegion {
    pub fn new<T: Real>(g: &Graph<'_, T>, marked: &MarkedRegion) -> Result<Self, AuditError> {
        let shape: Shape = g.shape(marked.var);
        let mut leaf = false;
        g.for_each_node(|node| {
            leaf |= node.var() == marked.var && ["input", "param"].contains(&node.op_name());
        });
        if leaf {
            return Err(AuditError::Leaf { region: marked.name.clone() });
        }
        let (region, text) = (|| marked.name.clone(), || shape.to_string());
        let width = shape.dims().last().copied().unwrap_or(1);
        let columns = marked.columns.clone();
        if columns.start >= columns.end || columns.end > width {
            let columns = format!("{columns:?}");
            return Err(AuditError::Columns { region: region(), columns, shape: text() });
        }
        let rows = shape.carries_samples().then(|| shape.dims()[0]);
        let of_sample = rows.map(|rows| shape.len() / rows);
        Ok(Self { name: region(), var: marked.var, columns, width, of_sample })
    }

    /// The numbers of the region that belong to a group: that of their sample, or `rest` where the value
    /// does not tell samples apart.
    pub fn of_group<'v, T: Real>(
        &'v self,
        values: &'v [T],
        groups: &'v [u8],
        group: usize,
        rest: usize,
    ) -> impl Iterator<Item = f64> + Clone + 'v {
        let chosen = move |&(i, _): &(usize, &T)| {
            let of = self.of_sample.map_or(rest, |size| usize::from(groups[i / size]));
            of == group && self.columns.contains(&(i % self.width))
        };
        values.iter().enumerate().filter(chosen).map(|(_, v)| v.to_f64())
    }
}
