//! Data sets of labelled images in IDX files, MNIST first of all.

pub mod batches;
mod canonical;
mod dataset;
mod floors;
pub mod idx;
mod load;
mod locate;

pub use dataset::{Dataset, DatasetError};
pub use floors::floors;
pub use idx::IdxError;
pub use load::{Data, DataError, FileRecord, Source, load};
pub use locate::{Location, NotFound, locate};

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
