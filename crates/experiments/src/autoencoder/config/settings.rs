//! What the command line needs to know of the configuration.

use gradroute_runs::config::{ConfigError, Settings};

use super::check::check;
use super::keys::Config;
use super::loss::{Routing, halves_rule};
use crate::autoencoder::rules::drawn;

impl Settings for Config {
    const LENGTH_KEY: Option<&'static str> = Some("train.epochs");

    fn seed(&self) -> u64 {
        self.train.seed
    }

    fn check(&self) -> Result<(), ConfigError> {
        check(self)
    }

    fn control(&self) -> Option<Self> {
        // Routing a part of the samples, or of the epochs, is routing too.
        let (enabled, fraction, scheduled) = (false, 1.0, false);
        let routing = Routing { enabled, fraction, scheduled, ..self.routing.clone() };
        self.routing.enabled.then(|| Self { routing, ..self.clone() })
    }

    fn control_of(&self) -> Option<Self> {
        let by_chance = drawn(&self.routing.rule, self.train.seed).is_some();
        let is_control = !self.routing.enabled || by_chance;
        is_control.then(|| {
            let mut meant = self.clone();
            meant.routing.enabled = true;
            if by_chance {
                meant.routing.rule = halves_rule();
            }
            meant
        })
    }

    fn lengthen(&self, longer: &Self) -> Result<(), String> {
        self.train.lengthen(&longer.train, &self.optimizer)?;
        if self.routing.scheduled && longer.train.epochs != self.train.epochs {
            return Err("routing.scheduled = true has routed a share of the planned epochs; a \
                        longer run would have routed more of them: train a new one"
                .to_owned());
        }
        Ok(())
    }
}
