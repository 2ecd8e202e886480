//! Labelled grey images: reading them from four IDX files, as MNIST's, and batches of them. MNIST
//! itself, which is part of the project, is in [`mnist`]; which other set is meant, one says by an
//! [`ImageSet`].
//!
//! ```
//! use gradroute_images::{Batches, each_batch, mnist};
//!
//! let data = mnist::load(None, Some(1000))?; // the first 1000 training images
//! let mut batches = Batches::<f32>::new(&data.train, 64, Some(0)); // shuffled by the seed 0
//! for step in 0..20 {
//!     let (pixels, labels) = batches.at(&data.train, step); // [n, 784] in [0, 1], and n labels
//!     assert_eq!((pixels.dim(), labels.len()), ((labels.len(), 784), pixels.nrows()));
//! }
//! let mut ones = 0; // the whole test set, in file order
//! each_batch(&data.test, 256, |_: ndarray::ArrayView2<f32>, labels| {
//!     ones += labels.iter().filter(|&&label| label == 1).count();
//! });
//! assert_eq!(ones, 1135);
//! # Ok::<(), gradroute_images::DataError>(())
//! ```

#![forbid(unsafe_code)]

mod batches;
mod by_label;
mod chosen;
mod dataset;
pub mod drawing;
pub mod idx;
mod load;
mod locate;
pub mod mnist;
mod order;
mod pixels;
mod set;

pub use batches::{Batches, each_batch};
pub use by_label::MeanByLabel;
pub use chosen::Chosen;
pub use dataset::{Dataset, DatasetError, MAX_SIDE};
pub use load::{Data, DataError, FileRecord, Source, load};
pub use locate::{Location, NotFound, locate};
pub use order::EpochOrder;
pub use pixels::{PixelTable, mean_image, rows};
pub use set::{ImageSet, Role};
