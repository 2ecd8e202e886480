//! The folder with a comparison: all of it or nothing.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::csv::csv;
use super::error::CompareError;
use super::page::ComparisonPage;
use super::parts::{html, markdown};
use super::settings::Comparison;
use crate::config::Settings;
use crate::figures::FigureError;
use crate::run::FileError;
use crate::run::atomic::{self, TEMPORARY_PREFIX};

const CSV: &str = "compare.csv";
const MARKDOWN: &str = "compare.md";
const HTML: &str = "compare.html";
const LATEX: &str = "compare.tex";

/// The files of a comparison, by name.
#[derive(Clone, Debug)]
pub struct Files(Vec<(String, Vec<u8>)>);

impl Files {
    /// Tables, pages and pictures.
    ///
    /// # Errors
    /// When a picture has no pixels.
    pub fn of<C: Settings, R>(
        comparison: &Comparison<C, R>,
        page: ComparisonPage,
    ) -> Result<Self, FigureError> {
        let mut files = vec![
            (CSV.to_owned(), csv(comparison, &page).into_bytes()),
            (MARKDOWN.to_owned(), markdown(comparison, &page).into_bytes()),
            (HTML.to_owned(), html(comparison, &page).into_bytes()),
            (LATEX.to_owned(), latex(&page).into_bytes()),
        ];
        for figure in &page.figures {
            files.extend(figure.files()?);
        }
        Ok(Self(files))
    }
}

/// All tables, for a document that takes them in with `\\input`.
fn latex(page: &ComparisonPage) -> String {
    let tables = page.tables.iter().map(|table| table.table.to_latex());
    "% Needs \\usepackage{booktabs}; letters beyond Latin need XeLaTeX or LuaLaTeX.\n\n".to_owned()
        + &tables.collect::<Vec<_>>().join("\n")
}

/// A folder that may be written to.
#[derive(Clone, Debug)]
pub struct Destination {
    folder: PathBuf,
    /// Whether a comparison that is there may go.
    overwrite: bool,
}

impl Destination {
    /// The folder, once it is sure that it is not there, or empty, or that it
    /// holds a comparison that may be overwritten.
    ///
    /// # Errors
    /// When it holds something else.
    pub fn new(folder: &Path, overwrite: bool) -> Result<Self, CompareError> {
        let destination = Self { folder: folder.to_owned(), overwrite };
        destination.check()?;
        Ok(destination)
    }

    /// Writes the files into a new folder beside it, which then takes its place.
    ///
    /// # Errors
    /// When the system says no; the folder is then as it was before.
    pub fn write(&self, files: &Files) -> Result<(), CompareError> {
        let parent = match self.folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent).map_err(FileError::of("create", parent))?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY_PREFIX);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let made =
            builder.tempdir_in(parent).map_err(FileError::of("create a folder in", parent))?;
        for (name, content) in &files.0 {
            atomic::write(&made.path().join(name), content)?;
        }
        // Looked at again: drawing took its time.
        self.check()?;
        let named = |action| FileError::of(action, &self.folder);
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).map_err(named("replace"))?;
        }
        fs::rename(made.path(), &self.folder).map_err(named("create"))?;
        // It has another name now.
        let _ = made.keep();
        Ok(())
    }

    fn check(&self) -> Result<(), CompareError> {
        let occupied = |found: &str, ours| CompareError::Occupied {
            folder: self.folder.clone(),
            found: found.to_owned(),
            ours,
        };
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(_) if self.folder.is_file() => return Err(occupied("is a file", false)),
            entries => entries.map_err(FileError::of("list", &self.folder))?,
        };
        // Pictures have names of the experiment's choice; those that the page shows are ours.
        let page = fs::read_to_string(self.folder.join(MARKDOWN)).unwrap_or_default();
        let mut any = false;
        for entry in entries {
            let entry = entry.map_err(FileError::of("list", &self.folder))?;
            any = true;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let picture = name.strip_suffix(".png").or_else(|| name.strip_suffix(".svg"));
            let ours = [CSV, MARKDOWN, HTML, LATEX].contains(&name.as_ref())
                || picture.is_some_and(|picture| page.contains(&format!("]({picture}.png)")));
            if !ours {
                let found = format!("holds `{name}`, which is not of a comparison");
                return Err(occupied(&found, false));
            }
        }
        if any && !self.overwrite {
            return Err(occupied("holds a comparison", true));
        }
        Ok(())
    }
}
