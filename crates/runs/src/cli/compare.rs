//! `compare`.

use anyhow::anyhow;

use super::arguments::Format;
use super::commands::CompareRequest;
use super::failure::Failure;
use super::print::print;
use super::start::load_again;
use crate::compare::{Comparison, ComparisonTable, Destination, Files, csv, measure_table};
use crate::console::say;
use crate::experiment::Experiment;

/// The name that asks for every table.
const ALL: &str = "all";

/// Compares runs: prints tables, and writes a page if that is asked for.
pub(super) fn run<E: Experiment>(request: &CompareRequest) -> Result<(), Failure> {
    let comparison = Comparison::read(E::NAME, E::PRESETS, E::measures, &request.runs)?;
    let destination = match &request.out {
        Some(out) => Some((out, Destination::new(out, request.overwrite)?)),
        None => None,
    };
    let first = comparison.first();
    let data = match &destination {
        Some(_) => {
            let (config, record) = (&first.resolved.config, &first.manifest.data);
            let given = request.data.as_deref();
            Some(load_again::<E>(config, given, record, first.folder())?.0)
        }
        None => None,
    };
    let mut page = E::compare(&comparison, data.as_ref())?;
    let measures = ComparisonTable {
        name: "measures",
        heading: "Measures".to_owned(),
        table: measure_table(&comparison),
        printed: page.tables.is_empty(),
    };
    // A page with tables of its own shows the same numbers there.
    let mut tables: Vec<&ComparisonTable> = page.tables.iter().collect();
    if tables.iter().all(|table| table.name != measures.name) {
        tables.push(&measures);
    }
    let mut text = match request.format {
        Format::Csv => {
            known(&tables, &request.tables)?;
            csv(&comparison, &page)
        }
        format => printed(&tables, format, &request.tables)?,
    };
    if page.tables.is_empty() {
        page.tables.push(measures);
    }
    if let Some((out, destination)) = destination {
        page.missing.iter().for_each(|missing| say!("{missing}"));
        destination.write(&Files::of(&comparison, page)?)?;
        let html = out.join("compare.html");
        let written = format!("Written: {} (open {} in a browser)", out.display(), html.display());
        match request.format {
            Format::Text => text += &format!("\n{written}\n"),
            // Standard output holds what was asked for and nothing else.
            Format::Markdown | Format::Latex | Format::Csv => say!("{written}"),
        }
    }
    print(&text)
}

/// The tables that are asked for.
fn printed(
    tables: &[&ComparisonTable],
    format: Format,
    asked: &[String],
) -> Result<String, Failure> {
    known(tables, asked)?;
    let wanted = |table: &&&ComparisonTable| match asked {
        [] => table.printed,
        asked => asked.iter().any(|name| name == ALL || name == table.name),
    };
    let render = |table: &&ComparisonTable| match format {
        Format::Markdown => table.table.to_markdown(),
        Format::Latex => table.table.to_latex(),
        Format::Text | Format::Csv => table.table.to_string(),
    };
    let tables: Vec<String> = tables.iter().filter(wanted).map(render).collect();
    Ok(tables.join("\n\n"))
}

/// Refuses names of tables that there are not.
fn known(tables: &[&ComparisonTable], asked: &[String]) -> Result<(), Failure> {
    let names = || tables.iter().map(|table| table.name);
    if let Some(unknown) = asked.iter().find(|name| *name != ALL && !names().any(|n| n == *name)) {
        let names: Vec<&str> = names().chain([ALL]).collect();
        let names = names.join(", ");
        return Err(Failure::usage(anyhow!(
            "--table {unknown}: there is no such table; there are {names}"
        )));
    }
    Ok(())
}
