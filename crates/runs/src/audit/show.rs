//! An audit in words and tables.

use std::fmt::Write;

use super::result::{Audit, Leak, Place};
use crate::table::{Cell, Column, Section, Table};

/// Everything that was found: two tables, and each leak with the way by which it came.
pub fn to_text(audit: &Audit) -> String {
    let mut text = format!("{}\n{}\n", norms(audit), movement(audit));
    let _ = writeln!(text, "{}", leaks_in_words(audit));
    for leak in &audit.leaks {
        let _ = writeln!(text, "{}", in_words(leak));
    }
    for region in &audit.unreached {
        let _ = writeln!(
            text,
            "\nNo term reaches `{region}`, so what is declared of it was not put to a test. Is it the value \
             that is used?"
        );
    }
    if audit.off_by > 1e-3 {
        let _ = writeln!(
            text,
            "\nThe terms don't add up to the total: their gradients are off by {:.1} % of its own. One is a \
             part of another, or the total has it with a weight.",
            100.0 * audit.off_by
        );
    }
    text
}

fn leaks_in_words(audit: &Audit) -> String {
    match audit.leaks.len() {
        0 => "No leak: where something must not arrive, it is exactly 0 or does not reach."
            .to_owned(),
        1 => "1 leak:".to_owned(),
        more => format!("{more} leaks:"),
    }
}

/// A leak on a line, and the way by which it came on the next one.
pub fn in_words(Leak { term, group, region, norm, path }: &Leak) -> String {
    let what = match (group, path.is_empty()) {
        (Some(group), _) => format!("{term} of samples of `{group}`"),
        (None, false) => format!("{term}, of no sample,"),
        (None, true) => {
            return format!("  {term} moves `{region}`, which is to be held: {norm:.3e}");
        }
    };
    let way: Vec<String> = path.iter().map(Place::to_string).collect();
    format!("  {what} reaches `{region}`: {norm:.3e}\n    through {}", way.join(" < "))
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.label.is_empty() {
            true => write!(f, "{} ({})", self.op, self.at),
            false => write!(f, "{} ({}, {})", self.op, self.label, self.at),
        }
    }
}

/// A norm as short as it can be read; "-" for none.
pub(crate) fn short(norm: Option<f64>) -> String {
    match norm {
        None => "-".to_owned(),
        Some(0.0) => "0".to_owned(),
        Some(v) if (0.001..10000.0).contains(&v) => {
            let digits = (3 - v.log10().floor() as i32 - 1).clamp(0, 5) as usize;
            format!("{v:.digits$}")
        }
        Some(v) => format!("{v:.1e}"),
    }
}

/// The columns of the table: a term and a group each.
pub(super) fn columns(audit: &Audit) -> Vec<(&str, &str)> {
    let reaches = |term: &str, group: &str| {
        audit.regions.iter().any(|region| audit.norm(term, group, region).is_some())
    };
    let pairs = audit
        .terms
        .iter()
        .flat_map(|term| audit.groups.iter().map(move |group| (term.as_str(), group.as_str())));
    pairs.filter(|(term, group)| reaches(term, group)).collect()
}

/// Whether a leak of these names was found.
pub(super) fn leaks(audit: &Audit, term: &str, group: &str, region: &str) -> bool {
    let group = audit.samples.contains_key(group).then_some(group);
    audit
        .leaks
        .iter()
        .any(|leak| leak.term == term && leak.group.as_deref() == group && leak.region == region)
}

fn norms(audit: &Audit) -> Table {
    let columns = columns(audit);
    let row = |region: &String| {
        let cell = |(term, group): &(&str, &str)| Cell {
            text: short(audit.norm(term, group, region)),
            marked: leaks(audit, term, group, region),
        };
        let name = [Cell::plain(region)].into_iter();
        name.chain(columns.iter().map(cell)).collect()
    };
    let samples: Vec<String> = audit
        .groups
        .iter()
        .filter_map(|group| audit.samples.get(group).map(|n| format!("{group} {n}")))
        .collect();
    let steps = match audit.steps {
        1 => format!("step {}", audit.step),
        more => format!("{more} steps from step {} on (root mean square)", audit.step),
    };
    let head = |(term, group): &(&str, &str)| Column {
        group: (*term).to_owned(),
        name: (*group).to_owned(),
    };
    let first = Column { group: String::new(), name: "region".to_owned() };
    Table {
        caption: format!("Norm of the gradient by term, group and region, in {steps}"),
        columns: [first].into_iter().chain(columns.iter().map(head)).collect(),
        sections: vec![Section {
            heading: String::new(),
            rows: audit.regions.iter().map(row).collect(),
        }],
        notes: vec![
            format!("Samples: {}.", samples.join(", ")),
            "0: exactly zero. -: the term does not reach it. *: a leak.".to_owned(),
        ],
    }
}

fn movement(audit: &Audit) -> Table {
    let column = |name: &str| Column { group: String::new(), name: name.to_owned() };
    let row = |region: &String| {
        let moved = audit.movement.get(region)?;
        let numbers = [moved.whole, moved.gradient, moved.momentum, moved.decay, moved.rest];
        let cells = numbers.map(|norm| Cell::plain(short(Some(norm))));
        Some([Cell::plain(region)].into_iter().chain(cells).collect())
    };
    Table {
        caption: "How far each block of parameters moved in a step, and by what".to_owned(),
        columns: ["region", "whole", "gradient", "momentum", "decay", "rest"].map(column).into(),
        sections: vec![Section {
            heading: String::new(),
            rows: audit.regions.iter().filter_map(row).collect(),
        }],
        notes: vec![
            "Norms, so they don't add up. Rest: rounding, and what the optimizer did not do."
                .to_owned(),
        ],
    }
}
