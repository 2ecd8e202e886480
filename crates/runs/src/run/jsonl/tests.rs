use std::borrow::Cow;

use proptest::prelude::*;

use super::*;
use crate::step::{Number, StepLine};

fn step(step: u64, single: u32, double: u64) -> StepLine {
    let numbers = vec![
        (Cow::Borrowed("total"), Number::Single(f32::from_bits(single))),
        (Cow::Borrowed("lr"), Number::Double(f64::from_bits(double))),
    ];
    StepLine { step, numbers }
}

/// The numbers' bits; one NaN is as good as another.
fn bits(line: &StepLine) -> (u64, Vec<u64>) {
    let bits = |x: f64| if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() };
    (line.step, line.numbers.iter().map(|(_, number)| bits(number.to_f64())).collect())
}

proptest! {
    #[test]
    fn lines_read_back_bit_for_bit_and_a_cut_file_goes_on(
        steps in proptest::collection::vec(any::<(u64, u32, u64)>(), 0..20),
        cut in 0usize..20,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.jsonl");
        let steps: Vec<StepLine> = steps.into_iter().map(|(n, s, d)| step(n, s, d)).collect();
        let cut = cut.min(steps.len());
        let mut writer = JsonLinesWriter::create(&path).unwrap();
        steps[..cut].iter().for_each(|s| writer.write(s).unwrap());
        writer.sync().unwrap();
        let start = writer.digest();
        // What came after is made again.
        steps[cut..].iter().take(2).for_each(|s| writer.write(s).unwrap());
        writer.flush().unwrap();
        let mut writer = JsonLinesWriter::resume(&path, &start).unwrap();
        steps[cut..].iter().for_each(|s| writer.write(s).unwrap());
        writer.sync().unwrap();
        let back: Vec<StepLine> = read(&path).unwrap();
        // A single reads back as the double of its shortest text, which narrows to its bits.
        let narrow = |line: &StepLine| {
            let mut line = line.clone();
            line.numbers[0].1 = Number::Single(line.numbers[0].1.to_f64() as f32);
            bits(&line)
        };
        let both = back.iter().map(narrow).eq(steps.iter().map(bits));
        prop_assert!(both, "{back:?} differs from {steps:?}");
        prop_assert_eq!(writer.digest(), FileDigest::of_file(&path).unwrap());
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.jsonl");
        std::fs::write(&path, bytes).unwrap();
        let _ = read::<StepLine>(&path);
    }
}

#[test]
fn lines_wait_for_each_other_and_are_written_whole_when_there_are_many_or_they_are_old() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.jsonl");
    let mut writer = JsonLinesWriter::create(&path).unwrap();
    let length = || std::fs::metadata(&path).unwrap().len();
    writer.write(&step(0, 0, 0)).unwrap();
    assert_eq!(length(), 0);
    (1..1000).for_each(|n| writer.write(&step(n, 0, 0)).unwrap());
    assert!(length() >= BUFFER as u64);
    assert_eq!(std::fs::read(&path).unwrap().last(), Some(&b'\n'));
    std::thread::sleep(LONGEST_WAIT);
    writer.write(&step(1000, 0, 0)).unwrap();
    assert_eq!(read::<StepLine>(&path).unwrap().len(), 1001);
}

#[test]
fn an_unfinished_last_line_is_left_out_and_a_bad_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.jsonl");
    let good = "{\"step\":0,\"total\":1,\"lr\":1}\n";
    std::fs::write(&path, format!("{good}{}", &good[..20])).unwrap();
    assert_eq!(read::<StepLine>(&path).unwrap().len(), 1);

    std::fs::write(&path, format!("{good}{}", good.replace("step", "stop"))).unwrap();
    let message = read::<StepLine>(&path).unwrap_err().to_string();
    let place = format!("line 2 (byte {})", good.len());
    assert!(message.contains(&place) && message.contains("step"), "{message}");

    std::fs::write(&path, "x".repeat(MAX_LINE as usize)).unwrap();
    assert!(read::<StepLine>(&path).unwrap_err().to_string().contains("bytes or more"));
    std::fs::remove_file(&path).unwrap();
    let mut writer = JsonLinesWriter::<String>::create(&path).unwrap();
    assert!(writer.write(&"x".repeat(MAX_LINE as usize)).is_err(), "it could not be read again");
    writer.write(&"y".to_owned()).unwrap();
    writer.sync().unwrap();
    assert_eq!(read::<String>(&path).unwrap(), ["y"]);
    assert!(JsonLinesWriter::<StepLine>::create(&path).is_err(), "an existing file was taken");
}
