//! What is seen of a run while it goes on. It has nothing to do with the linear probes of a half.

use gradroute_runs::figures::FigureError;
use gradroute_runs::images::{Chosen, Data, Dataset};
use gradroute_runs::{Figure, Learner, Probe};
use gradroute_tape::Real;

use super::evaluation::{Floors, Results};
use super::figures::probe_rows;
use super::floors::floors;
use super::halves::{CLASSES, Halves};
use super::judge::{TestErrors, gallery, test_errors};
use super::measures::measures;
use super::network::Network;

/// Test images that are judged, the first ones.
const JUDGED: usize = 300;

/// The samples of a run's probes.
pub struct RunProbe<T> {
    halves: Halves,
    /// The images that are judged.
    judged: Dataset,
    /// Of these images, by the whole training set.
    floors: Floors,
    /// The images that are drawn: the first of each digit.
    drawn: Chosen<T>,
}

impl<T: Real> RunProbe<T> {
    /// The first images of a test set.
    pub fn of(data: &Data, halves: Halves) -> Self {
        let judged = data.test.clone().limited(Some(JUDGED));
        let floors = floors(&data.train, &judged, &halves);
        let digits: Vec<u8> = (0..CLASSES as u8).collect();
        Self { halves, judged, floors, drawn: Chosen::of(&data.test, &digits, CLASSES) }
    }

    /// The mean absolute errors of all decoders on the digits of each half, and what they draw; at most
    /// `chunk` samples at once.
    ///
    /// # Errors
    /// When the images can't be drawn.
    pub fn look(
        &self,
        network: &Network,
        learner: &mut Learner<T>,
        test: &Dataset,
        chunk: usize,
    ) -> Result<Probe, FigureError> {
        let Self { halves, judged, floors, drawn } = self;
        let TestErrors { decoder, bad_decoder, top, bottom } =
            test_errors(network, learner, judged, chunk);
        let (halves, floors) = (halves.clone(), floors.clone());
        let bad_decoder = bad_decoder.as_ref();
        let results = Results::new(halves, &decoder, bad_decoder, &top, &bottom, floors);
        let mut measures = measures(&results);
        measures.retain(|measure| measure.name.contains("_mae_"));
        let images = gallery(network, learner, test, drawn);
        let drawing = probe_rows(&images, (test.rows(), test.columns()))?;
        let caption = "The first test image of each digit, and what is drawn of it by the decoder, which \
                       sees the whole encoding, and by the certificates, which see a half each. From -1, \
                       white, to 1, black.";
        Ok(Probe { measures, figures: vec![Figure::new("digits", caption, drawing)] })
    }
}
