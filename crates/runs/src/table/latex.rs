//! LaTeX, with the lines of the package booktabs.

use super::model::Table;

impl Table {
    /// A `table` environment for a document with `\usepackage{booktabs}`: caption above, grouped
    /// heads, notes below, marked cells bold. Everything is escaped.
    pub fn to_latex(&self) -> String {
        let columns = self.columns.len();
        let align = |i| if i == 0 { 'l' } else { 'r' };
        let mut text = format!(
            "\\begin{{table}}\n\\centering\n\\caption{{{}}}\n\\begin{{tabular}}{{{}}}\n\\toprule\n",
            escape_latex(&self.caption),
            (0..columns).map(align).collect::<String>()
        );
        if self.has_groups() {
            let (mut at, mut heads, mut rules) = (1, Vec::new(), String::new());
            for (group, span) in self.column_groups() {
                heads.push(format!("\\multicolumn{{{span}}}{{c}}{{{}}}", escape_latex(group)));
                if !group.is_empty() {
                    rules += &format!("\\cmidrule(lr){{{at}-{}}}", at + span - 1);
                }
                at += span;
            }
            text += &format!("{} \\\\\n{rules}\n", heads.join(" & "));
        }
        let heads: Vec<String> = self.columns.iter().map(|c| escape_latex(&c.name)).collect();
        text += &format!("{} \\\\\n", heads.join(" & "));
        for section in &self.sections {
            text.push_str("\\midrule\n");
            if !section.heading.is_empty() {
                let heading = escape_latex(&section.heading);
                text += &format!("\\multicolumn{{{columns}}}{{l}}{{\\emph{{{heading}}}}} \\\\\n");
            }
            for row in &section.rows {
                let cells = self.cells(row).map(|cell| match cell.marked {
                    true => format!("\\textbf{{{}}}", escape_latex(&cell.text)),
                    false => escape_latex(&cell.text),
                });
                text += &format!("{} \\\\\n", cells.collect::<Vec<_>>().join(" & "));
            }
        }
        text.push_str("\\bottomrule\n\\end{tabular}\n");
        for note in &self.notes {
            text += &format!("\\par\\smallskip{{\\footnotesize {}\\par}}\n", escape_latex(note));
        }
        text + "\\end{table}\n"
    }
}

/// Text that LaTeX prints as it stands; line breaks become spaces. Characters beyond ASCII stay,
/// but for those that pdfLaTeX does not know by itself.
fn escape_latex(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = ' ';
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '<' => escaped.push_str("\\textless{}"),
            '>' => escaped.push_str("\\textgreater{}"),
            '|' => escaped.push_str("\\textbar{}"),
            '`' => escaped.push_str("\\`{}"),
            '{' | '}' | '$' | '&' | '#' | '_' | '%' => {
                escaped.push('\\');
                escaped.push(character);
            }
            // Behind the end of a row these would be options of it.
            '[' | '*' => escaped.push_str(&format!("{{{character}}}")),
            // Two of them would become one longer dash.
            '-' if before == '-' => escaped.push_str("{}-"),
            '\n' | '\r' => escaped.push(' '),
            '±' => escaped.push_str("$\\pm$"),
            '×' => escaped.push_str("$\\times$"),
            '−' => escaped.push_str("$-$"),
            '↳' => escaped.push_str("$\\hookrightarrow$"),
            '≤' => escaped.push_str("$\\leq$"),
            '≥' => escaped.push_str("$\\geq$"),
            '→' => escaped.push_str("$\\rightarrow$"),
            '²' => escaped.push_str("$^2$"),
            _ => escaped.push(character),
        }
        before = character;
    }
    escaped
}
