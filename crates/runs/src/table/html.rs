//! HTML, without style of its own.

use std::borrow::Cow;

use super::model::{Cell, Table};

impl Table {
    /// A `<table>` with caption, grouped heads and one `<tbody>` a section; marked cells are
    /// `<td class="marked"><strong>`, notes follow in `<p class="notes">`. Everything is escaped.
    pub fn to_html(&self) -> String {
        let mut html =
            format!("<table>\n<caption>{}</caption>\n<thead>\n", escape_html(&self.caption));
        if self.has_groups() {
            html.push_str("<tr>");
            for (group, span) in self.column_groups() {
                html.push_str(&match group {
                    "" => format!("<td colspan=\"{span}\"></td>"),
                    _ => format!(
                        "<th colspan=\"{span}\" scope=\"colgroup\" class=\"group\">{}</th>",
                        escape_html(group)
                    ),
                });
            }
            html.push_str("</tr>\n");
        }
        html.push_str("<tr>");
        for (i, column) in self.columns.iter().enumerate() {
            let class = self.class(i, false);
            html.push_str(&format!("<th scope=\"col\"{class}>{}</th>", escape_html(&column.name)));
        }
        html.push_str("</tr>\n</thead>\n");
        for section in &self.sections {
            html.push_str("<tbody>\n");
            if !section.heading.is_empty() {
                html.push_str(&format!(
                    "<tr><th colspan=\"{}\" scope=\"rowgroup\" class=\"heading\">{}</th></tr>\n",
                    self.columns.len(),
                    escape_html(&section.heading)
                ));
            }
            for row in &section.rows {
                html.push_str("<tr>");
                let cells = self.cells(row).enumerate();
                cells.for_each(|(i, cell)| html.push_str(&self.cell(i, cell)));
                html.push_str("</tr>\n");
            }
            html.push_str("</tbody>\n");
        }
        html.push_str("</table>\n");
        if !self.notes.is_empty() {
            let notes: Vec<String> =
                self.notes.iter().map(|note| escape_html(note).into_owned()).collect();
            html.push_str(&format!("<p class=\"notes\">{}</p>\n", notes.join("<br>\n")));
        }
        html
    }

    fn cell(&self, i: usize, cell: &Cell) -> String {
        let text = escape_html(&cell.text);
        let class = self.class(i, cell.marked);
        match (i, cell.marked) {
            (0, _) => format!("<th scope=\"row\">{text}</th>"),
            (_, true) => format!("<td{class}><strong>{text}</strong></td>"),
            (_, false) => format!("<td{class}>{text}</td>"),
        }
    }

    /// The class attribute of a cell in column `i`: whether a group starts there, and its mark.
    fn class(&self, i: usize, marked: bool) -> &'static str {
        let starts_group = i > 0 && self.columns[i].group != self.columns[i - 1].group;
        match (starts_group, marked) {
            (true, true) => " class=\"group marked\"",
            (true, false) => " class=\"group\"",
            (false, true) => " class=\"marked\"",
            (false, false) => "",
        }
    }
}

/// Text as the content of an HTML element or of a quoted attribute.
pub fn escape_html(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
}
