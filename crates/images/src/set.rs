//! Which data set is meant.

/// A data set of images that an experiment is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageSet {
    /// Its name, such as "MNIST".
    pub name: &'static str,
    /// Where it lies in the project, such as `data/mnist`.
    pub folder: &'static str,
    /// How many classes labels may name, from 0 on.
    pub classes: usize,
    /// SHA-256 of each uncompressed file, in the order of [`Role::ALL`].
    pub sha256: [&'static str; 4],
}

/// One of the four files of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Images to train on.
    TrainImages,
    /// Their labels.
    TrainLabels,
    /// Images to test on.
    TestImages,
    /// Their labels.
    TestLabels,
}

impl Role {
    /// All four.
    pub const ALL: [Role; 4] =
        [Role::TrainImages, Role::TrainLabels, Role::TestImages, Role::TestLabels];

    /// The file's name in MNIST and the sets made after it, without `.gz`.
    pub fn canonical_name(self) -> &'static str {
        match self {
            Role::TrainImages => "train-images-idx3-ubyte",
            Role::TrainLabels => "train-labels-idx1-ubyte",
            Role::TestImages => "t10k-images-idx3-ubyte",
            Role::TestLabels => "t10k-labels-idx1-ubyte",
        }
    }
}
