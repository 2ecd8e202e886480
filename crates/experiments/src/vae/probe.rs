//! What is seen of a run while it goes on.

use gradroute_runs::figures::{FigureError, ImageBand, ImageRow, ImageRows};
use gradroute_runs::images::{Chosen, Data, Dataset};
use gradroute_runs::{Figure, Learner, Probe};
use gradroute_tape::Real;

use super::evaluation::{LIT, MeanImages, decode, evaluate, lit};
use super::figures::{SCALE, Shown, narrow};
use super::measures::measures;
use super::network::Network;
use super::{DIGITS, digit_names};

/// Test images that are judged, the first ones.
const JUDGED: usize = 300;

/// The samples of a run's probes.
pub struct RunProbe<T> {
    /// The images that are judged.
    judged: Dataset,
    means: MeanImages,
    /// The images that are drawn: the first of each digit.
    drawn: Chosen<T>,
}

impl<T: Real> RunProbe<T> {
    /// The first images of a test set.
    pub fn of(data: &Data) -> Self {
        let judged = data.test.clone().limited(Some(JUDGED));
        let means = MeanImages::of(&data.train, &judged);
        let digits: Vec<u8> = (0..DIGITS as u8).collect();
        Self { judged, means, drawn: Chosen::of(&data.test, &digits, DIGITS) }
    }

    /// What the first images are judged by, what is decoded from ten of them, and what each dim decodes
    /// to; at most `chunk` samples at once, with the noise of `seed`.
    ///
    /// # Errors
    /// When the images can't be drawn.
    pub fn look(
        &self,
        network: &Network,
        learner: &mut Learner<T>,
        test: &Dataset,
        (chunk, seed): (usize, u64),
    ) -> Result<Probe, FigureError> {
        let Self { judged, means, drawn } = self;
        let results = evaluate(network, learner, means, judged, chunk, seed);
        let originals = narrow(drawn.pixels.iter().map(|pixel| pixel.to_f64()).collect());
        let dims = narrow(decode(network, learner, &lit(LIT)));
        let decoded = narrow(Shown { network, learner, test }.reconstruct(drawn));
        let row = |name, pixels| vec![ImageRow { name, pixels }];
        let drawing = ImageRows {
            title: "Probe",
            subtitle: "",
            bands: &[
                ImageBand {
                    name: "",
                    labels: &drawn.labels,
                    originals: Some(&originals),
                    rows: row("decoded", &decoded),
                },
                ImageBand {
                    name: "What each dim decodes to",
                    labels: &digit_names(),
                    originals: None,
                    rows: row("dim", &dims),
                },
            ],
            size: (test.rows(), test.columns()),
            scale: SCALE,
        }
        .draw_small()?;
        let caption = "The first test image of each digit, and what is decoded from its means, without \
                       noise; below, what each dim decodes to when it is 1.5 and all others are 0. From \
                       0, white, to 1, black.";
        let figures = vec![Figure::new("digits", caption, drawing)];
        Ok(Probe { measures: measures(&results), figures })
    }
}
