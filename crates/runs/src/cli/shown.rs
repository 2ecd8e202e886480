//! What the server of pages can ask of an experiment.

use gradroute_tape::TracePage;

use super::at_step::Looked;
use super::commands::{GraphRequest, PlaceRequest};
use super::failure::Failure;
use super::of::Of;
use super::{audit, graph};
use crate::audit::Audit;
use crate::experiment::Experiment;
use crate::serve::Model;

/// An experiment whose runs are shown.
pub(super) trait Shown: Sync {
    /// The script of its panel.
    fn panel(&self) -> Option<&'static str>;
    /// The model before a step.
    fn model(&self, place: &PlaceRequest) -> Result<Box<dyn Model>, Failure>;
    /// The page of a step's graph.
    fn page(&self, request: &GraphRequest) -> Result<TracePage<f32>, Failure>;
    /// The audit of a step.
    fn audit(&self, place: &PlaceRequest) -> Result<Audit, Failure>;
}

impl<E: Experiment> Shown for Of<E> {
    fn panel(&self) -> Option<&'static str> {
        E::PANEL
    }

    fn model(&self, place: &PlaceRequest) -> Result<Box<dyn Model>, Failure> {
        let looked = Looked::<E>::at(place)?;
        let experiment = looked.driver()?.into_experiment();
        Ok(Box::new(Trained { experiment, data: looked.data }))
    }

    fn page(&self, request: &GraphRequest) -> Result<TracePage<f32>, Failure> {
        graph::page::<E>(request)
    }

    fn audit(&self, place: &PlaceRequest) -> Result<Audit, Failure> {
        audit::audit::<E>(place, 1)
    }
}

/// A trained model that answers.
struct Trained<E: Experiment> {
    experiment: E,
    data: E::Data,
}

impl<E: Experiment> Model for Trained<E> {
    fn answer(&mut self, question: &str) -> Result<String, String> {
        let answer = self.experiment.answer(&self.data, question);
        answer.map_err(|error| error.to_string())
    }
}
