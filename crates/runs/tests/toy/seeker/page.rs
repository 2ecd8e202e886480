//! What is shown of a run.

use gradroute_runs::figures::{Canvas, Color, FigureError};
use gradroute_runs::table::{Cell, Column, Section, Table};
use gradroute_runs::{Figure, Page, Verdict};

use super::judged::Results;
use super::numbers::Numbers;
use super::world::World;

/// A table and a figure of the cells.
pub fn page(world: &World, numbers: &Numbers, results: &Results) -> Result<Page, FigureError> {
    let Results { found, anywhere, .. } = results;
    let comparison = if found > anywhere { "more than" } else { "no more than" };
    let text = format!("The walkers find {found:.3}, {comparison} {anywhere:.3} by chance");
    Ok(Page {
        verdict: Some(Verdict { text, holds: Some(found > anywhere) }),
        reading: vec![("cell".to_owned(), "a place on the ring".to_owned())],
        figures: vec![visits(world)],
        tables: vec![("Cells".to_owned(), table(world, numbers, results))],
    })
}

fn table(world: &World, numbers: &Numbers, results: &Results) -> Table {
    let column = |name: &str| Column { group: String::new(), name: name.to_owned() };
    let row = |(cell, number): (usize, &f32)| {
        let (visits, value) = (world.visits(cell), results.values[cell]);
        [format!("{cell}"), format!("{number:.3}"), format!("{value:.3}"), format!("{visits}")]
            .map(Cell::plain)
            .to_vec()
    };
    Table {
        caption: "The cells at the run's end".to_owned(),
        columns: ["cell", "number", "value", "visits"].map(column).to_vec(),
        sections: vec![Section {
            heading: String::new(),
            rows: numbers.iter().enumerate().map(row).collect(),
        }],
        notes: vec![format!("score {:.3}", world.score())],
    }
}

/// How often the walkers were in each cell.
pub fn visits(world: &World) -> Figure {
    let mut canvas = Canvas::new((320.0, 120.0));
    let cells = super::numbers::CELLS;
    let most = (0..cells).map(|cell| world.visits(cell)).max().unwrap_or(0).max(1);
    for cell in 0..cells {
        let height = 80.0 * world.visits(cell) as f32 / most as f32;
        canvas.fill((20.0 + 24.0 * cell as f32, 100.0 - height), (18.0, height), Color::BLUE);
    }
    Figure::new("visits", "How often each cell was visited", canvas)
}
