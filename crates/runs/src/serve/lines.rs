//! Lines of a log as a page is told them: as many as a screen can show.
//!
//! Up to [`MOST`] lines are kept. Then every second one is dropped, and so on each time that there are
//! too many. The last line is always there.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The most lines that are kept, an even number.
const MOST: usize = 1024;

/// What is told of a line.
pub(super) type Told = fn(&[u8]) -> serde_json::Result<Box<RawValue>>;

/// The lines so far.
#[derive(Debug)]
pub(super) struct Lines {
    told: Told,
    kept: Vec<Box<RawValue>>,
    /// How many lines there were.
    count: usize,
    /// Of how many lines one is kept.
    every: usize,
    /// Whether the last line is kept only as long as it is the last.
    is_last_extra: bool,
    /// Lines that nobody was told of, from this one on.
    fresh: usize,
    /// Whether nobody was told of anything since the log was begun to be read.
    again: bool,
}

/// What is to be shown anew.
#[derive(Debug, Serialize)]
pub(super) struct Fresh<'l> {
    /// Whether this is all that there is: at first, and where the log was cut back or replaced.
    again: bool,
    /// From this line on, what was told before is no longer so.
    from: usize,
    lines: &'l [Box<RawValue>],
}

impl Lines {
    /// No lines yet; `told` says what is told of each.
    pub fn new(told: Told) -> Self {
        let (kept, count, every, is_last_extra) = (Vec::new(), 0, 1, false);
        Self { told, kept, count, every, is_last_extra, fresh: 0, again: true }
    }

    /// Forgets all lines: the log is read again.
    pub fn restart(&mut self) {
        *self = Self::new(self.told);
    }

    /// Adds whole lines, each with its break.
    ///
    /// # Errors
    /// When one that is kept is not what it should be.
    pub fn add(&mut self, lines: &[u8]) -> serde_json::Result<()> {
        let mut last = None;
        for line in lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            if std::mem::take(&mut self.is_last_extra) {
                self.kept.pop();
            }
            if self.count.is_multiple_of(self.every) && self.kept.len() == MOST {
                let mut place = 0..;
                self.kept.retain(|_| place.next().is_some_and(|place| place % 2 == 0));
                self.every *= 2;
                self.fresh = 0;
            }
            last = match self.count.is_multiple_of(self.every) {
                true => {
                    self.kept.push((self.told)(line)?);
                    None
                }
                false => Some(line),
            };
            self.count += 1;
            self.fresh = self.fresh.min(self.kept.len() - usize::from(last.is_none()));
        }
        if let Some(line) = last {
            self.kept.push((self.told)(line)?);
            self.is_last_extra = true;
        }
        Ok(())
    }

    /// What was added since this was asked last; `None` if nothing was, but for the first time.
    pub fn take_fresh(&mut self) -> Option<Fresh<'_>> {
        let from = std::mem::replace(&mut self.fresh, self.kept.len());
        let again = std::mem::take(&mut self.again);
        let lines = &self.kept[from..];
        (again || !lines.is_empty()).then_some(Fresh { again, from, lines })
    }
}

/// A line as it is written there.
pub(super) fn whole(line: &[u8]) -> serde_json::Result<Box<RawValue>> {
    serde_json::from_slice(line)
}

/// A line of a run's probes without its pictures, which a page asks for one by one.
pub(super) fn without_pictures(line: &[u8]) -> serde_json::Result<Box<RawValue>> {
    #[derive(Serialize, Deserialize)]
    struct Probe<'l> {
        step: u64,
        #[serde(borrow)]
        measures: &'l RawValue,
        #[serde(borrow, skip_serializing_if = "Option::is_none")]
        floors: Option<&'l RawValue>,
    }
    let probe: Probe<'_> = serde_json::from_slice(line)?;
    serde_json::value::to_raw_value(&probe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: std::ops::Range<usize>) -> Vec<u8> {
        lines.map(|line| format!("{line}\n")).collect::<String>().into_bytes()
    }

    fn kept(lines: &Lines) -> Vec<usize> {
        lines.kept.iter().map(|line| line.get().parse().unwrap()).collect()
    }

    #[test]
    fn of_a_long_log_lines_at_even_distances_and_the_last_are_kept() {
        for n in [1, 2, MOST - 1, MOST, MOST + 1, MOST + 2, 5 * MOST, 5 * MOST + 3] {
            let mut lines = Lines::new(whole);
            lines.add(&text(0..n)).unwrap();
            let kept = kept(&lines);
            assert!(kept.len() <= MOST + 1 && kept.len() >= n.min(MOST / 2), "{n}: {}", kept.len());
            assert_eq!((kept[0], kept[kept.len() - 1]), (0, n - 1));
            let gaps: Vec<usize> = kept.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let even = &gaps[..gaps.len().saturating_sub(1)];
            assert!(even.iter().all(|gap| *gap == even[0]), "{n}: {gaps:?}");
        }
    }

    #[test]
    fn told_piece_by_piece_a_log_is_the_same_as_at_once() {
        let n = 3 * MOST + 17;
        let (mut lines, mut seen) = (Lines::new(whole), Vec::new());
        for from in (0..n).step_by(7) {
            lines.add(&text(from..n.min(from + 7))).unwrap();
            let first = from == 0;
            let Fresh { again, from, lines } = lines.take_fresh().unwrap();
            assert_eq!(again, first);
            seen.truncate(from);
            seen.extend(lines.iter().map(|line| line.get().to_owned()));
            assert!(seen.len() <= MOST + 1);
        }
        assert!(lines.take_fresh().is_none());
        let mut at_once = Lines::new(whole);
        at_once.add(&text(0..n)).unwrap();
        let expected: Vec<String> = kept(&at_once).iter().map(usize::to_string).collect();
        assert_eq!(seen, expected);
        lines.restart();
        let fresh = lines.take_fresh().unwrap();
        assert!(fresh.again && fresh.from == 0 && fresh.lines.is_empty());
    }

    #[test]
    fn a_probe_is_told_without_its_pictures_and_a_bad_line_is_refused() {
        let line = br#"{"step":3,"measures":{"a":"NaN"},"figures":[{"name":"x","png":"AA"}]}"#;
        let told = without_pictures(line).unwrap();
        assert_eq!(told.get(), r#"{"step":3,"measures":{"a":"NaN"}}"#);
        for bad in [&b"{}"[..], b"[1]", b"{\"step\":-1,\"measures\":{}}"] {
            assert!(without_pictures(bad).is_err());
        }
    }
}
