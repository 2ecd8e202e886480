//! Data sets of labelled grey images in four IDX files, as MNIST's: reading them, and batches of
//! them. Which set it is, an experiment says by an [`ImageSet`].

mod batches;
mod dataset;
pub mod idx;
mod load;
mod locate;
mod order;
mod pixels;
mod set;

pub use batches::Batches;
pub use dataset::{Dataset, DatasetError};
pub use load::{Data, DataError, FileRecord, Source, load};
pub use locate::{Location, NotFound, locate};
pub use order::EpochOrder;
pub use pixels::{PixelTable, fill_labels, rows};
pub use set::{ImageSet, Role};
