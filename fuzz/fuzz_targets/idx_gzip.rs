//! The same inside gzip: a sound stream of any content, so that the content is reached, and a
//! stream of any bytes behind gzip's mark.
#![no_main]

use std::io::Write;
use std::path::Path;

use flate2::{Compression, write::GzEncoder};
use gradroute_images::idx::{parse_images, parse_labels};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut sound = GzEncoder::new(Vec::new(), Compression::fast());
    sound.write_all(bytes).unwrap();
    let damaged = [&[0x1f, 0x8b], bytes].concat();
    for stream in [sound.finish().unwrap(), damaged] {
        let (file, length) = (Path::new("file.gz"), stream.len() as u64);
        let _ = parse_labels(file, &stream[..], length);
        if let Ok(images) = parse_images(file, &stream[..], length) {
            assert_eq!(images.pixels.len(), images.count * images.rows * images.columns);
        }
    }
});
