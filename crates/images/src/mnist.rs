//! MNIST, which is part of the project.

use std::path::Path;

use crate::load::{Data, DataError, load as load_set};
use crate::locate::locate;
use crate::set::ImageSet;

/// MNIST (Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits").
pub static MNIST: ImageSet = ImageSet {
    name: "MNIST",
    folder: "data/mnist",
    classes: 10,
    sha256: [
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ],
};

/// Reads MNIST from the project, or the set in `given`, keeping the first `limit` training images.
///
/// # Errors
/// When it can't be found or read; see [`load`](crate::load()).
pub fn load(given: Option<&Path>, limit: Option<usize>) -> Result<Data, DataError> {
    load_set(&MNIST, &locate(&MNIST, given, env!("CARGO_MANIFEST_DIR"))?, limit)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::locate::Location;

    use super::*;

    #[test]
    fn the_projects_own_mnist_is_found_and_must_be_mnist() {
        let location = locate(&MNIST, None, env!("CARGO_MANIFEST_DIR")).unwrap();
        assert!(location.directory.ends_with(MNIST.folder) && !location.given);
        let data = load(None, Some(5)).unwrap();
        assert!(data.source.is_canonical() && data.train.len() == 5 && data.test.len() == 10_000);
    }

    #[test]
    fn a_named_folder_that_holds_mnist_is_known_as_mnist_and_a_mixed_one_is_not() {
        let mnist = locate(&MNIST, None, env!("CARGO_MANIFEST_DIR")).unwrap();
        let given = Location { given: true, ..mnist.clone() };
        assert!(load_set(&MNIST, &given, Some(5)).unwrap().source.is_canonical());

        let folder = tempfile::tempdir().unwrap();
        for file in &mnist.files {
            fs::copy(file, folder.path().join(file.file_name().unwrap())).unwrap();
        }
        fs::remove_file(folder.path().join("t10k-labels-idx1-ubyte.gz")).unwrap();
        let labels = [&[0, 0, 8, 1, 0, 0, 0x27, 0x10][..], &[3; 10_000]].concat();
        fs::write(folder.path().join("t10k-labels-idx1-ubyte"), labels).unwrap();
        let text = load(Some(folder.path()), Some(5)).unwrap().source.describe();
        assert!(text.contains("not canonical MNIST: t10k-labels-idx1-ubyte differ"), "{text}");
    }
}
