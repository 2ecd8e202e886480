//! `Params::save` and `Params::load`: every bit comes back, or nothing is changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gradroute_tape::{Params, Real, WeightsError};
use proptest::prelude::*;
use safetensors::{Dtype, SafeTensors};
use tempfile::TempDir;

/// Names and shapes of a model.
fn layout() -> impl Strategy<Value = BTreeMap<String, Vec<usize>>> {
    let shape = prop::collection::vec(0usize..4, 0..=4);
    prop::collection::btree_map("[a-z\"\\\\é.0-9]{1,12}", shape, 0..6)
}

/// Parameters of any bits.
fn filled<T: Real>(
    layout: &BTreeMap<String, Vec<usize>>,
    seed: u64,
    number: impl Fn(u64) -> T,
) -> Params<T> {
    let (mut params, mut bits) = (Params::new(), seed);
    // Not in the order that the file has.
    for (name, dims) in layout.iter().rev() {
        params.add(name, dims, || {
            bits = bits.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            number(bits)
        });
    }
    params
}

/// Half of them a NaN of some kind, a zero, or an infinity.
fn single(bits: u64) -> f32 {
    let odd = [0x7fa0_0001, 0xffc1_2345, 0x8000_0000, 0x7f80_0000, 0x0000_0001];
    let (kind, bits) = ((bits >> 60) as usize, (bits >> 16) as u32);
    f32::from_bits(if kind < 8 { odd[kind % 5] } else { bits })
}

fn double(bits: u64) -> f64 {
    let odd = [0x7ff4_0000_0000_0001, 0xfff8_0000_1234_5678, 1 << 63, 0x7ff0 << 48, 1];
    f64::from_bits(if bits >> 63 == 0 {
        odd[(bits >> 60) as usize % 5]
    } else {
        bits.rotate_left(9)
    })
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("model.safetensors")
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn saved<T: Real>(params: &Params<T>) -> Self {
        let folder = Self::new();
        params.save(folder.file()).unwrap();
        folder
    }
}

fn bits32(params: &Params<f32>) -> Vec<u32> {
    params.flat().iter().map(|v| v.to_bits()).collect()
}

fn bits64(params: &Params<f64>) -> Vec<u64> {
    params.flat().iter().map(|v| v.to_bits()).collect()
}

/// Loads and fails, and sees that nothing was changed.
fn refused(params: &mut Params<f32>, file: &Path) -> WeightsError {
    let before = bits32(params);
    let error = params.load(file).expect_err("the file must be refused");
    assert_eq!(bits32(params), before, "{error}");
    assert!(error.to_string().contains(&*file.to_string_lossy()), "{error}");
    error
}

#[track_caller]
fn says(error: &WeightsError, parts: &[&str]) {
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing from: {text}");
    }
}

fn two() -> Params<f32> {
    let mut params = Params::new();
    params.add("weight", &[2, 3], || 0.5);
    params.add("bias", &[2], || -1.0);
    params
}

proptest! {
    #[test]
    fn what_was_saved_is_loaded_bit_for_bit(layout in layout(), seed: u64) {
        let params = filled(&layout, seed, single);
        let folder = Folder::saved(&params);
        let mut loaded = filled(&layout, 0, |_| 0.0);
        loaded.load(folder.file()).unwrap();
        prop_assert_eq!(bits32(&loaded), bits32(&params));

        let params = filled(&layout, seed, double);
        params.save(folder.file()).unwrap();
        let mut loaded = filled(&layout, 0, |_| 0.0);
        loaded.load(folder.file()).unwrap();
        prop_assert_eq!(bits64(&loaded), bits64(&params));
        prop_assert_eq!(folder.names(), ["model.safetensors"]);
    }

    #[test]
    fn the_formats_own_library_reads_the_same(layout in layout(), seed: u64) {
        let params = filled(&layout, seed, single);
        let bytes = fs::read(Folder::saved(&params).file()).unwrap();
        let theirs = SafeTensors::deserialize(&bytes).unwrap();
        prop_assert_eq!(theirs.len(), params.count());
        for id in params.ids() {
            let tensor = theirs.tensor(params.name(id)).unwrap();
            prop_assert_eq!(tensor.dtype(), Dtype::F32);
            let shape = params.shape(id);
            prop_assert_eq!(tensor.shape(), shape.dims());
            let expected: Vec<u8> = params.get(id).iter().flat_map(|v| v.to_le_bytes()).collect();
            prop_assert_eq!(tensor.data(), expected);
        }
    }

    #[test]
    fn f32_loads_into_f64_as_the_same_numbers(layout in layout(), seed: u64) {
        let params = filled(&layout, seed, single);
        let mut wide = filled(&layout, 0, |_| 0.0f64);
        wide.load(Folder::saved(&params).file()).unwrap();
        for (&wide, &narrow) in wide.flat().iter().zip(params.flat()) {
            prop_assert!(wide == f64::from(narrow) || (wide.is_nan() && narrow.is_nan()));
            prop_assert_eq!(wide.is_sign_negative(), narrow.is_sign_negative());
        }
    }

    #[test]
    fn a_damaged_file_loads_or_is_refused_but_never_panics_or_loads_in_part(
        at: usize, flip in 1u8..=255, cut: usize,
    ) {
        let folder = Folder::saved(&two());
        let whole = fs::read(folder.file()).unwrap();
        let mut bytes = whole.clone();
        let at = at % bytes.len();
        bytes[at] ^= flip;
        fs::write(folder.file(), &bytes).unwrap();
        let mut params = two();
        params.flat_mut().fill(7.0);
        match params.load(folder.file()) {
            Ok(()) => prop_assert!(params.flat().iter().filter(|&&v| v == 7.0).count() <= 1),
            Err(_) => prop_assert!(params.flat().iter().all(|&v| v == 7.0)),
        }
        fs::write(folder.file(), &whole[..cut % whole.len()]).unwrap();
        refused(&mut params, &folder.file());
    }
}

#[test]
fn what_is_frozen_stays_frozen() {
    let folder = Folder::saved(&two());
    let mut params = two();
    let [weight, bias] = ["weight", "bias"].map(|name| params.id(name).unwrap());
    params.freeze(bias);
    params.flat_mut().fill(0.0);
    params.load(folder.file()).unwrap();
    assert!(params.is_frozen(bias) && !params.is_frozen(weight));
    assert_eq!(params.flat(), two().flat());
}

#[test]
fn tensors_that_are_not_the_parameters_are_all_named() {
    let folder = Folder::saved(&two());
    let mut other = Params::new();
    other.add("weight", &[3, 2], || 0.0);
    other.add("scale", &[], || 0.0);
    let error = refused(&mut other, &folder.file());
    says(&error, &["missing: scale; not expected: bias;", "weight is [2, 3] instead of [3, 2]"]);
    let WeightsError::Mismatch { missing, unexpected, .. } = error else { panic!("{error}") };
    assert_eq!((&missing[..], &unexpected[..]), (&["scale".into()][..], &["bias".into()][..]));

    for lacking in ["bias", "weight"] {
        let mut fewer = Params::new();
        let both = two();
        for id in both.ids().filter(|&id| both.name(id) != lacking) {
            fewer.add(both.name(id), both.shape(id).dims(), || 0.0);
        }
        says(&refused(&mut fewer, &folder.file()), &[&format!("(not expected: {lacking})")]);
        let fewer = Folder::saved(&fewer);
        says(&refused(&mut two(), &fewer.file()), &[&format!("(missing: {lacking})")]);
    }
}

#[test]
fn f64_is_not_rounded_into_f32_without_being_asked() {
    let mut wide = two().cast::<f64>();
    wide.flat_mut()[0] = 0.1;
    let folder = Folder::saved(&wide);
    let mut params = two();
    let error = refused(&mut params, &folder.file());
    says(&error, &["`bias` is F64, expected F32", "`Params::<f64>`", "`cast`"]);
    // What it advises:
    let mut wide = params.cast::<f64>();
    wide.load(folder.file()).unwrap();
    params = wide.cast();
    assert_eq!(params.flat()[0], 0.1);
}

/// A file with this header and so many bytes of data.
fn by_hand(folder: &Folder, header: &str, data: usize) -> PathBuf {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    fs::write(folder.file(), bytes).unwrap();
    folder.file()
}

#[test]
fn other_types_are_refused_with_advice() {
    let (folder, mut params) = (Folder::new(), Params::<f32>::new());
    params.add("w", &[2], || 0.0);
    for (dtype, size) in [("F16", 2), ("BF16", 2), ("I64", 8), ("U8", 1)] {
        let header =
            format!(r#"{{"w":{{"dtype":"{dtype}","shape":[2],"data_offsets":[0,{}]}}}}"#, 2 * size);
        let file = by_hand(&folder, &header, 2 * size);
        let error = refused(&mut params, &file);
        says(&error, &[&format!("`w` is {dtype}, expected F32: "), "tensor.float()"]);
        let error = params.cast::<f64>().load(file).unwrap_err();
        says(&error, &["expected F32 or F64: "]);
    }
}

#[test]
fn files_that_are_not_of_the_format_are_refused_with_what_is_wrong() {
    let (folder, mut params) = (Folder::new(), two());
    let mut malformed = |bytes: &[u8], parts: &[&str]| {
        fs::write(folder.file(), bytes).unwrap();
        let error = refused(&mut params, &folder.file());
        says(&error, parts);
        says(&error, &["is damaged or no safetensors file"]);
    };
    malformed(b"", &["the file is 0 bytes long, expected at least 8"]);
    malformed(&[0xff; 64], &["the header's length is 18446744073709551615 bytes", "at most 56"]);
    malformed(b"\x02\0\0\0\0\0\0\0[]", &["the header is not valid"]);
    malformed(b"\x02\0\0\0\0\0\0\0{}1", &["behind the header is 1 bytes long, expected 0"]);
    let entry = r#"{"dtype":"F32","shape":[1],"data_offsets":[4,8]}"#;
    let file = by_hand(&folder, &format!(r#"{{"weight":{entry}}}"#), 8);
    says(&refused(&mut params, &file), &["the header is not valid", "`weight`"]);
}

#[test]
fn files_that_cannot_be_read_or_written_say_why() {
    let (folder, mut params) = (Folder::new(), two());
    let error = refused(&mut params, &folder.file());
    says(&error, &["cannot open"]);
    assert!(matches!(&error, WeightsError::File { source, .. }
        if source.kind() == std::io::ErrorKind::NotFound));
    fs::create_dir(folder.file()).unwrap();
    refused(&mut params, &folder.file());

    // Where a folder is, no file can be put.
    let error = params.save(folder.file()).unwrap_err();
    says(&error, &["cannot write", "model.safetensors"]);
    assert_eq!(folder.names(), ["model.safetensors"], "the unfinished file was removed");
    let error = params.save(folder.0.path().join("no/such/folder")).unwrap_err();
    says(&error, &["cannot write", "no/such/folder"]);
}

#[test]
fn who_reads_while_it_is_saved_sees_whole_files_only() {
    let model = |value: f32| {
        let mut params = Params::new();
        params.add("w", &[50_000], || value);
        params
    };
    let folder = Folder::saved(&model(0.0));
    std::thread::scope(|scope| {
        let savers = [1.0, 2.0].map(|value| {
            let file = folder.file();
            scope.spawn(move || (0..20).for_each(|_| model(value).save(&file).unwrap()))
        });
        let mut params = model(9.0);
        while !savers.iter().all(|saver| saver.is_finished()) {
            params.load(folder.file()).unwrap();
            assert!(params.flat().iter().all(|&v| v == params.flat()[0] && v < 9.0));
        }
    });
    assert_eq!(folder.names(), ["model.safetensors"]);
}
