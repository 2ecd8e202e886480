//! Plain text, aligned with spaces.

use std::fmt;

use super::model::{Cell, Table};

/// Between two columns, and more before a new group of columns.
const GAP: usize = 2;
const GROUP_GAP: usize = 4;

/// Plain text for a terminal or a log: columns aligned, numbers to the right, marked cells
/// followed by an asterisk. Lines end in line feeds, without trailing spaces.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layout = Layout::of(self);
        writeln!(f, "{}", self.caption)?;
        if self.has_groups() {
            writeln!(f, "\n{}", layout.group_line(self))?;
        } else {
            writeln!(f)?;
        }
        let names = self.columns.iter().map(|column| (column.name.as_str(), false));
        writeln!(f, "{}", layout.line(names))?;
        for section in &self.sections {
            if !section.heading.is_empty() {
                writeln!(f, "\n{}", section.heading)?;
            }
            for row in &section.rows {
                let cells = self.cells(row).map(|cell| (cell.text.as_str(), cell.marked));
                writeln!(f, "{}", layout.line(cells))?;
            }
        }
        if !self.notes.is_empty() {
            writeln!(f)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "{note}"))
    }
}

/// Where the columns stand.
struct Layout {
    /// Characters before each column.
    gaps: Vec<usize>,
    /// Characters of its widest cell, without the mark.
    widths: Vec<usize>,
    /// Whether a place for the mark follows.
    marks: Vec<bool>,
}

impl Layout {
    fn of(table: &Table) -> Layout {
        let rows = || table.sections.iter().flat_map(|section| &section.rows);
        let cells = |i: usize| rows().filter_map(move |row| row.get(i));
        let width_of = |cell: &Cell| cell.text.chars().count();
        let count = table.columns.len();
        let marks: Vec<bool> = (0..count).map(|i| cells(i).any(|cell| cell.marked)).collect();
        let widths = (0..count)
            .map(|i| {
                let name = table.columns[i].name.chars().count();
                cells(i).map(width_of).max().unwrap_or(0).max(name)
            })
            .collect();
        let gaps = (0..count)
            .map(|i| match i {
                0 => 0,
                _ if table.columns[i].group == table.columns[i - 1].group => GAP,
                _ => GROUP_GAP,
            })
            .collect();
        let mut layout = Layout { gaps, widths, marks };
        layout.widen_for_groups(table);
        layout
    }

    /// Columns first to last, and the characters that they take together.
    fn span(&self, first: usize, count: usize) -> usize {
        let columns = first..first + count;
        let inner: usize = columns.clone().skip(1).map(|i| self.gaps[i]).sum();
        inner + columns.map(|i| self.widths[i] + usize::from(self.marks[i])).sum::<usize>()
    }

    /// Gives the first column of a group whose name is wider than its columns what is missing.
    fn widen_for_groups(&mut self, table: &Table) {
        let mut first = 0;
        for (group, count) in table.column_groups() {
            // Two more for the spaces around the name.
            let width = if group.is_empty() { 0 } else { group.chars().count() + 2 };
            let missing = width.saturating_sub(self.span(first, count));
            self.widths[first] += missing;
            first += count;
        }
    }

    fn group_line(&self, table: &Table) -> String {
        let mut line = String::new();
        let mut first = 0;
        for (group, count) in table.column_groups() {
            line.push_str(&" ".repeat(self.gaps[first]));
            let mark = usize::from(self.marks[first + count - 1]);
            let width = self.span(first, count) - mark;
            // A rule across its columns shows which ones belong to a group.
            let name = if group.is_empty() { String::new() } else { format!(" {group} ") };
            let rule = if group.is_empty() { ' ' } else { '-' };
            let missing = width.saturating_sub(name.chars().count());
            line.extend(std::iter::repeat_n(rule, missing / 2));
            line.push_str(&name);
            line.extend(std::iter::repeat_n(rule, missing - missing / 2));
            line.extend(std::iter::repeat_n(' ', mark));
            first += count;
        }
        line.trim_end().to_owned()
    }

    fn line<'a>(&self, cells: impl Iterator<Item = (&'a str, bool)>) -> String {
        let mut line = String::new();
        for (i, (text, marked)) in cells.enumerate() {
            let (gap, width) = (self.gaps[i], self.widths[i]);
            line.push_str(&" ".repeat(gap));
            match i {
                0 => line.push_str(&format!("{text:<width$}")),
                _ => line.push_str(&format!("{text:>width$}")),
            }
            if self.marks[i] {
                line.push(if marked { '*' } else { ' ' });
            }
        }
        line.trim_end().to_owned()
    }
}
