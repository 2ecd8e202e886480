//! The comparison as a page, in Markdown and in HTML.

use gradroute_runs::table::{Table, escape_html, escape_markdown};

use super::tables::{METHOD, PAPERS_SPREAD};
use super::{Comparison, Pictures, Setting, SettingLosses, Weighting, digit_table, group_table};
use crate::report::{ReportFigure, page};

const TITLE: &str = "gradroute: settings compared";

/// A part of the page.
enum Part<'a> {
    Heading(&'static str),
    /// A term that stands out, or none, and a text.
    Paragraph(&'static str, String),
    Item(String, String),
    Figure(&'a super::CompareFigure),
    Table(Table),
}

/// The page in Markdown, which shows the figures from the files beside it.
pub fn markdown(comparison: &Comparison, losses: &[SettingLosses], pictures: &Pictures) -> String {
    let mut text = format!("# {TITLE}\n");
    let mut after_item = false;
    for part in parts(comparison, losses, pictures) {
        // Items of a list follow each other without a blank line.
        if !(after_item && matches!(part, Part::Item(..))) {
            text.push('\n');
        }
        after_item = matches!(part, Part::Item(..));
        text += &match part {
            Part::Heading(heading) => format!("## {heading}\n"),
            Part::Paragraph("", paragraph) => format!("{}\n", escape_markdown(&paragraph)),
            Part::Paragraph(term, paragraph) => {
                format!("**{term}** {}\n", escape_markdown(&paragraph))
            }
            Part::Item(term, item) => {
                format!("- **{}**: {}\n", escape_markdown(&term), escape_markdown(&item))
            }
            Part::Figure(figure) => {
                let caption = escape_markdown(&figure.caption);
                format!("![{caption}]({})\n\n*{caption}*\n", figure.file)
            }
            Part::Table(table) => table.to_markdown(),
        };
    }
    text
}

/// The page in HTML, in the style of a run's report, with everything in one file.
pub fn html(comparison: &Comparison, losses: &[SettingLosses], pictures: &Pictures) -> String {
    let mut body = format!("<h1>{TITLE}</h1>\n");
    let (mut in_section, mut in_list) = (false, false);
    for part in parts(comparison, losses, pictures) {
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
                body.push_str(&format!("<section>\n<h2>{heading}</h2>\n"));
            }
            Part::Paragraph("", text) => body.push_str(&format!("<p>{}</p>\n", escape_html(&text))),
            Part::Paragraph(term, text) => {
                body.push_str(&format!("<p><b>{term}</b> {}</p>\n", escape_html(&text)));
            }
            Part::Item(term, text) => {
                if !in_list {
                    body.push_str("<dl>\n");
                    in_list = true;
                }
                let (term, text) = (escape_html(&term), escape_html(&text));
                body.push_str(&format!("<div><dt>{term}</dt><dd>{text}</dd></div>\n"));
            }
            Part::Figure(figure) => {
                let figure = ReportFigure { caption: &figure.caption, png: &figure.png };
                body.push_str(&figure.to_html());
            }
            Part::Table(table) => {
                body.push_str(&format!("<div class=\"wide\">\n{}</div>\n", table.to_html()));
            }
        }
    }
    if in_list {
        body.push_str("</dl>\n");
    }
    if in_section {
        body.push_str("</section>\n");
    }
    page(TITLE, &body)
}

fn parts<'a>(
    comparison: &Comparison,
    losses: &[SettingLosses],
    pictures: &'a Pictures,
) -> Vec<Part<'a>> {
    let settings = &comparison.settings;
    let paragraph = |text: &str| Part::Paragraph("", text.to_owned());
    let mut parts = vec![Part::Heading("What is compared")];
    parts.extend(settings.iter().map(|setting| Part::Item(setting.name.clone(), about(setting))));
    if !comparison.shared_changes.is_empty() {
        let changes = format!("changed in the preset: {}", comparison.shared_changes.join(", "));
        parts.push(Part::Item("in all runs".to_owned(), changes));
    }
    parts.push(Part::Heading("How to read this page"));
    parts.push(Part::Paragraph("Certificates.", CERTIFICATES.to_owned()));
    parts.push(Part::Paragraph("Errors.", ERRORS.to_owned()));
    let intervals =
        format!("Runs of a setting differ in their seed only. {METHOD} {PAPERS_SPREAD}");
    parts.push(Part::Paragraph("Runs and intervals.", intervals));
    parts.push(Part::Heading("Pictures"));
    parts.extend(pictures.figures.iter().map(Part::Figure));
    parts.extend(pictures.missing.iter().map(|text| paragraph(text)));
    parts.push(Part::Heading("Errors on each half's digits"));
    for weighting in Weighting::BOTH {
        parts.push(Part::Table(group_table(comparison, weighting)));
    }
    parts.push(Part::Heading("Errors digit by digit"));
    parts.push(Part::Table(digit_table(comparison)));
    if !losses.is_empty() {
        parts.push(Part::Heading("Training losses beside published ones"));
        parts.extend(losses.iter().map(|losses| Part::Table(losses.table())));
    }
    let mut sources: Vec<_> = settings.iter().flat_map(|s| comparison.published(s)).collect();
    sources.dedup();
    if !sources.is_empty() {
        parts.push(Part::Heading("Published results"));
        parts.extend(sources.iter().map(|result| {
            Part::Item(format!("{}: {}", result.preset, result.label), result.source.clone())
        }));
    }
    parts.push(Part::Heading("The runs"));
    for setting in settings {
        parts.extend(setting.runs.iter().map(|run| {
            let manifest = &run.manifest;
            Part::Item(
                run.directory.root().display().to_string(),
                format!(
                    "{}, seed {}: {} steps, gradroute {}, weights SHA-256 {}",
                    setting.name,
                    run.seed(),
                    manifest.steps,
                    manifest.version,
                    manifest.weights_sha256
                ),
            )
        }));
    }
    parts
}

fn about(setting: &Setting) -> String {
    let runs = match setting.runs.len() {
        1 => format!("1 run, seed {}", setting.seeds()),
        count => format!("{count} runs, seeds {}", setting.seeds()),
    };
    match setting.description() {
        None => runs,
        Some(description) => format!("{runs}. Preset {}: {description}", setting.preset),
    }
}

const CERTIFICATES: &str = "A certificate is a decoder of its own that sees one half of the encoding only, and sends no \
     gradient back into it. What it can't draw, it could not find in its half. So a split by digits \
     shows where each certificate is good on the digits of its own half, and no better than \
     knowing nothing on the other half's.";

const ERRORS: &str = "MAE is the mean over samples and pixels of |x - y|, MSE of (x - y)^2, on the test set, with \
     pixels in [-1, 1]. Decoders are trained by MAE, and one that knows nothing of an image then \
     draws the median image of the training set: its errors are the dashed lines in the pictures. \
     By MSE the mean image is better still, so a certificate can be somewhat below the line and \
     know nothing; the tables have both.";
