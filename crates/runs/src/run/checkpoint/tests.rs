use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;
use safetensors::SafeTensors;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::*;

fn encode(tensors: &[(String, Vec<usize>, Vec<f32>)], metadata: &Metadata) -> (Vec<u8>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("step-00000001.safetensors");
    let named: Vec<NamedTensor<'_>> =
        tensors.iter().map(|(name, shape, data)| NamedTensor { name, shape, data }).collect();
    let sha256 = save(&path, &named, metadata).unwrap().data_sha256;
    (std::fs::read(&path).unwrap(), sha256)
}

fn small() -> (Vec<u8>, String) {
    let tensors = [
        ("encoder.0.weight".to_owned(), vec![2, 3], vec![1.0, -2.0, 3.5, 0.0, -0.0, 1e-40]),
        ("encoder.0.bias".to_owned(), vec![2], vec![f32::MAX, f32::MIN_POSITIVE]),
    ];
    encode(&tensors, &Metadata::from([("step".to_owned(), json!(7))]))
}

fn parse(bytes: &[u8]) -> Result<Checkpoint, CheckpointError> {
    Checkpoint::parse(Path::new("run/w.safetensors"), bytes, bytes.len() as u64)
}

/// A file with this header and so many bytes of data.
fn file(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

fn refused(bytes: &[u8], parts: &[&str]) {
    let message = parse(bytes).unwrap_err().to_string();
    for part in parts {
        assert!(message.contains(part), "`{part}` is not in: {message}");
    }
}

proptest! {
    #[test]
    fn tensors_read_back_bit_for_bit_here_and_in_the_formats_own_library(
        tensors in proptest::collection::vec(
            ("[a-z\"é.0-9]{1,12}", proptest::collection::vec(0usize..4, 0..4), any::<u32>()),
            0..6,
        ),
        step: u64,
    ) {
        let mut seen = BTreeSet::new();
        let tensors: Vec<_> = tensors
            .into_iter()
            .filter(|(name, ..)| seen.insert(name.clone()))
            .map(|(name, shape, bits)| {
                let count = shape.iter().product();
                let value = |i: usize| f32::from_bits(bits.wrapping_mul(2 * i as u32 + 1));
                (name, shape, (0..count).map(value).collect::<Vec<f32>>())
            })
            .collect();
        let metadata = Metadata::from([("step".to_owned(), json!(step))]);
        let (bytes, sha256) = encode(&tensors, &metadata);
        let ours = parse(&bytes).unwrap();
        let theirs = SafeTensors::deserialize(&bytes).unwrap();
        prop_assert_eq!(ours.metadata()["step"].as_u64(), Some(step));
        prop_assert_eq!(ours.data_sha256(), &sha256);
        prop_assert_eq!(ours.names().count(), tensors.len());
        prop_assert_eq!(theirs.len(), tensors.len());
        for (name, shape, data) in &tensors {
            let tensor = ours.tensor(name).unwrap();
            let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(&tensor.shape, shape);
            prop_assert_eq!(bits(&tensor.data), bits(data));
            let view = theirs.tensor(name).unwrap();
            prop_assert_eq!(view.shape(), &shape[..]);
            let bytes: Vec<u8> = data.iter().flat_map(|v| v.to_le_bytes()).collect();
            prop_assert_eq!(view.data(), &bytes[..]);
        }
    }

    #[test]
    fn every_flipped_bit_in_the_tensors_is_found(at: usize, bit in 0u32..8) {
        let (mut bytes, _) = small();
        let data = 8 * 4;
        let at = bytes.len() - 1 - at % data;
        bytes[at] ^= 1 << bit;
        let message = parse(&bytes).unwrap_err().to_string();
        prop_assert!(message.contains("the SHA-256 of the tensors"), "{}", message);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(
        start in proptest::collection::vec(any::<u8>(), 0..60),
        header in "\\PC{0,60}",
        at: usize,
        flip: u8,
    ) {
        let _ = parse(&start);
        let _ = parse(&file(&header, start.len()));
        let (mut bytes, _) = small();
        let at = at % bytes.len();
        bytes[at] ^= flip;
        let _ = parse(&bytes);
    }
}

#[test]
fn files_cut_short_or_lengthened_are_refused_at_every_length() {
    let (mut bytes, _) = small();
    for cut in 0..bytes.len() {
        assert!(parse(&bytes[..cut]).is_err(), "{cut} of {} bytes were accepted", bytes.len());
    }
    let length = bytes.len();
    bytes.push(0);
    refused(&bytes, &[&format!("byte {length}: the file's length is {}", length + 1)]);
}

#[test]
fn malformed_headers_are_refused_by_name() {
    refused(b"PK\x03", &["run/w.safetensors, byte 0", "3 bytes long"]);
    refused(&[0xff; 64], &["the header's length is 18446744073709551615, expected at most 56"]);
    refused(&file("[1, 2]", 0), &["byte 8: the header is", "an object with one entry"]);
    refused(&file("{", 0), &["EOF"]);
    let entry = |dtype: &str, shape: &str, offsets: &str| {
        format!(r#"{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}"#)
    };
    let one = |dtype: &str, shape: &str, offsets: &str| {
        file(&format!(r#"{{"w":{}}}"#, entry(dtype, shape, offsets)), 8)
    };
    assert!(parse(&one("F32", "[2]", "[0,8]")).is_ok());
    refused(&one("F64", "[1]", "[0,9]"), &["the place of tensor w is [0, 9]", "within the file"]);
    refused(&one("F64", "[1]", "[1,8]"), &["the place of tensor w is [1, 8]"]);
    refused(&one("F32", "[3]", "[0,12]"), &["the place of tensor w is [0, 12]", "within the file"]);
    refused(&one("F32", "[2]", "[4,12]"), &["[4, 12]", "expected [0, 8]"]);
    refused(&one("F32", "[1]", "[0,8]"), &["[0, 8] for shape [1], expected [0, 4]"]);
    refused(&one("F32", "[-1]", "[0,8]"), &["tensor w: invalid value: integer `-1`"]);
    refused(&one("F32", "[4294967296,4294967296]", "[0,8]"), &["a size that fits"]);
    refused(&one("F32", "[0]", "[18446744073709551615,18446744073709551615]"), &["the place"]);
    let twice = entry("F32", "[1]", "[0,4]");
    refused(&file(&format!(r#"{{"w":{twice},"w":{twice}}}"#), 4), &["`w` occurs twice"]);
    refused(&file(&format!(r#"{{"v":{twice},"w":{twice}}}"#), 4), &["the place of tensor w"]);
    let text = r#"{"__metadata__":{"gradroute":"{"}}"#;
    refused(&file(text, 0), &["__metadata__: EOF"]);
}

#[test]
fn tensors_that_are_not_the_models_are_listed() {
    let checkpoint = parse(&small().0).unwrap();
    let fitting: [(&str, &[usize]); 2] = [("encoder.0.bias", &[2]), ("encoder.0.weight", &[2, 3])];
    let tensors = checkpoint.require(fitting).unwrap();
    assert_eq!((tensors[0].data.len(), tensors[1].data[2]), (2, 3.5));
    let other: [(&str, &[usize]); 2] = [("encoder.0.weight", &[3, 2]), ("decoder.0.bias", &[2])];
    let message = checkpoint.require(other).unwrap_err().to_string();
    assert!(
        message.contains(
            "missing: decoder.0.bias; not expected: encoder.0.bias; of another shape or type: \
             encoder.0.weight is [2, 3] instead of [3, 2]"
        ),
        "{message}"
    );
}

#[test]
fn a_message_about_tensors_says_what_to_do_with_them() {
    let entry = |dtype: &str, from: u64| {
        format!(r#"{{"dtype":"{dtype}","shape":[1],"data_offsets":[{from},{}]}}"#, from + 4)
    };
    let says = |header: String, bytes, declared: &[&str], parts: &[&str]| {
        let checkpoint = parse(&file(&header, bytes)).unwrap();
        let declared = declared.iter().map(|name| (*name, &[1][..]));
        let message = checkpoint.require(declared).unwrap_err().to_string();
        for part in parts {
            assert!(message.contains(part), "`{part}` is not in: {message}");
        }
    };
    let wrapped = format!(r#"{{"m.a":{},"m.b":{}}}"#, entry("F32", 0), entry("F32", 4));
    says(wrapped, 8, &["a", "b"], &["take `m.` from the beginning of each name"]);
    let counter = format!(r#"{{"a":{},"steps":{}}}"#, entry("F32", 0), entry("I32", 4));
    let spare = ["not expected: steps (I32); leave out what the model does not have"];
    says(counter.clone(), 8, &["a"], &spare);
    says(counter, 8, &["a", "steps"], &["steps is I32 instead of F32", "`.float()`"]);
    let other = format!(r#"{{"a":{}}}"#, entry("F32", 0));
    says(other, 4, &["b"], &["missing: b; not expected: a", "use the configuration"]);
}

#[test]
fn weights_that_are_not_finite_are_refused_by_name_and_place() {
    let header = r#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
    let mut bytes = file(header, 8);
    assert!(parse(&bytes).unwrap().require_finite().is_ok());
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    let message = parse(&bytes).unwrap().require_finite().unwrap_err().to_string();
    assert!(message.contains("w[1] is NaN") && message.contains("finite"), "{message}");
}

#[test]
fn files_of_python_without_our_metadata_are_taken() {
    let header =
        r#"{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
    let checkpoint = parse(&file(header, 4)).unwrap();
    assert!(checkpoint.metadata().is_empty());
    assert_eq!(checkpoint.tensor("w").unwrap().data, [0.0]);
}

#[test]
fn the_weights_hash_is_that_of_the_little_endian_bytes_in_order() {
    let (a, b) = ([1.0f32, 2.0], [3.0f32]);
    let named = |name, data| NamedTensor { name, shape: &[], data };
    let expected = crate::run::hex(&Sha256::digest(
        [1.0f32, 2.0, 3.0].iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>(),
    ));
    assert_eq!(weights_sha256([named("a", &a[..]), named("b", &b[..])]), expected);
    assert_ne!(weights_sha256([named("b", &b[..]), named("a", &a[..])]), expected);
}

#[test]
fn equal_content_makes_equal_files() {
    assert_eq!(small(), small());
}
