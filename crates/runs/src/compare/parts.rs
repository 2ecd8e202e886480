//! The comparison as a page, in Markdown and in HTML.

use super::page::ComparisonPage;
use super::settings::{Comparison, Setting};
use super::table::METHOD;
use crate::config::{Change, Settings};
use crate::page::Figure;
use crate::report::{figure_html, page as html_page};
use crate::table::{Table, escape_html as escape, escape_markdown};

/// The title: which program's runs are compared.
fn title<C: Settings, R>(comparison: &Comparison<C, R>) -> String {
    format!("{}: settings compared", comparison.first().manifest.program())
}

/// A part of the page.
enum Part<'a> {
    Heading(&'a str),
    /// A term that stands out, or none, and a text.
    Paragraph(&'a str, String),
    Item(String, String),
    Figure(&'a Figure),
    Table(&'a Table),
}

/// The page in Markdown, which shows the figures from the files beside it.
pub fn markdown<C: Settings, R>(comparison: &Comparison<C, R>, page: &ComparisonPage) -> String {
    let mut text = format!("# {}\n", title(comparison));
    let mut after_item = false;
    for part in parts(comparison, page) {
        // Items of a list follow each other without a blank line.
        if !(after_item && matches!(part, Part::Item(..))) {
            text.push('\n');
        }
        after_item = matches!(part, Part::Item(..));
        text += &match part {
            Part::Heading(heading) => format!("## {heading}\n"),
            Part::Paragraph("", paragraph) => format!("{}\n", escape_markdown(&paragraph)),
            Part::Paragraph(term, paragraph) => {
                format!("**{}** {}\n", escape_markdown(term), escape_markdown(&paragraph))
            }
            Part::Item(term, item) => {
                format!("- **{}**: {}\n", escape_markdown(&term), escape_markdown(&item))
            }
            Part::Figure(figure) => {
                let caption = escape_markdown(&figure.caption);
                format!("![{caption}]({}.png)\n\n*{caption}*\n", figure.name)
            }
            Part::Table(table) => table.to_markdown(),
        };
    }
    text
}

/// The page in HTML, in the style of a run's report, with everything in one file.
pub fn html<C: Settings, R>(comparison: &Comparison<C, R>, page: &ComparisonPage) -> String {
    let title = title(comparison);
    let mut body = format!("<h1>{}</h1>\n", escape(&title));
    let (mut in_section, mut in_list, mut figures) = (false, false, 0);
    for part in parts(comparison, page) {
        if in_list && !matches!(part, Part::Item(..)) {
            body.push_str("</dl>\n");
            in_list = false;
        }
        match part {
            Part::Heading(heading) => {
                if in_section {
                    body.push_str("</section>\n");
                }
                in_section = true;
                body.push_str(&format!("<section>\n<h2>{}</h2>\n", escape(heading)));
            }
            Part::Paragraph("", text) => body.push_str(&format!("<p>{}</p>\n", escape(&text))),
            Part::Paragraph(term, text) => {
                body.push_str(&format!("<p><b>{}</b> {}</p>\n", escape(term), escape(&text)));
            }
            Part::Item(term, text) => {
                if !in_list {
                    body.push_str("<dl>\n");
                    in_list = true;
                }
                let (term, text) = (escape(&term), escape(&text));
                body.push_str(&format!("<div><dt>{term}</dt><dd>{text}</dd></div>\n"));
            }
            Part::Figure(figure) => {
                figures += 1;
                body.push_str(&figure_html(figure, figures));
            }
            Part::Table(table) => {
                body.push_str(&format!(
                    "<div class=\"wide\" tabindex=\"0\">\n{}</div>\n",
                    table.to_html()
                ));
            }
        }
    }
    if in_list {
        body.push_str("</dl>\n");
    }
    if in_section {
        body.push_str("</section>\n");
    }
    html_page(&title, &body)
}

fn parts<'a, C: Settings, R>(
    comparison: &'a Comparison<C, R>,
    page: &'a ComparisonPage,
) -> Vec<Part<'a>> {
    let settings = &comparison.settings;
    let mut parts = vec![Part::Heading("What is compared")];
    parts.extend(settings.iter().map(|setting| Part::Item(setting.name.clone(), about(setting))));
    if !comparison.shared_changes.is_empty() {
        let changes = format!("changed in the preset: {}", comparison.shared_changes.join(", "));
        parts.push(Part::Item("in all runs".to_owned(), changes));
    }
    parts.push(Part::Heading("How to read this page"));
    let reading = page.reading.iter().map(|(term, text)| Part::Paragraph(term, text.clone()));
    parts.extend(reading);
    let intervals = format!("Runs of a setting differ in their seed only. {METHOD}");
    parts.push(Part::Paragraph("Runs and intervals.", intervals));
    if !page.figures.is_empty() || !page.missing.is_empty() {
        parts.push(Part::Heading("Pictures"));
        parts.extend(page.figures.iter().map(Part::Figure));
        parts.extend(page.missing.iter().map(|text| Part::Paragraph("", text.clone())));
    }
    for tables in page.tables.chunk_by(|a, b| a.heading == b.heading) {
        parts.push(Part::Heading(&tables[0].heading));
        parts.extend(tables.iter().map(|table| Part::Table(&table.table)));
    }
    if !page.published.is_empty() {
        parts.push(Part::Heading("Published results"));
        let item = |(name, source): &(String, String)| Part::Item(name.clone(), source.clone());
        parts.extend(page.published.iter().map(item));
    }
    parts.push(Part::Heading("The runs"));
    for setting in settings {
        parts.extend(setting.runs.iter().map(|run| {
            let manifest = &run.manifest;
            Part::Item(
                run.folder().display().to_string(),
                format!(
                    "{}, seed {}: {} steps, {} {}, weights SHA-256 {}",
                    setting.name,
                    run.seed(),
                    manifest.steps,
                    manifest.program(),
                    manifest.version,
                    manifest.weights_sha256
                ),
            )
        }));
    }
    parts
}

fn about<C: Settings, R>(setting: &Setting<C, R>) -> String {
    let runs = match setting.runs.len() {
        1 => format!("1 run, seed {}", setting.seeds()),
        count => format!("{count} runs, seeds {}", setting.seeds()),
    };
    let changes = setting.changes.iter().map(Change::to_string).collect::<Vec<_>>();
    let of_preset = match &changes[..] {
        [] => format!("{runs}, of preset {}", setting.preset),
        changes => format!("{runs}, of preset {} with {}", setting.preset, changes.join("; ")),
    };
    match &setting.description {
        None => of_preset,
        // It would be taken for a description of the runs.
        Some(preset) if !changes.is_empty() => format!("{of_preset}. Unchanged, it is: {preset}"),
        Some(preset) => format!("{of_preset}: {preset}"),
    }
}
