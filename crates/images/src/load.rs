//! The four files of a data set, read and checked against each other.

use std::path::{Path, PathBuf};

use super::dataset::{Dataset, DatasetError};
use super::idx::{self, IdxError, Images, Labels};
use super::locate::{Location, NotFound};
use super::set::{ImageSet, Role};

/// A data set: what to train on, what to test on, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// To train on.
    pub train: Dataset,
    /// To test on.
    pub test: Dataset,
    /// Where it came from.
    pub source: Source,
}

/// Where a data set came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The set that was looked for.
    pub set: &'static ImageSet,
    /// The folder.
    pub directory: PathBuf,
    /// The four files, in the order of [`Role::ALL`].
    pub files: [FileRecord; 4],
    /// Training images in the files.
    pub train: usize,
    /// How many of them were asked for, where not all were.
    pub limit: Option<usize>,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRecord {
    /// What is in it.
    pub role: Role,
    /// Its path.
    pub path: PathBuf,
    /// SHA-256 of its uncompressed bytes, in hexadecimal.
    pub sha256: String,
}

impl Source {
    /// Whether all four files are those of the set, by their hashes.
    pub fn is_canonical(&self) -> bool {
        self.others().next().is_none()
    }

    /// The files that are not those of the set, by their hashes.
    fn others(&self) -> impl Iterator<Item = (&FileRecord, &'static str)> {
        let expected = self.files.iter().zip(self.set.sha256);
        expected.filter(|(file, sha256)| file.sha256 != *sha256)
    }

    /// What the set is, in a line, where it lies, and whether it has fewer images than were asked for.
    pub fn describe(&self) -> String {
        let (name, directory) = (self.set.name, self.directory.display());
        let other: Vec<&str> = self.others().map(|(file, _)| file.role.canonical_name()).collect();
        let set = match other.len() {
            0 => format!("{name} from {directory}, checked by SHA-256"),
            4 => format!("the data set in {directory}, which is not {name}"),
            _ => format!(
                "the data set in {directory}, which is not canonical {name}: {} differ",
                other.join(", ")
            ),
        };
        match self.limit.filter(|&limit| limit > self.train) {
            Some(limit) => format!(
                "{set}; note: its {} training images are fewer than the limit of {limit} \
                 (data.limit), and all are used",
                self.train
            ),
            None => set,
        }
    }
}

/// Why a data set can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// There is none.
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// A file is damaged.
    #[error(transparent)]
    Idx(#[from] IdxError),
    /// Images and labels don't fit each other.
    #[error("{} and {} can't be used as a data set", images.display(), labels.display())]
    Dataset {
        /// The file of images.
        images: PathBuf,
        /// The file of labels.
        labels: PathBuf,
        /// What does not fit.
        source: DatasetError,
    },
    /// Train and test images differ in size.
    #[error(
        "{}: training images are {} x {}, test images {} x {}; expected one size, check that both \
         are of the same set", directory.display(), train.0, train.1, test.0, test.1
    )]
    Size {
        /// The folder.
        directory: PathBuf,
        /// Rows and columns of training images.
        train: (usize, usize),
        /// Rows and columns of test images.
        test: (usize, usize),
    },
    /// A file of the project's own set is not the set's.
    #[error(
        "{}: SHA-256 of its uncompressed content is {found}, but {set}'s {name} has {expected}; \
         restore the file, or give another data set with --data", file.display()
    )]
    NotCanonical {
        /// The file.
        file: PathBuf,
        /// The set.
        set: &'static str,
        /// Its canonical name.
        name: &'static str,
        /// Its hash.
        found: String,
        /// The set's.
        expected: &'static str,
    },
}

/// Reads the data set at `location`, keeping the first `limit` training images, or all. One that
/// the program found by itself must be `set`; one that the user named may be any with as many
/// classes or fewer.
///
/// # Errors
/// When a file can't be read, is malformed or does not fit the others, or when a set that must be
/// `set` is not.
pub fn load(
    set: &'static ImageSet,
    location: &Location,
    limit: Option<usize>,
) -> Result<Data, DataError> {
    let [train_images, train_labels, test_images, test_labels] = &location.files;
    let train = Part::read(train_images, train_labels)?;
    let test = Part::read(test_images, test_labels)?;
    let record = |role, path: &PathBuf, sha256: &str| FileRecord {
        role,
        path: path.clone(),
        sha256: sha256.to_owned(),
    };
    let source = Source {
        set,
        directory: location.directory.clone(),
        files: [
            record(Role::TrainImages, train_images, &train.images.sha256),
            record(Role::TrainLabels, train_labels, &train.labels.sha256),
            record(Role::TestImages, test_images, &test.images.sha256),
            record(Role::TestLabels, test_labels, &test.labels.sha256),
        ],
        train: train.labels.labels.len(),
        limit,
    };
    if !location.given
        && let Some((file, expected)) = source.others().next()
    {
        return Err(DataError::NotCanonical {
            file: file.path.clone(),
            set: set.name,
            name: file.role.canonical_name(),
            found: file.sha256.clone(),
            expected,
        });
    }
    let size = |part: &Part| (part.images.rows, part.images.columns);
    if size(&train) != size(&test) {
        let (train, test) = (size(&train), size(&test));
        return Err(DataError::Size { directory: location.directory.clone(), train, test });
    }
    let train = train.into_dataset(train_images, train_labels, set.classes)?.limited(limit);
    let test = test.into_dataset(test_images, test_labels, set.classes)?;
    Ok(Data { train, test, source })
}

struct Part {
    images: Images,
    labels: Labels,
}

impl Part {
    fn read(images: &Path, labels: &Path) -> Result<Self, IdxError> {
        Ok(Self { images: idx::read_images(images)?, labels: idx::read_labels(labels)? })
    }

    fn into_dataset(
        self,
        images: &Path,
        labels: &Path,
        classes: usize,
    ) -> Result<Dataset, DataError> {
        let Images { pixels, rows, columns, .. } = self.images;
        Dataset::new(pixels, self.labels.labels, (rows, columns), classes).map_err(|source| {
            DataError::Dataset { images: images.to_owned(), labels: labels.to_owned(), source }
        })
    }
}

#[cfg(test)]
mod tests;
