//! The flow map as pictures.

use std::collections::{BTreeMap, BTreeSet};

use super::line::{FlowLine, OfRegion};
use crate::audit::short;
use crate::figures::{Canvas, FigureError, HeatMap};
use crate::page::Figure;

/// Columns of a picture at most; of more lines, every second one is drawn, or fewer.
const MOST_COLUMNS: usize = 128;
/// Rows of a picture at most.
const MOST_ROWS: usize = 64;
/// A row whose shares stay below this one is left out.
const LEAST_SHARE: f64 = 0.005;

/// The flow map of a run: who moved what since the start, how large the gradients of the groups were, and
/// whether they agreed.
///
/// # Errors
/// If there are more groups than a picture has room for.
pub(crate) fn figures(lines: &[FlowLine]) -> Result<Vec<Figure>, FigureError> {
    let every = lines.len().div_ceil(MOST_COLUMNS).max(1);
    let lines: Vec<&FlowLine> = lines.iter().step_by(every).collect();
    let mut drawn = Vec::new();
    for (name, caption, picture) in [SHARES, NORMS, COSINES] {
        let mut rows = rows(&lines, picture.of);
        if rows.len() > MOST_ROWS {
            let coarse: Vec<FlowLine> = lines.iter().map(|line| by_network(line)).collect();
            rows = self::rows(&coarse.iter().collect::<Vec<_>>(), picture.of);
        }
        if !rows.is_empty() {
            drawn.push(Figure::new(name, caption, picture.draw(&lines, &rows)?));
        }
    }
    Ok(drawn)
}

/// A row: its name, and a number for each line.
type Row = (String, Vec<f64>);

/// What of a region is drawn, by what a row of it is called.
type Of = fn(&OfRegion) -> Vec<(String, f64)>;

#[derive(Clone, Copy)]
struct Picture {
    title: &'static str,
    subtitle: &'static str,
    of: Of,
    by_magnitude: bool,
}

const SHARES: (&str, &str, Picture) = (
    "flow-shares",
    "Who moved what: the share of each group in the movement of each part of the network since the \
     start, over training. Estimated from the steps that were looked at; decay is weight decay, rest what \
     the estimate misses: where that is not near 0, don't read the shares.",
    Picture {
        title: "Who moved what since the start",
        subtitle: "Share in a part's movement: full blue is all of it, orange is against it",
        of: |region| region.shares.clone().into_iter().collect(),
        by_magnitude: false,
    },
);

const NORMS: (&str, &str, Picture) = (
    "flow-norms",
    "How large the gradient of each group was in each part of the network, over training.",
    Picture {
        title: "How large the gradients were",
        subtitle: "Norm by part and group of samples: fuller is larger, by powers of ten",
        of: |region| region.norms.clone().into_iter().collect(),
        by_magnitude: true,
    },
);

const COSINES: (&str, &str, Picture) = (
    "flow-cosines",
    "Whether the groups' gradients agreed in each part of the network, over training: the cosine between \
     them, of more than two groups the mean over all pairs.",
    Picture {
        title: "Whether the groups agreed",
        subtitle: "Cosine between their gradients: blue is the same direction, orange opposite ones",
        of: |region| {
            let sum: f64 = region.cosines.values().sum();
            match region.cosines.len() {
                0 => Vec::new(),
                1 => region.cosines.clone().into_iter().collect(),
                pairs => vec![("all pairs".to_owned(), sum / pairs as f64)],
            }
        },
        by_magnitude: false,
    },
);

fn rows(lines: &[&FlowLine], of: Of) -> Vec<Row> {
    let mut found: BTreeMap<(String, String), Vec<f64>> = BTreeMap::new();
    for (column, line) in lines.iter().enumerate() {
        for (region, numbers) in &line.regions {
            for (name, value) in of(numbers) {
                let row = found.entry((region.clone(), name));
                row.or_insert_with(|| vec![f64::NAN; lines.len()])[column] = value;
            }
        }
    }
    let matters = |values: &Vec<f64>| values.iter().any(|value| value.abs() >= LEAST_SHARE);
    let any = found.values().any(matters);
    found
        .into_iter()
        .filter(|(_, values)| !any || matters(values) || values.iter().all(|v| v.is_nan()))
        .map(|((region, name), values)| (format!("{region} · {name}"), values))
        .collect()
}

impl Picture {
    fn draw(&self, lines: &[&FlowLine], rows: &[Row]) -> Result<Canvas, FigureError> {
        let names: Vec<String> = rows.iter().map(|(name, _)| name.clone()).collect();
        let steps: Vec<String> = lines.iter().map(|line| line.step.to_string()).collect();
        let values: Vec<f64> = rows.iter().flat_map(|(_, values)| values.clone()).collect();
        let largest = values.iter().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
        let most = match self.by_magnitude {
            true if largest > 0.0 => largest,
            _ => 1.0,
        };
        let map = HeatMap {
            title: self.title,
            subtitle: self.subtitle,
            rows: ("part · whose", &names),
            columns: ("training step", &steps),
            values: &values,
            most,
            text: if self.by_magnitude { |v| short(Some(v)) } else { |v| format!("{v:.2}") },
            blocks: &[],
        };
        if self.by_magnitude { map.draw_by_magnitude() } else { map.draw() }
    }
}

/// The same by the first part of the regions' names: a row a network, where there are too many layers.
fn by_network(line: &FlowLine) -> FlowLine {
    let network = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
    let names: BTreeSet<String> = line.regions.keys().map(|name| network(name)).collect();
    let whole = |name: String| {
        let own: Vec<&OfRegion> =
            line.regions.iter().filter(|(of, _)| network(of) == name).map(|(_, of)| of).collect();
        (name, together(&own))
    };
    FlowLine { step: line.step, regions: names.into_iter().map(whole).collect() }
}

fn together(regions: &[&OfRegion]) -> OfRegion {
    let mut sum = OfRegion::default();
    let square: f64 = regions.iter().map(|region| region.moved * region.moved).sum();
    sum.moved = square.sqrt();
    for region in regions {
        for (name, norm) in &region.norms {
            let whole = sum.norms.entry(name.clone()).or_insert(0.0);
            *whole = whole.hypot(*norm);
        }
        for (name, share) in region.shares.iter().filter(|_| square > 0.0) {
            let part = share * region.moved * region.moved / square;
            *sum.shares.entry(name.clone()).or_insert(0.0) += part;
        }
    }
    for region in regions {
        for (pair, cosine) in &region.cosines {
            let length = |norms: &BTreeMap<String, f64>| {
                let (a, b) = pair.split_once(", ").unwrap_or((pair, pair));
                norms.get(a).unwrap_or(&0.0) * norms.get(b).unwrap_or(&0.0)
            };
            let whole = length(&sum.norms);
            if whole > 0.0 {
                let part = cosine * length(&region.norms) / whole;
                *sum.cosines.entry(pair.clone()).or_insert(0.0) += part;
            }
        }
    }
    sum
}
