//! Files of one JSON value a line, that grow while a run goes on.
//!
//! A line counts once its line break is there: a reader leaves out an
//! unfinished last line, which is what a killed run can leave behind.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::FileError;
use super::digest::{FileDigest, Hasher};
use super::disk::{self, Disk};

/// The longest line that is read, in bytes.
const MAX_LINE: u64 = 1 << 16;

/// Writes values of type `T`, a line each, each at once.
#[derive(Debug)]
pub struct JsonLinesWriter<T> {
    path: PathBuf,
    file: Hasher<Disk<File>>,
    line: Vec<u8>,
    values: PhantomData<fn(&T)>,
}

impl<T: Serialize> JsonLinesWriter<T> {
    /// Starts a new file.
    ///
    /// # Errors
    /// When the file is there already or can't be made.
    pub fn create(path: &Path) -> Result<Self, FileError> {
        let file = disk::open(OpenOptions::new().write(true).create_new(true), path)
            .map_err(FileError::of("create", path))?;
        Ok(Self::new(path, Hasher::new(Disk(file))))
    }

    /// Cuts a file back to the beginning that was seen when `start` was taken,
    /// and goes on there. Of an empty beginning there need be no file.
    ///
    /// # Errors
    /// When the file can't be written, or does not begin like that; it is then
    /// as it was.
    pub fn resume(path: &Path, start: &FileDigest) -> Result<Self, FileError> {
        let failed = || FileError::of("go on with", path);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(start.bytes == 0);
        let file = disk::open(&options, path).map_err(failed())?;
        // Hashed while it is read, so that the hash goes on from there.
        let mut hasher = Hasher::new((&file).take(start.bytes));
        io::copy(&mut hasher, &mut io::sink()).map_err(failed())?;
        let found = hasher.digest();
        if found != *start {
            return Err(failed()(io::Error::other(format!(
                "its first {} bytes have SHA-256 {}, expected {} bytes with {}; the file is \
                 damaged",
                found.bytes, found.sha256, start.bytes, start.sha256
            ))));
        }
        let hasher = hasher.map(|_| ());
        disk::cut(&file, start.bytes).map_err(failed())?;
        (&file).seek(SeekFrom::Start(start.bytes)).map_err(failed())?;
        Ok(Self::new(path, hasher.map(|()| Disk(file))))
    }

    fn new(path: &Path, file: Hasher<Disk<File>>) -> Self {
        Self { path: path.to_owned(), file, line: Vec::new(), values: PhantomData }
    }

    /// Writes one line, in one call to the system, so that whoever follows the
    /// file sees whole lines.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&mut self, value: &T) -> Result<(), FileError> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, value)
            .map_err(|error| FileError::of("write a line to", &self.path)(error.into()))?;
        self.line.push(b'\n');
        self.file.write_all(&self.line).map_err(FileError::of("write to", &self.path))
    }

    /// Length and hash of all lines so far.
    pub fn digest(&self) -> FileDigest {
        self.file.digest()
    }

    /// Waits until everything written is on the disk.
    ///
    /// # Errors
    /// When the system reports a failure.
    pub fn sync(&mut self) -> Result<(), FileError> {
        let Disk(file) = self.file.get_ref();
        disk::sync(file).map_err(FileError::of("write out", &self.path))
    }
}

/// Why a file of lines could not be read.
#[derive(Debug, thiserror::Error)]
pub enum JsonLinesError {
    /// The file can't be opened or read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A line is not what it should be.
    #[error(
        "{}, line {line} (byte {offset}): {message}; the file is damaged or of another version of \
         this program", file.display()
    )]
    Line {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Where it begins.
        offset: u64,
        /// What is wrong with it.
        message: String,
    },
}

/// Reads all finished lines.
///
/// # Errors
/// When the file can't be read, or a line is too long or no `T`.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, JsonLinesError> {
    parse(path, File::open(path).map_err(FileError::of("open", path))?)
}

/// Reads all finished lines from `reader`; `path` names it in errors.
///
/// # Errors
/// As [`read`].
pub fn parse<T: DeserializeOwned>(
    path: &Path,
    reader: impl Read,
) -> Result<Vec<T>, JsonLinesError> {
    let mut reader = BufReader::new(reader);
    let (mut values, mut offset, mut line) = (Vec::new(), 0u64, Vec::new());
    loop {
        line.clear();
        (&mut reader)
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)
            .map_err(FileError::of("read", path))?;
        let bad = |message: String| JsonLinesError::Line {
            file: path.to_owned(),
            line: values.len() + 1,
            offset,
            message,
        };
        if line.last() != Some(&b'\n') {
            if line.len() as u64 == MAX_LINE {
                return Err(bad(format!("the line has {MAX_LINE} bytes or more")));
            }
            return Ok(values);
        }
        let value = serde_json::from_slice(&line).map_err(|error| bad(error.to_string()))?;
        values.push(value);
        offset += line.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::run::StepLosses;

    fn step(step: u64, bits: [u32; 5], some: [Option<u32>; 4], lr: u64) -> StepLosses {
        let [total, decoder, top, bottom, l1] = bits.map(f32::from_bits);
        let [good, good_bad, bad, correlation] = some.map(|bits| bits.map(f32::from_bits));
        let lr = f64::from_bits(lr);
        StepLosses { step, total, decoder, good, good_bad, bad, top, bottom, l1, correlation, lr }
    }

    fn bits(s: &StepLosses) -> Vec<Option<u64>> {
        let terms = [s.total, s.decoder, s.top, s.bottom, s.l1].map(Some);
        let terms = terms.into_iter().chain([s.good, s.good_bad, s.bad, s.correlation]);
        let all = terms.map(|term| term.map(f64::from)).chain([Some(s.lr)]);
        // One NaN is as good as another.
        let bits = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
        all.map(|x| x.map(bits)).chain([Some(s.step)]).collect()
    }

    proptest! {
        #[test]
        fn lines_read_back_bit_for_bit_and_a_cut_file_goes_on(
            steps in proptest::collection::vec(
                any::<(u64, [u32; 5], [Option<u32>; 4], u64)>(),
                0..20,
            ),
            cut in 0usize..20,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("metrics.jsonl");
            let steps: Vec<StepLosses> =
                steps.into_iter().map(|(s, b, o, l)| step(s, b, o, l)).collect();
            let cut = cut.min(steps.len());
            let mut writer = JsonLinesWriter::create(&path).unwrap();
            steps[..cut].iter().for_each(|s| writer.write(s).unwrap());
            let start = writer.digest();
            // What came after is made again.
            steps[cut..].iter().take(2).for_each(|s| writer.write(s).unwrap());
            let mut writer = JsonLinesWriter::resume(&path, &start).unwrap();
            steps[cut..].iter().for_each(|s| writer.write(s).unwrap());
            writer.sync().unwrap();
            let back: Vec<StepLosses> = read(&path).unwrap();
            let both = back.iter().map(bits).eq(steps.iter().map(bits));
            prop_assert!(both, "{back:?} differs from {steps:?}");
            prop_assert_eq!(writer.digest(), FileDigest::of_file(&path).unwrap());
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("metrics.jsonl");
            std::fs::write(&path, bytes).unwrap();
            let _ = read::<StepLosses>(&path);
        }
    }

    #[test]
    fn a_line_has_the_documented_names_and_non_finite_values_as_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.jsonl");
        let losses = StepLosses {
            step: 3,
            total: f32::NAN,
            decoder: 0.5,
            top: f32::INFINITY,
            bottom: f32::NEG_INFINITY,
            l1: 0.1,
            lr: 1e-3,
            ..StepLosses::default()
        };
        let papers = StepLosses {
            good: Some(0.25),
            good_bad: Some(f32::NAN),
            bad: Some(0.125),
            correlation: Some(0.01),
            ..losses
        };
        let mut writer = JsonLinesWriter::create(&path).unwrap();
        [losses, papers].iter().for_each(|line| writer.write(line).unwrap());
        writer.sync().unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "{\"step\":3,\"total\":\"NaN\",\"decoder\":0.5,\"top\":\"inf\",\"bottom\":\"-inf\",\
             \"l1\":0.1,\"lr\":0.001}\n\
             {\"step\":3,\"total\":\"NaN\",\"decoder\":0.5,\"good\":0.25,\"good_bad\":\"NaN\",\
             \"bad\":0.125,\"top\":\"inf\",\"bottom\":\"-inf\",\"l1\":0.1,\"correlation\":0.01,\
             \"lr\":0.001}\n"
        );
    }

    #[test]
    fn an_unfinished_last_line_is_left_out_and_a_bad_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.jsonl");
        let good =
            "{\"step\":0,\"total\":1,\"decoder\":1,\"top\":1,\"bottom\":1,\"l1\":0,\"lr\":1}\n";
        std::fs::write(&path, format!("{good}{}", &good[..20])).unwrap();
        assert_eq!(read::<StepLosses>(&path).unwrap().len(), 1);

        std::fs::write(&path, format!("{good}{}", good.replace("top", "tip"))).unwrap();
        let message = read::<StepLosses>(&path).unwrap_err().to_string();
        let place = format!("line 2 (byte {})", good.len());
        assert!(message.contains(&place) && message.contains("tip"), "{message}");

        std::fs::write(&path, "x".repeat(1 << 17)).unwrap();
        assert!(read::<StepLosses>(&path).unwrap_err().to_string().contains("bytes or more"));
        assert!(
            JsonLinesWriter::<StepLosses>::create(&path).is_err(),
            "an existing file was taken"
        );
    }
}
