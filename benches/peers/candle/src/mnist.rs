//! The training images and labels, kept as bytes.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{ensure, Context, Result};
use candle_core::{Device, Tensor};
use flate2::read::MultiGzDecoder;

/// Pixels of one image.
pub const PIXELS: usize = 784;

/// MNIST's training set.
pub struct Mnist {
    /// [n, 784], u8.
    pub pixels: Tensor,
    /// One digit an image.
    pub labels: Vec<u8>,
}

impl Mnist {
    /// Reads both gzipped IDX files from `folder`.
    pub fn read(folder: &Path, device: &Device) -> Result<Self> {
        let images = body(&folder.join("train-images-idx3-ubyte.gz"), 16)?;
        let labels = body(&folder.join("train-labels-idx1-ubyte.gz"), 8)?;
        ensure!(
            images.len() == labels.len() * PIXELS,
            "{}: {} bytes of pixels do not fit {} labels",
            folder.display(),
            images.len(),
            labels.len()
        );
        let pixels = Tensor::from_vec(images, (labels.len(), PIXELS), device)?;
        Ok(Self { pixels, labels })
    }

    /// How many images there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }
}

/// What stands behind an IDX file's header of `header` bytes.
fn body(path: &Path, header: usize) -> Result<Vec<u8>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut bytes = Vec::new();
    MultiGzDecoder::new(file)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{} is not a whole gzip file", path.display()))?;
    ensure!(
        bytes.len() >= header && bytes[..3] == [0, 0, 8],
        "{}: expected an IDX file of unsigned bytes",
        path.display()
    );
    bytes.drain(..header);
    Ok(bytes)
}
