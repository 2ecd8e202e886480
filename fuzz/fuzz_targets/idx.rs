//! Labels and images as IDX, or whatever pretends to be.
#![no_main]

use std::path::Path;

use gradroute_images::idx::{parse_images, parse_labels};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (file, length) = (Path::new("file"), bytes.len() as u64);
    if let Ok(labels) = parse_labels(file, bytes, length) {
        assert!(!labels.labels.is_empty());
    }
    if let Ok(images) = parse_images(file, bytes, length) {
        assert_eq!(images.pixels.len(), images.count * images.rows * images.columns);
    }
});
