//! The groups of samples by which the routing is audited.

use gradroute_runs::audit::Groups;

use super::config::Config;
use super::halves::Half;

/// Which halves the terms of the loss let a sample teach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taught {
    /// Whether a term that is to teach the bottom half counts it.
    pub bottom: bool,
    /// Whether a term that is to teach the top half does.
    pub top: bool,
}

/// The names of the groups, by number.
const NAMES: [&str; 4] = ["bottom", "top", "both", "neither"];

impl Taught {
    /// The number of the group of such samples.
    pub fn group(self) -> u8 {
        match (self.bottom, self.top) {
            (true, false) => 0,
            (false, true) => 1,
            (true, true) => 2,
            (false, false) => 3,
        }
    }
}

/// A group for each of the halves that the terms of the loss let a sample teach: it must not teach the
/// other one. So says the paper, whatever the rule is; a rule that lets it all the same, such as a control,
/// leaks by this account. The rows of the encoder's last layer that make each half are regions too.
pub fn groups(config: &Config) -> Groups {
    let [bottom, top] = Half::BOTH.map(Half::region);
    // Layers are numbered with the ReLUs between them.
    let last = format!("encoder.{}.weight", 2 * config.model.hidden.len());
    let rows = |groups: Groups, half: Half| {
        let region = format!("{} rows", half.name());
        groups.rows(region, &last, half.dims(config.model.encoding))
    };
    Half::BOTH
        .into_iter()
        .fold(Groups::of(NAMES), rows)
        .must_not_teach("bottom", &top)
        .must_not_teach("top", &bottom)
        .must_not_teach("neither", &bottom)
        .must_not_teach("neither", &top)
}
