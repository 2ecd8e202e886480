//! Markdown, in the dialect of GitHub.

use super::model::Table;

impl Table {
    /// A Markdown table: caption above, notes below, marked cells bold. Section headings become
    /// rows of their own, and a column's group stands before its name, because Markdown tables
    /// know neither.
    pub fn to_markdown(&self) -> String {
        let mut text = format!("{}\n\n", escape_markdown(&self.caption));
        let mut line = |cells: Vec<String>| {
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
        };
        line(
            self.columns
                .iter()
                .map(|column| escape_markdown(format!("{} {}", column.group, column.name).trim()))
                .collect(),
        );
        let rule = |i| if i == 0 { "---" } else { "---:" };
        line((0..self.columns.len()).map(|i| rule(i).to_owned()).collect());
        for section in &self.sections {
            if !section.heading.is_empty() {
                let mut cells = vec![String::new(); self.columns.len()];
                if let Some(first) = cells.first_mut() {
                    *first = format!("*{}*", escape_markdown(&section.heading));
                }
                line(cells);
            }
            for row in &section.rows {
                line(
                    self.cells(row)
                        .map(|cell| match (escape_markdown(&cell.text), cell.marked) {
                            (text, true) => format!("**{text}**"),
                            (text, false) => text,
                        })
                        .collect(),
                );
            }
        }
        for note in &self.notes {
            text.push_str(&format!("\n{}\n", escape_markdown(note)));
        }
        text
    }
}

/// Text that Markdown reads neither as markup nor as the end of a cell; line breaks become spaces.
pub fn escape_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '|' | '*' | '_' | '`' | '<' | '>' | '[' | ']' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '\n' | '\r' => escaped.push(' '),
            _ => escaped.push(character),
        }
    }
    escaped
}
