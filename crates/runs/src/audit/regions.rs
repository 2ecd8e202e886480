//! Where the audit looks: parts of values, and parts of parameters.

use std::ops::Range;

use gradroute_tape::{Graph, ParamId, Params, Real, Shape, Var};

use super::error::AuditError;
use super::groups::{Groups, Rows};
use crate::watch::MarkedRegion;

/// A region of parameters: of some parameters of one set, a range of numbers each.
pub(crate) struct ParamRegion {
    pub name: String,
    /// Which set of parameters.
    pub set: usize,
    pub pieces: Vec<(ParamId, Range<usize>)>,
}

/// What `groups` declare something of and is of parameters, then every layer.
pub(crate) fn of_params<T: Real>(
    sets: &[(String, Params<T>)],
    groups: &Groups,
) -> Result<Vec<ParamRegion>, AuditError> {
    let all = || {
        sets.iter().enumerate().flat_map(|(set, (prefix, params))| {
            params.ids().map(move |id| (set, id, joined(prefix, params.name(id))))
        })
    };
    let whole = |set: usize, id| (id, 0..sets[set].1.get(id).len());
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
        if all().any(|(.., name)| layer(&name) == region) {
            continue;
        }
        match groups.rows_of(region) {
            Some(Rows { param, rows, .. }) => {
                let Some((set, id, _)) = all().find(|(.., name)| name == param) else {
                    return Err(unknown(param, all().map(|(.., name)| name)));
                };
                let shape = sets[set].1.shape(id);
                let count = shape.dims().first().copied().unwrap_or(1);
                if rows.start >= rows.end || rows.end > count {
                    let (region, rows) = (region.to_owned(), format!("{rows:?}"));
                    return Err(AuditError::Rows {
                        region,
                        rows,
                        param: param.clone(),
                        found: count,
                    });
                }
                let width = shape.len() / count;
                add(region, set, (id, rows.start * width..rows.end * width));
            }
            None => {
                let within = |name: &str| {
                    name.strip_prefix(region)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                };
                for (set, id, _) in all().filter(|(.., name)| within(name)) {
                    add(region, set, whole(set, id));
                }
            }
        }
    }
    for (set, id, name) in all() {
        add(layer(&name), set, whole(set, id));
    }
    Ok(found)
}

/// Refuses two regions of one name, and declarations of what is not in `regions`.
pub(super) fn check(groups: &Groups, regions: &[String]) -> Result<(), AuditError> {
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
pub(super) fn layer(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(layer, _)| layer)
}

pub(super) fn joined(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// A part of a value, as it lies in memory.
pub(super) struct ValueRegion {
    pub name: String,
    pub var: Var,
    columns: Range<usize>,
    /// Columns of the value.
    width: usize,
    /// Numbers of a sample; none where the value does not tell samples apart.
    of_sample: Option<usize>,
}

impl ValueRegion {
    pub fn new<T: Real>(
        g: &Graph<'_, T>,
        marked: &MarkedRegion,
        samples: usize,
    ) -> Result<Self, AuditError> {
        let shape: Shape = g.shape(marked.var);
        let (region, text) = (|| marked.name.clone(), || shape.to_string());
        let width = shape.dims().last().copied().unwrap_or(1);
        let columns = marked.columns.clone();
        if columns.start >= columns.end || columns.end > width {
            let columns = format!("{columns:?}");
            return Err(AuditError::Columns { region: region(), columns, shape: text() });
        }
        let rows = shape.carries_samples().then(|| shape.dims()[0]);
        if rows.is_some_and(|rows| rows != samples) {
            return Err(AuditError::Samples { region: region(), shape: text(), samples });
        }
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
