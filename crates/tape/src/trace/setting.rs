//! Whose shares there are, and the norms of each.

use std::ops::Range;

use gradroute_kernels::Real;

use super::norm::norm;
use super::options::TraceOptions;
use super::tensor::Number;

/// Above so many samples, single ones are not shown.
const MOST_SAMPLES: usize = 64;

/// Norms by selection.
pub(super) type Norms = Vec<Option<Number<f64>>>;

/// The selections of a trace: all, the groups, what belongs to no sample, single samples.
pub(super) struct Setting {
    pub groups: usize,
    /// The group of each sample.
    pub of_samples: Vec<u8>,
    /// How many samples there are, if the graph says it.
    pub samples: Option<usize>,
    /// Whether values count different samples, so that nothing can be told apart.
    several_counts: bool,
}

/// A value's extents, and whether its rows are samples.
#[derive(Clone, Debug)]
pub(super) struct Extents {
    pub dims: Vec<usize>,
    /// Whether axis 0 counts samples.
    pub carries_samples: bool,
    /// Whether it depends on samples.
    pub of_samples: bool,
}

impl Extents {
    /// The norm of columns of a value.
    pub fn norm_of_columns<T: Real>(&self, numbers: &[T], columns: &Range<usize>) -> Number<f64> {
        Number(norm_where(numbers, |i| self.is_in(columns, i)))
    }

    /// Whether a number stands in these columns.
    fn is_in(&self, columns: &Range<usize>, i: usize) -> bool {
        let width = self.dims.last().copied().unwrap_or(1).max(1);
        columns.contains(&(i % width))
    }
}

/// The norm of the numbers at these places.
fn norm_where<T: Real>(numbers: &[T], chosen: impl Fn(usize) -> bool) -> f64 {
    let own = numbers.iter().enumerate().filter(|(i, _)| chosen(*i));
    norm(own.map(|(_, v)| v.to_f64()))
}

impl Setting {
    /// The setting of a graph whose values count so many samples.
    #[track_caller]
    pub fn new(options: &TraceOptions, counts: &[usize]) -> Self {
        let (groups, of_samples) = (options.groups.len(), options.of_samples.clone());
        // Where values count different samples, their shares can't be told apart.
        let samples = (counts.len() == 1).then(|| counts[0]).filter(|n| *n > 0);
        if groups > 0 {
            assert!(
                samples == Some(of_samples.len()),
                "trace: the groups are those of {} samples, but the values that the terms depend on count \
                 {counts:?}",
                of_samples.len()
            );
            let outside = of_samples.iter().position(|group| usize::from(*group) >= groups);
            if let Some(sample) = outside {
                panic!(
                    "trace: sample {sample} is of group {}, but there are {groups}",
                    of_samples[sample]
                );
            }
        }
        Self { groups, of_samples, samples, several_counts: counts.len() > 1 }
    }

    pub fn names(&self, groups: &[String]) -> Vec<String> {
        let single = |sample| format!("sample {sample}");
        let rest = if self.several_counts { "not told apart" } else { "no sample" };
        ["all".to_owned()]
            .into_iter()
            .chain(groups.iter().cloned())
            .chain([rest.to_owned()])
            .chain((0..self.singles()).map(single))
            .collect()
    }

    /// How many selections there are.
    pub fn count(&self) -> usize {
        2 + self.groups + self.singles()
    }

    /// How many samples are shown one by one.
    pub fn singles(&self) -> usize {
        self.samples.filter(|n| *n <= MOST_SAMPLES).unwrap_or(0)
    }

    /// What belongs to no sample; everything, where samples can't be told apart.
    pub fn no_sample(&self) -> usize {
        1 + self.groups
    }

    pub fn group(&self, group: usize) -> usize {
        1 + group
    }

    pub fn sample(&self, sample: usize) -> usize {
        2 + self.groups + sample
    }

    /// Whether a selection has a sample.
    fn has(&self, selection: usize, sample: usize) -> bool {
        match selection {
            0 => true,
            s if s < self.no_sample() => usize::from(self.of_samples[sample]) == s - 1,
            s if s == self.no_sample() => false,
            s => s == self.sample(sample),
        }
    }

    /// The norms of a value that depends on samples, or of columns of it.
    pub fn norms_of_rows<T: Real>(
        &self,
        of: &Extents,
        numbers: &[T],
        columns: Option<&Range<usize>>,
    ) -> Norms {
        let chosen = |i: usize| columns.is_none_or(|columns| of.is_in(columns, i));
        let all = || norm_where(numbers, chosen);
        let rows = self.samples.filter(|_| of.carries_samples);
        let norm_of = |selection| match rows {
            _ if selection == 0 => Some(all()),
            None => (selection == self.no_sample()).then(all),
            Some(_) if selection == self.no_sample() => None,
            Some(n) => {
                let size = (numbers.len() / n).max(1);
                let some = (0..n).any(|sample| self.has(selection, sample));
                some.then(|| norm_where(numbers, |i| chosen(i) && self.has(selection, i / size)))
            }
        };
        (0..self.count()).map(|selection| norm_of(selection).map(Number)).collect()
    }
}
