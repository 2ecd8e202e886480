use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::locate::locate;

static SET: ImageSet = ImageSet {
    name: "MNIST",
    folder: "data/mnist",
    classes: 10,
    sha256: ["ba891046", "1", "2", "3"],
};

fn given(folder: &Path) -> Location {
    locate(&SET, Some(folder), "").unwrap()
}

fn idx(dimensions: &[u32], content: &[u8]) -> Vec<u8> {
    let magic = 0x0800 + dimensions.len() as u32;
    let header = std::iter::once(&magic).chain(dimensions).flat_map(|n| n.to_be_bytes());
    header.chain(content.iter().copied()).collect()
}

/// A set of 3 training and 2 test images of 2 x 2 pixels, raw and gzipped in turn.
fn small_set(folder: &Path) {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&idx(&[3], &[0, 5, 9])).unwrap();
    let files = [
        ("train-images-idx3-ubyte", idx(&[3, 2, 2], &[1; 12])),
        ("train-labels-idx1-ubyte.gz", packed.finish().unwrap()),
        ("t10k-images-idx3-ubyte", idx(&[2, 2, 2], &[2; 8])),
        ("t10k-labels-idx1-ubyte", idx(&[2], &[1, 6])),
    ];
    files.iter().for_each(|(name, bytes)| fs::write(folder.join(name), bytes).unwrap());
}

fn load_changed(change: impl Fn(&Path)) -> String {
    let folder = tempfile::tempdir().unwrap();
    small_set(folder.path());
    change(folder.path());
    let error = load(&SET, &given(folder.path()), None).unwrap_err();
    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}

#[test]
fn a_limit_above_the_size_of_a_set_is_mentioned() {
    let folder = tempfile::tempdir().unwrap();
    small_set(folder.path());
    let told = |limit| load(&SET, &given(folder.path()), limit).unwrap().source.describe();
    for limit in [None, Some(2), Some(3)] {
        assert!(!told(limit).contains("limit"), "{}", told(limit));
    }
    let text = told(Some(1_000_000));
    assert!(text.contains("note: its 3 training images are fewer than the limit of 1000000"));
    assert!(text.contains("data.limit"), "{text}");
}

#[test]
fn another_set_loads_and_says_that_it_is_another() {
    let folder = tempfile::tempdir().unwrap();
    small_set(folder.path());
    let data = load(&SET, &given(folder.path()), Some(2)).unwrap();
    assert_eq!((data.train.len(), data.test.len(), data.test.pixels()), (2, 2, 4));
    assert_eq!((data.train.labels(), data.test.labels()), (&[0, 5][..], &[1, 6][..]));
    assert!(!data.source.is_canonical());
    assert!(data.source.describe().contains("is not MNIST"), "{}", data.source.describe());
    assert!(data.source.files.iter().all(|file| file.sha256.len() == 64));
}

#[test]
fn a_set_that_was_found_and_not_named_must_be_the_one_that_was_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    small_set(folder.path());
    let found = Location { given: false, ..given(folder.path()) };
    let message = load(&SET, &found, None).unwrap_err().to_string();
    for part in ["train-images-idx3-ubyte: SHA-256", "but MNIST's", "ba891046", "--data"] {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn files_that_do_not_fit_each_other_are_refused() {
    let labels = |bytes: Vec<u8>| {
        load_changed(|folder| fs::write(folder.join("t10k-labels-idx1-ubyte"), &bytes).unwrap())
    };
    let message = labels(idx(&[3], &[1, 2, 3]));
    assert!(message.contains("8 pixels are not 3 images of 2 x 2"), "{message}");
    let message = labels(idx(&[2], &[1, 10]));
    assert!(message.contains("label 1 is 10; expected a class from 0 to 9"), "{message}");
    let message = labels(idx(&[2, 2, 2], &[0; 8]));
    assert!(message.contains("magic number is 0x00000803, expected 0x00000801"), "{message}");
    let message = load_changed(|folder| {
        let bytes = idx(&[2, 4, 1], &[0; 8]);
        fs::write(folder.join("t10k-images-idx3-ubyte"), bytes).unwrap();
    });
    assert!(message.contains("training images are 2 x 2, test images 4 x 1"), "{message}");
}
