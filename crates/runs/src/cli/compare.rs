//! `compare`.

use anyhow::anyhow;

use super::arguments::Format;
use super::commands::CompareRequest;
use super::failure::Failure;
use super::print::print;
use super::start::{load_again, tell};
use crate::compare::{
    Comparison, ComparisonPage, ComparisonTable, Destination, Files, MOST_FIGURES, Over, csv,
    differing_keys, measure_table,
};
use crate::config::{self, Settings};
use crate::console::say;
use crate::experiment::Experiment;

/// The name that asks for every table.
const ALL: &str = "all";

/// The most settings of a sweep for which an experiment's own page of a comparison is made, which has
/// a row or a picture for each.
const MOST_SETTINGS: usize = 16;

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
            let (data, inputs) = load_again::<E>(config, given, record, first.folder())?;
            tell(&inputs);
            Some(data)
        }
        None => None,
    };
    let over = over(request, &comparison)?;
    let too_many = !over.is_empty() && comparison.settings.len() > MOST_SETTINGS;
    let mut page = match too_many {
        true => ComparisonPage::default(),
        false => E::compare(&comparison, data.as_ref())?,
    };
    add(&mut page, &over, &comparison, data.is_some())?;
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

/// The keys over which measures are shown: those that are asked for, else those that a sweep varies,
/// the numbers among them if there are some.
fn over<C: Settings, R>(
    request: &CompareRequest,
    comparison: &Comparison<C, R>,
) -> Result<Vec<Over>, Failure> {
    let differing;
    let swept = if request.swept.is_empty() {
        differing = differing_keys(comparison);
        &differing
    } else {
        &request.swept
    };
    let one = |key: &String| Over::new(comparison, key, swept);
    if request.over.is_empty() {
        let mut over: Vec<Over> = request.swept.iter().filter_map(one).collect();
        // Over what is no number there is no curve; such keys tell the curves apart.
        if over.iter().any(Over::is_of_numbers) {
            over.retain(Over::is_of_numbers);
        } else if matches!(&over[..], [only] if only.is_of_presets()) {
            // That is what the experiment's own page shows, and better.
            over.clear();
        }
        return Ok(over);
    }
    let asked = |key: &String| {
        one(key).ok_or_else(|| {
            let among = match swept.is_empty() {
                true => "nothing but their seeds".to_owned(),
                false => swept.join(", "),
            };
            let all = config::keys(&comparison.first().resolved.config);
            let known = all.keys().map(String::as_str);
            let why = match config::nearest(key, known.clone()) {
                _ if key.ends_with(".seed") && all.contains_key(key) => {
                    "runs that differ in their seed only are one setting, over which the means and \
                     intervals are"
                        .to_owned()
                }
                _ if known.clone().any(|known| known == key) || key == "preset" => {
                    "all runs have one value of it".to_owned()
                }
                Some(nearest) => format!("there is no such key; did you mean {nearest}?"),
                None => match known.clone().find(|known| known.ends_with(&format!(".{key}"))) {
                    Some(whole) => format!("there is no such key; did you mean {whole}?"),
                    None => "there is no such key".to_owned(),
                },
            };
            Failure::usage(anyhow!("--over {key}: {why}; what differs between the runs is {among}"))
        })
    };
    request.over.iter().map(asked).collect()
}

/// Adds what is shown over keys. It comes first, and is what is printed.
fn add<C: Settings, R>(
    page: &mut ComparisonPage,
    over: &[Over],
    comparison: &Comparison<C, R>,
    draws: bool,
) -> Result<(), Failure> {
    if over.is_empty() {
        return Ok(());
    }
    page.tables.iter_mut().for_each(|table| table.printed = false);
    let tables = over.iter().flat_map(|over| over.tables(comparison));
    page.tables.splice(0..0, tables);
    if !draws {
        return Ok(());
    }
    let mut figures = Vec::new();
    for over in over {
        figures.extend(over.figures(comparison)?);
        let all = over.number_of_figures(comparison);
        if all > MOST_FIGURES {
            page.missing.push(format!(
                "Of {all} pictures over {}, the first {MOST_FIGURES} are drawn; the numbers of all \
                 are in compare.csv.",
                over.key
            ));
        }
    }
    page.figures.splice(0..0, figures);
    Ok(())
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
