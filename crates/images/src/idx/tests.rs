use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;

fn idx(dimensions: &[u32], content: &[u8]) -> Vec<u8> {
    let magic = 0x0800 + dimensions.len() as u32;
    let header = std::iter::once(&magic).chain(dimensions).flat_map(|n| n.to_be_bytes());
    header.chain(content.iter().copied()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn images(bytes: &[u8]) -> Result<Images, String> {
    parse_images(Path::new("set/images"), bytes, bytes.len() as u64).map_err(chain)
}

fn labels(bytes: &[u8]) -> Result<Labels, String> {
    parse_labels(Path::new("set/labels"), bytes, bytes.len() as u64).map_err(chain)
}

fn chain(error: IdxError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    text
}

fn refused<T: std::fmt::Debug>(result: Result<T, String>, parts: &[&str]) {
    let message = result.unwrap_err();
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

#[test]
fn raw_gzipped_and_multi_member_files_hold_the_same() {
    let raw = idx(&[2, 1, 3], &[1, 2, 3, 4, 5, 6]);
    let plain = images(&raw).unwrap();
    assert_eq!((plain.count, plain.rows, plain.columns), (2, 1, 3));
    assert_eq!(plain.pixels, [1, 2, 3, 4, 5, 6]);
    assert_eq!(plain.sha256, source::hex(&Sha256::digest(&raw)));
    assert_eq!(images(&gzip(&raw)).unwrap(), plain);
    let members = [gzip(&raw[..5]), gzip(&raw[5..18]), gzip(&raw[18..])].concat();
    assert_eq!(images(&members).unwrap(), plain);
    assert_eq!(labels(&idx(&[3], &[7, 0, 9])).unwrap().labels, [7, 0, 9]);
}

#[test]
fn another_kind_of_file_is_refused_by_its_magic_number() {
    refused(labels(&idx(&[1, 1, 1], &[0])), &["set/labels", "byte 0", "0x00000803", "0x00000801"]);
    refused(images(b"\x89PNG\r\n\x1a\n"), &["magic number is 0x89504e47", "another kind"]);
    refused(images(b""), &["magic number is cut off after 0 bytes"]);
}

#[test]
fn files_cut_short_are_refused_at_every_length() {
    let raw = idx(&[2, 1, 3], &[1, 2, 3, 4, 5, 6]);
    let packed = gzip(&raw);
    for cut in 0..raw.len() {
        assert!(images(&raw[..cut]).is_err(), "{cut} of {} bytes were accepted", raw.len());
    }
    for cut in 0..packed.len() {
        assert!(images(&packed[..cut]).is_err(), "{cut} of {} bytes were accepted", packed.len());
    }
    refused(images(&raw[..10]), &["byte 8", "number of rows is cut off after 2 bytes"]);
    refused(
        images(&raw[..20]),
        &["byte 16", "content is 6 bytes by the header", "at most 4 in a file of 20 bytes"],
    );
    refused(images(&gzip(&raw[..20])), &["content is 4 bytes long, expected 6 bytes"]);
    let (found, start) = ("cannot read set/images", &packed[..packed.len() - 9]);
    refused(images(start), &[found]);
}

#[test]
fn bytes_after_the_end_are_refused() {
    let mut raw = idx(&[2], &[1, 2]);
    raw.push(0);
    for bytes in [raw.clone(), gzip(&raw)] {
        refused(labels(&bytes), &["byte 10", "content is more bytes", "the end, after 2 bytes"]);
    }
    let mut packed = gzip(&idx(&[2], &[1, 2]));
    packed.extend(b"rubbish");
    assert!(labels(&packed).is_err(), "rubbish behind the gzip stream was accepted");
}

#[test]
fn empty_dimensions_are_refused() {
    refused(images(&idx(&[2, 0, 3], &[])), &["byte 8", "number of rows is 0, expected at least 1"]);
    refused(labels(&idx(&[0], &[])), &["number of labels is 0"]);
}

#[test]
fn what_a_header_announces_is_not_believed_beyond_the_files_length() {
    let huge = idx(&[u32::MAX, u32::MAX, u32::MAX], &[0; 64]);
    refused(images(&huge), &["byte 16", "expected at most 536870912"]);
    let large = idx(&[1000, 100, 100], &[0; 64]);
    refused(images(&large), &["10000000 bytes by the header", "at most 64 in a file of 80 bytes"]);
    // Of so short a gzipped file neither.
    refused(images(&gzip(&large)), &["10000000 bytes by the header", "at most 105"]);
}

#[test]
fn a_cut_or_damaged_gzip_is_said_to_fail_where_it_does_in_the_file_and_in_its_content() {
    let mut state = 1u64;
    let mut pixel = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    let pixels: Vec<u8> = (0..40_000).map(|_| pixel()).collect();
    let whole = gzip(&idx(&[100, 20, 20], &pixels));
    for cut in [11, 500, 20_000, whole.len() - 3] {
        let message = images(&whole[..cut]).unwrap_err();
        assert!(message.contains(&format!("byte {cut} of the gzipped file")), "{cut}: {message}");
        assert!(message.contains("fetch it again"), "{message}");
        let content: u64 = message
            .split("after ")
            .nth(1)
            .and_then(|rest| rest.split(' ').next()?.parse().ok())
            .expect("the place in the content is said");
        // Deflate hardly shrinks these pixels.
        assert!(content.abs_diff(cut as u64) < 4_000, "{cut}: {message}");
    }
}

#[test]
fn a_gzip_bomb_that_announces_all_it_holds_is_refused_before_it_is_unpacked() {
    let bomb = gzip(&idx(&[64, 1024, 1024], &vec![0; 64 << 20]));
    assert!(bomb.len() < 100_000, "{} bytes", bomb.len());
    refused(images(&bomb), &["byte 16", "67108864 bytes by the header, expected at most"]);
    // Small files may shrink to nothing.
    assert_eq!(labels(&gzip(&idx(&[100_000], &[7; 100_000]))).unwrap().labels.len(), 100_000);
}

#[test]
fn a_gzip_bomb_is_read_no_further_than_its_header_says() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&idx(&[4], &[1, 2, 3, 4])).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..64 {
        bomb.write_all(&zeros).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    struct Counted<'a>(&'a [u8], usize);
    impl Read for Counted<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let read = self.0.read(out)?;
            self.1 += read;
            Ok(read)
        }
    }
    let mut counted = Counted(&bomb, 0);
    let result = parse_labels(Path::new("bomb"), &mut counted, bomb.len() as u64).map_err(chain);
    refused(result, &["byte 12", "more bytes"]);
    assert!(counted.1 < bomb.len(), "all {} bytes of the bomb were read", bomb.len());
}

proptest! {
    #[test]
    fn no_bytes_make_the_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = images(&bytes);
        let _ = labels(&bytes);
        let _ = images(&gzip(&bytes));
    }

    #[test]
    fn damaged_headers_and_contents_are_refused_or_still_well_formed(
        at in 0usize..40,
        flip in 1u8..,
        packed: bool,
    ) {
        let raw = idx(&[3, 2, 2], &[7; 12]);
        let mut bytes = if packed { gzip(&raw) } else { raw };
        let at = at % bytes.len();
        bytes[at] ^= flip;
        if let Ok(images) = images(&bytes) {
            prop_assert_eq!(images.pixels.len(), images.count * images.rows * images.columns);
        }
    }

    #[test]
    fn whatever_is_written_is_read(
        count in 1u32..5,
        rows in 1u32..5,
        columns in 1u32..5,
        seed: u8,
        packed: bool,
    ) {
        let pixels: Vec<u8> =
            (0..count * rows * columns).map(|i| (i as u8).wrapping_mul(37) ^ seed).collect();
        let raw = idx(&[count, rows, columns], &pixels);
        let images = images(&if packed { gzip(&raw) } else { raw }).unwrap();
        prop_assert_eq!(images.pixels, pixels);
        let sizes = [images.count as u32, images.rows as u32, images.columns as u32];
        prop_assert_eq!(sizes, [count, rows, columns]);
    }
}
