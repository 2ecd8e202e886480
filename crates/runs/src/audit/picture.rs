//! An audit as a picture.

use super::result::Audit;
use super::show::{columns, leaks, short};
use crate::figures::{Block, Canvas, Color, FigureError, HeatMap};

/// The norms of an audit as a heat map: a row a region, a column a group, a frame a term. A square is the
/// fuller the larger the number is by magnitude, four powers of ten in all; leaks are framed.
///
/// # Errors
/// If there are more regions or columns than a heat map holds.
pub fn heat_map(audit: &Audit) -> Result<Canvas, FigureError> {
    let columns = columns(audit);
    let groups: Vec<&str> = columns.iter().map(|(_, group)| *group).collect();
    let in_common =
        first_word_of_all(audit.groups.iter().filter(|g| audit.samples.contains_key(*g)));
    let name = |group: &&str| match in_common {
        Some(word) => group.strip_prefix(word).map_or(*group, str::trim_start).to_owned(),
        None => (*group).to_owned(),
    };
    let names: Vec<String> = groups.iter().map(name).collect();
    let rows = &audit.regions;
    let values: Vec<f64> = rows
        .iter()
        .flat_map(|region| {
            let norm = |(term, group): &(&str, &str)| audit.norm(term, group, region);
            columns.iter().map(move |of| norm(of).unwrap_or(f64::NAN))
        })
        .collect();
    let largest = values.iter().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for (r, region) in rows.iter().enumerate() {
        for (c, (term, group)) in columns.iter().enumerate() {
            if leaks(audit, term, group, region) {
                let color = Color::VERMILLION;
                blocks.push(Block { name: "", color, rows: r..r + 1, columns: c..c + 1 });
            }
        }
    }
    let mut start = 0;
    for of_term in columns.chunk_by(|a, b| a.0 == b.0) {
        let columns = start..start + of_term.len();
        start = columns.end;
        let color = Color::INK;
        blocks.insert(0, Block { name: of_term[0].0, color, rows: 0..rows.len(), columns });
    }
    let about = in_common.map_or("samples of".to_owned(), |word| format!("samples of {word}"));
    HeatMap {
        title: "Who teaches what",
        subtitle: "Gradient norm, by powers of ten. 0: exactly zero. –: not reached. Framed: a leak",
        rows: ("part of the network", rows),
        columns: (&about, &names),
        values: &values,
        most: if largest > 0.0 { largest } else { 1.0 },
        text: |norm| short(Some(norm)),
        blocks: &blocks,
    }
    .draw_by_magnitude()
}

/// The first word, if all names have the same and another one behind it.
fn first_word_of_all<'n>(names: impl Iterator<Item = &'n String> + Clone) -> Option<&'n str> {
    let (word, _) = names.clone().next()?.split_once(' ')?;
    let all =
        names.clone().all(|name| name.split_once(' ').is_some_and(|(first, _)| first == word));
    (all && names.count() > 1).then_some(word)
}
