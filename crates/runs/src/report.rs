//! The page of a run: one HTML file that needs no other.
//!
//! No scripts, no fonts, nothing fetched; pictures are inlined and a content security policy
//! forbids everything else. It follows the reader's light or dark setting, and so do the pictures;
//! it fits a phone and prints.

use crate::page::{Figure, Page, Verdict};
use crate::table::{Table, escape_html as escape};

/// The page's style. It stands in the page; a server may send it as a file.
pub(crate) const STYLE: &str = include_str!("report/style.css");

/// Everything on the page of a run.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// Title of the page.
    pub title: &'a str,
    /// What the run started from: name and value, in order, such as ("preset", "quick").
    pub origin: &'a [(&'a str, String)],
    /// What the experiment shows.
    pub page: &'a Page,
    /// What it shows of the run's control, if there is one.
    pub control: Option<&'a Page>,
    /// The resolved configuration, as TOML.
    pub settings: &'a str,
    /// What made the run: name and value, in order, such as ("seed", "0").
    pub facts: &'a [(&'a str, String)],
}

impl Report<'_> {
    /// The page. All texts are escaped.
    pub fn to_html(&self) -> String {
        let Page { verdict, reading, figures, tables } = self.page;
        let control = self.control;
        let mut body = format!("<h1>{}</h1>\n", escape(self.title));
        if let Some(verdict) = verdict {
            let other = control.and_then(|control| control.verdict.as_ref());
            body.push_str(&pair(verdict_html(verdict), other.map(verdict_html)));
        }
        body.push_str(&list_html(self.origin));
        if !reading.is_empty() {
            body.push_str("<section>\n<h2>How to read this page</h2>\n");
            if control.is_some() {
                body.push_str(&format!("<p><b>The control</b> {CONTROL}</p>\n"));
            }
            for (term, text) in reading {
                body.push_str(&format!("<p><b>{}</b> {}</p>\n", escape(term), escape(text)));
            }
            body.push_str("</section>\n");
        }
        if !figures.is_empty() {
            body.push_str("<section>\n<h2>Pictures</h2>\n");
            for (figure, i) in figures.iter().zip(1..) {
                let same = |control: &Page| {
                    let number = figures.len() + i;
                    let other = control.figures.iter().find(|other| other.name == figure.name)?;
                    Some(figure_html(other, number))
                };
                body.push_str(&pair(figure_html(figure, i), control.and_then(same)));
            }
            body.push_str("</section>\n");
        }
        for (heading, table) in tables {
            let of_control = |control: &Page| {
                let other = control.tables.iter().find(|(other, _)| other == heading)?;
                Some(table_html(&other.1))
            };
            body.push_str(&format!(
                "<section>\n<h2>{}</h2>\n{}</section>\n",
                escape(heading),
                pair(table_html(table), control.and_then(of_control))
            ));
        }
        body.push_str(&format!(
            "<section>\n<h2>What made this run</h2>\n{}</section>\n\
             <section>\n<h2>Settings</h2>\n<pre tabindex=\"0\">{}</pre>\n</section>\n",
            list_html(self.facts),
            escape(self.settings.trim_end())
        ));
        page(self.title, &body)
    }
}

/// What a control is.
const CONTROL: &str = "is the same run without routing: same settings otherwise, same seed, same \
                       initial weights, same batches. What it shows as well is no effect of routing.";

/// A part of the page, and beside it the same part of the control's.
fn pair(run: String, control: Option<String>) -> String {
    match control {
        None => run,
        Some(control) => format!(
            "<div class=\"pair\">\n<div>\n<h3>This run</h3>\n{run}</div>\n\
             <div>\n<h3>Its control</h3>\n{control}</div>\n</div>\n"
        ),
    }
}

fn verdict_html(verdict: &Verdict) -> String {
    let class = match verdict.holds {
        Some(true) => " holds",
        Some(false) => " fails",
        None => "",
    };
    format!("<p class=\"verdict{class}\">{}</p>\n", escape(&verdict.text))
}

fn table_html(table: &Table) -> String {
    format!("<div class=\"wide\" tabindex=\"0\">\n{}</div>\n", table.to_html())
}

/// Names and values.
fn list_html(items: &[(&str, String)]) -> String {
    let item = |(name, value): &(&str, String)| {
        format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(name), escape(value))
    };
    format!("<dl>\n{}</dl>\n", items.iter().map(item).collect::<String>())
}

/// A `<figure>` with the picture inlined; `number` is that of the figure on its page.
pub fn figure_html(figure: &Figure, number: usize) -> String {
    let svg = figure.drawing.svg_element(&figure.caption, &format!("f{number}-"));
    let caption = escape(&figure.caption);
    format!(
        "<figure>\n<div class=\"wide\" tabindex=\"0\">{svg}</div>\n<figcaption>{caption}</figcaption>\n</figure>\n"
    )
}

/// A whole page in the report's style around `body`, which must be HTML, escaped where it has to
/// be; `title` is plain text.
pub fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n\
         </body>\n</html>\n",
        escape(title)
    )
}

#[cfg(test)]
mod tests;
