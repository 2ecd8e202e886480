//! How fast a run is.

use std::time::Duration;

/// Speed as a running mean, recent steps counting most, so that it follows a machine that is
/// slowed down or freed.
#[derive(Debug, Default)]
pub(super) struct Rate {
    seconds_per_step: Option<f64>,
    samples_per_second: Option<f64>,
}

const KEEP: f64 = 0.95;

impl Rate {
    pub fn add(&mut self, samples: Option<usize>, took: Duration) {
        let took = took.as_secs_f64().max(1e-9);
        let mean =
            |old: Option<f64>, new: f64| old.map_or(new, |old| KEEP * old + (1.0 - KEEP) * new);
        self.seconds_per_step = Some(mean(self.seconds_per_step, took));
        if let Some(samples) = samples {
            let speed = samples as f64 / took;
            self.samples_per_second = Some(mean(self.samples_per_second, speed));
        }
    }

    /// Samples or steps a second, and the time that so many steps will take.
    pub fn speed(&self, left: u64) -> String {
        let seconds = self.seconds_per_step.unwrap_or(0.0);
        let time = duration_text(seconds * left as f64);
        match self.samples_per_second {
            Some(samples) => format!("{samples:.0} samples/s  {time} left"),
            None => format!("{:.0} steps/s  {time} left", 1.0 / seconds.max(1e-9)),
        }
    }
}

/// Seconds as people say them: "45 s", "3 min 05 s", "2 h 10 min".
pub(crate) fn duration_text(seconds: f64) -> String {
    let whole = seconds.round().max(0.0) as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s:02} s"),
        (h, m, _) => format!("{h} h {m:02} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        for (seconds, text) in [
            (0.2, "0 s"),
            (59.4, "59 s"),
            (59.6, "1 min 00 s"),
            (185.0, "3 min 05 s"),
            (7_800.0, "2 h 10 min"),
        ] {
            assert_eq!(duration_text(seconds), text);
        }
    }

    #[test]
    fn speed_is_in_samples_where_a_step_tells_them_else_in_steps() {
        let mut rate = Rate::default();
        rate.add(Some(2048), Duration::from_millis(500));
        assert_eq!(rate.speed(40), "4096 samples/s  20 s left");
        let mut rate = Rate::default();
        rate.add(None, Duration::from_millis(500));
        assert_eq!(rate.speed(4), "2 steps/s  2 s left");
    }
}
