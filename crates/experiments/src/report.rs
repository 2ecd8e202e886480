//! The page of a run: one HTML file that needs no other.
//!
//! No scripts, no fonts, nothing fetched; pictures are inlined and a content security policy
//! forbids everything else. It follows the reader's light or dark setting, fits a phone and
//! prints.

mod reading;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gradroute_runs::table::{Table, escape_html};

pub use reading::Reading;

/// A picture on the page.
#[derive(Clone, Debug)]
pub struct ReportFigure<'a> {
    /// What it shows, for those who can't see it; also its caption.
    pub caption: &'a str,
    /// Bytes of the PNG file, two pixels a point.
    pub png: &'a [u8],
}

/// Everything on the page of a run.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// Title of the page.
    pub title: &'a str,
    /// One line in words: how well the split holds.
    pub verdict: &'a str,
    /// Whether it does; decides the colour of the verdict.
    pub holds: bool,
    /// What the student is told about halves and certificates.
    pub reading: Reading<'a>,
    /// The table of test errors.
    pub table: &'a Table,
    /// The pictures, in order.
    pub figures: &'a [ReportFigure<'a>],
    /// The resolved configuration, as TOML.
    pub settings: &'a str,
    /// What made the run: name and value, in order, such as ("seed", "0").
    pub facts: &'a [(&'a str, String)],
}

impl Report<'_> {
    /// The page. All texts are escaped.
    pub fn to_html(&self) -> String {
        let class = if self.holds { "holds" } else { "fails" };
        let mut body = format!(
            "<h1>{}</h1>\n<p class=\"verdict {class}\">{}</p>\n",
            escape_html(self.title),
            escape_html(self.verdict)
        );
        body.push_str("<section>\n<h2>How to read this page</h2>\n");
        for (term, text) in self.reading.paragraphs() {
            body.push_str(&format!("<p><b>{}</b> {}</p>\n", escape_html(term), escape_html(&text)));
        }
        body.push_str("</section>\n");
        if !self.figures.is_empty() {
            body.push_str("<section>\n<h2>Pictures</h2>\n");
            self.figures.iter().for_each(|figure| body.push_str(&figure.to_html()));
            body.push_str("</section>\n");
        }
        body.push_str("<section>\n<h2>Test errors</h2>\n<div class=\"wide\">\n");
        body.push_str(&self.table.to_html());
        body.push_str("</div>\n</section>\n<section>\n<h2>What made this run</h2>\n<dl>\n");
        for (name, value) in self.facts {
            let (name, value) = (escape_html(name), escape_html(value));
            body.push_str(&format!("<div><dt>{name}</dt><dd>{value}</dd></div>\n"));
        }
        body.push_str(&format!(
            "</dl>\n</section>\n<section>\n<h2>Settings</h2>\n<pre>{}</pre>\n</section>\n",
            escape_html(self.settings.trim_end())
        ));
        page(self.title, &body)
    }
}

impl ReportFigure<'_> {
    /// A `<figure>` with the picture inlined.
    pub fn to_html(&self) -> String {
        let size = match png_size(self.png) {
            Some((width, height)) => {
                format!(" width=\"{}\" height=\"{}\"", width.div_ceil(2), height.div_ceil(2))
            }
            None => String::new(),
        };
        let caption = escape_html(self.caption);
        format!(
            "<figure>\n<div class=\"wide\"><img{size} alt=\"{caption}\" \
             src=\"data:image/png;base64,{}\"></div>\n<figcaption>{caption}</figcaption>\n</figure>\n",
            STANDARD.encode(self.png)
        )
    }
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
         <title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n{body}</main>\n\
         </body>\n</html>\n",
        escape_html(title),
        include_str!("report/style.css"),
    )
}

/// Width and height from the header of a PNG file, where it has one.
fn png_size(png: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(png.get(at..at + 4)?.try_into().ok()?));
    (png.get(12..16)? == b"IHDR").then_some((number(16)?, number(20)?))
}

#[cfg(test)]
mod tests;
