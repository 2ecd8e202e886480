//! Groups of samples, and what each must not teach.

use std::ops::Range;

use gradroute_tape::{Graph, NodeRef, Real, Var};

use super::error::AuditError;
use crate::watch::behind;

/// The groups into which an experiment sorts its samples, what each of them must not teach, and what must
/// not move at all. The audit holds the experiment to it.
///
/// A *region* is named by what the step calls a part of a value ([`Step::regions`](crate::Step::regions)), by
/// [`Groups::rows`], or by parameters: one of them (`encoder.0.weight`), a layer (`encoder.0`), or all whose
/// names begin so (`encoder`).
///
/// ```
/// use gradroute_runs::audit::Groups;
///
/// let groups = Groups::of(["even", "odd"])
///     .must_not_teach("even", "odd half")
///     .rows("its rows", "head.weight", 0..4)
///     .hold("even", "its rows");
/// assert_eq!(groups.names(), ["even", "odd"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups {
    names: Vec<String>,
    forbidden: Vec<(usize, String)>,
    held: Vec<(usize, String)>,
    rows: Vec<Rows>,
}

/// Rows of a parameter, indices of its first axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rows {
    pub region: String,
    pub param: String,
    pub rows: Range<usize>,
}

impl Groups {
    /// Groups of these names; their numbers, from 0, are what [`Step::groups`](crate::Step::groups) is told.
    ///
    /// # Panics
    /// If there are none or more than 255, two have one name, or one is `all`, `no sample`, `decay` or
    /// `rest`, which stand beside groups, or has a comma in it.
    #[track_caller]
    pub fn of<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        assert!((1..256).contains(&names.len()), "{} groups, expected 1 to 255", names.len());
        for (i, name) in names.iter().enumerate() {
            assert!(!names[..i].contains(name), "two groups are called `{name}`");
            let taken = ["all", "no sample", "decay", "rest"].contains(&name.as_str());
            assert!(!taken && !name.contains(','), "`{name}` is no name for a group");
        }
        Self { names, ..Self::default() }
    }

    /// Declares that samples of `group` must put a gradient of exactly 0 into `region`.
    ///
    /// # Panics
    /// If there is no such group.
    #[track_caller]
    pub fn must_not_teach(mut self, group: &str, region: impl Into<String>) -> Self {
        let group = self.number(group);
        self.forbidden.push((group, region.into()));
        self
    }

    /// Declares that `region`, which is of parameters, must stay as it is to the bit in a step whose
    /// samples are all of groups for which this is declared: not even momentum and decay may move it.
    ///
    /// # Panics
    /// If there is no such group.
    #[track_caller]
    pub fn hold(mut self, group: &str, region: impl Into<String>) -> Self {
        let group = self.number(group);
        self.held.push((group, region.into()));
        self
    }

    /// Names rows of a parameter, indices of its first axis, as a region; those of several parameters under
    /// one name are one region.
    pub fn rows(
        mut self,
        region: impl Into<String>,
        param: impl Into<String>,
        rows: Range<usize>,
    ) -> Self {
        self.rows.push(Rows { region: region.into(), param: param.into(), rows });
        self
    }

    /// The names of the groups, by number.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Refuses samples that a step sorted into no group, or into one that there is not, and another number
    /// of them than the graph's values have that `total` depends on.
    pub(crate) fn check<T: Real>(
        &self,
        step: u64,
        of_samples: &[u8],
        g: &Graph<'_, T>,
        total: Var,
    ) -> Result<(), AuditError> {
        let groups = self.names.len();
        if of_samples.is_empty() {
            return Err(AuditError::Unsorted { step });
        }
        let (samples, within) = (of_samples.len(), behind(g, total));
        let mut other = None;
        g.for_each_node(|node| {
            let shape = node.shape();
            let counts = shape.carries_samples() && within.contains(&node.index());
            if counts && shape.dims()[0] != samples {
                other = other.take().or_else(|| Some(node_text(node)));
            }
        });
        if let Some(value) = other {
            return Err(AuditError::Samples { step, value, samples });
        }
        match of_samples.iter().position(|&group| usize::from(group) >= groups) {
            None => Ok(()),
            Some(sample) => {
                let group = of_samples[sample];
                Err(AuditError::Group { step, sample, group, groups })
            }
        }
    }

    /// Whether a group must not teach a region.
    pub(crate) fn forbids(&self, group: usize, region: &str) -> bool {
        self.forbidden.iter().any(|(of, name)| *of == group && name == region)
    }

    /// Whether some group must not teach a region.
    pub(crate) fn guards(&self, region: &str) -> bool {
        self.forbidden.iter().any(|(_, name)| name == region)
    }

    /// Whether a region is held in a batch of these groups.
    pub(crate) fn holds(&self, mut groups: impl Iterator<Item = usize>, region: &str) -> bool {
        groups.all(|group| self.held.iter().any(|(of, name)| *of == group && name == region))
    }

    /// All regions that are declared something of, each once.
    pub(crate) fn regions(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        let rows = self.rows.iter().map(|rows| &rows.region);
        for name in rows.chain(self.forbidden.iter().chain(&self.held).map(|(_, name)| name)) {
            if !found.contains(&&**name) {
                found.push(name);
            }
        }
        found
    }

    /// What [`Groups::rows`] declared of this name.
    pub(crate) fn rows_of<'g>(&'g self, region: &'g str) -> impl Iterator<Item = &'g Rows> + Clone {
        self.rows.iter().filter(move |rows| rows.region == region)
    }

    /// The regions that some group must not teach, each once.
    pub(crate) fn guarded(&self) -> Vec<&str> {
        let all = self.regions().into_iter();
        all.filter(|region| self.guards(region)).collect()
    }

    #[track_caller]
    fn number(&self, group: &str) -> usize {
        let found = self.names.iter().position(|name| name == group);
        found.unwrap_or_else(|| {
            panic!("there is no group `{group}` among {}", self.names.join(", "))
        })
    }
}

fn node_text<T: Real>(node: NodeRef<'_, T>) -> String {
    format!("{} at {} {}", node.op_name(), node.source_line(), node.shape())
}
