//! What a table holds, whatever it is rendered to.

/// A table of short texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What the table shows, one line.
    pub caption: String,
    /// The columns; the first names the rows.
    pub columns: Vec<Column>,
    /// The rows, in groups with a heading each.
    pub sections: Vec<Section>,
    /// How to read it, one line each.
    pub notes: Vec<String>,
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What this column and its neighbours with the same group have in common; empty for none.
    pub group: String,
    /// Name of the column.
    pub name: String,
}

/// Some rows that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Line above the rows; empty for none.
    pub heading: String,
    /// The rows, a cell for each column. Missing cells are empty, surplus ones are not shown.
    pub rows: Vec<Vec<Cell>>,
}

/// One entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// Whether it stands out: an asterisk in plain text, bold elsewhere.
    pub marked: bool,
}

impl Cell {
    /// A cell that does not stand out.
    pub fn plain(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), marked: false }
    }
}

impl Table {
    /// Neighbouring columns of one group, as (group, number of columns), in order.
    pub(super) fn column_groups(&self) -> Vec<(&str, usize)> {
        let same = |a: &Column, b: &Column| a.group == b.group;
        self.columns.chunk_by(same).map(|run| (run[0].group.as_str(), run.len())).collect()
    }

    pub(super) fn has_groups(&self) -> bool {
        self.columns.iter().any(|column| !column.group.is_empty())
    }

    /// A row's cells, exactly one for each column.
    pub(super) fn cells<'a>(&self, row: &'a [Cell]) -> impl Iterator<Item = &'a Cell> + use<'a> {
        static EMPTY: Cell = Cell { text: String::new(), marked: false };
        let columns = self.columns.len();
        row.iter().chain(std::iter::repeat(&EMPTY)).take(columns)
    }
}
