//! Finding the folder with the data set.

use std::path::{Path, PathBuf};

use super::set::{ImageSet, Role};

/// A folder that holds the four files of a data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The folder.
    pub directory: PathBuf,
    /// The files, in the order of [`Role::ALL`].
    pub files: [PathBuf; 4],
    /// Whether the user named the folder; one that was found is taken for the set that was looked
    /// for.
    pub given: bool,
}

/// There is no data set where it was looked for.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.text())]
pub struct NotFound {
    set: &'static ImageSet,
    given: bool,
    /// Folders looked into, each with the first file that it lacks.
    looked: Vec<(PathBuf, Option<&'static str>)>,
}

impl NotFound {
    fn text(&self) -> String {
        let mut text = if self.given {
            "there is no data set:".to_owned()
        } else {
            let ImageSet { name, folder, .. } = self.set;
            format!("{name} not found; looked for a folder {folder} in these places:")
        };
        for (folder, missing) in &self.looked {
            text += &match missing {
                Some(file) => format!("\n  {} lacks {file} (or {file}.gz)", folder.display()),
                None if folder.exists() => format!("\n  {} is no folder", folder.display()),
                None => format!("\n  {} is not there", folder.display()),
            };
        }
        text += if self.given {
            "\nA data set is four IDX files with MNIST's names, gzipped or not."
        } else {
            "\nRun inside the project's folder, or give a folder with the four files by --data."
        };
        text
    }
}

/// Finds the data set: in `given` if the user named a folder, else at the set's own folder under
/// the current folder or one of its parents, under the parents of the executable, or under those of
/// `compiled_in`, which is `env!("CARGO_MANIFEST_DIR")` of the calling crate.
///
/// # Errors
/// When there is none; the message lists the places.
pub fn locate(
    set: &'static ImageSet,
    given: Option<&Path>,
    compiled_in: &str,
) -> Result<Location, NotFound> {
    match given {
        Some(folder) => search(set, vec![folder.to_owned()], true),
        None => search(set, places(set, compiled_in), false),
    }
}

fn places(set: &ImageSet, compiled_in: &str) -> Vec<PathBuf> {
    let current = std::env::current_dir().ok();
    let executable = std::env::current_exe().ok();
    let starts =
        current.iter().map(PathBuf::as_path).chain(executable.iter().map(PathBuf::as_path));
    let above = starts.chain([Path::new(compiled_in)]).flat_map(Path::ancestors);
    let mut places: Vec<PathBuf> = Vec::new();
    for folder in above.map(|folder| folder.join(set.folder)) {
        if !places.contains(&folder) {
            places.push(folder);
        }
    }
    places
}

/// Takes the first folder that has all four files. One that is there but lacks
/// a file is passed over too: the message will name what it lacks.
fn search(
    set: &'static ImageSet,
    folders: Vec<PathBuf>,
    given: bool,
) -> Result<Location, NotFound> {
    let mut looked = Vec::new();
    for directory in folders {
        match files_in(&directory) {
            Ok(files) => return Ok(Location { directory, files, given }),
            Err(missing) => {
                let missing = directory.is_dir().then_some(missing);
                looked.push((directory, missing));
            }
        }
    }
    Err(NotFound { set, given, looked })
}

fn files_in(directory: &Path) -> Result<[PathBuf; 4], &'static str> {
    let mut files: [PathBuf; 4] = Default::default();
    for (file, role) in files.iter_mut().zip(Role::ALL) {
        let name = role.canonical_name();
        // Some mirrors write `train-images.idx3-ubyte`.
        let dotted = name.replacen("-idx", ".idx", 1);
        *file = [name.to_owned(), format!("{name}.gz"), dotted.clone(), format!("{dotted}.gz")]
            .iter()
            .map(|name| directory.join(name))
            .find(|path| path.is_file())
            .ok_or(name)?;
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    static SET: ImageSet =
        ImageSet { name: "TINY", folder: "data/tiny", classes: 10, sha256: ["0"; 4] };

    #[test]
    fn names_with_and_without_gz_and_dots_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let names = [
            "train-images.idx3-ubyte",
            "train-labels-idx1-ubyte.gz",
            "t10k-images-idx3-ubyte",
            "t10k-labels.idx1-ubyte.gz",
        ];
        names.iter().for_each(|name| std::fs::write(folder.path().join(name), "").unwrap());
        let location = locate(&SET, Some(folder.path()), "").unwrap();
        assert_eq!(location.files, names.map(|name| folder.path().join(name)));
        assert!(location.given);
    }

    #[test]
    fn the_message_lists_each_place_and_what_it_lacks() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty");
        std::fs::create_dir(&empty).unwrap();
        let absent = folder.path().join("absent");
        let message =
            search(&SET, vec![empty.clone(), absent.clone()], false).unwrap_err().to_string();
        let lacks = format!("{} lacks train-images-idx3-ubyte", empty.display());
        assert!(message.contains(&lacks), "{message}");
        assert!(message.contains(&format!("{} is not there", absent.display())), "{message}");
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(message.contains("--data"), "{message}");
        let message = search(&SET, vec![file.clone()], true).unwrap_err().to_string();
        assert!(message.contains(&format!("{} is no folder", file.display())), "{message}");
    }

    #[test]
    fn a_set_is_found_under_the_folder_that_the_program_was_compiled_in() {
        let base = tempfile::tempdir().unwrap();
        let folder = base.path().join("data/tiny");
        std::fs::create_dir_all(&folder).unwrap();
        for role in Role::ALL {
            std::fs::write(folder.join(role.canonical_name()), "").unwrap();
        }
        let inner = base.path().join("crates/mine");
        let location = locate(&SET, None, inner.to_str().unwrap()).unwrap();
        assert_eq!((location.directory, location.given), (folder, false));
    }
}
