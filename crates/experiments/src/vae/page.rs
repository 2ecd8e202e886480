//! What is shown of a run.

use gradroute_runs::figures::FigureError;
use gradroute_runs::images::Dataset;
use gradroute_runs::{Learner, Page, Verdict};
use gradroute_tape::Real;

use super::DIGITS;
use super::config::Config;
use super::evaluation::Results;
use super::figures::{Shown, confusion};
use super::network::Network;

/// Verdict, explanation and pictures. The measures stand below them without a word of ours.
///
/// # Errors
/// When a figure can't be drawn.
pub fn page<T: Real>(
    config: &Config,
    network: &Network,
    learner: &mut Learner<T>,
    test: &Dataset,
    results: &Results,
) -> Result<Page, FigureError> {
    let mut shown = Shown { network, learner, test };
    let mut figures = vec![confusion(results)?, shown.dims()?, shown.reconstructions()?];
    figures.extend(shown.samples(config.train.seed)?);
    let reading = [("The model.", MODEL), ("The routing.", routing(config)), ("Noise.", NOISE)];
    Ok(Page {
        verdict: Some(verdict(results)),
        reading: reading.map(|(term, text)| (term.to_owned(), text.to_owned())).to_vec(),
        figures,
        tables: Vec::new(),
    })
}

fn verdict(results: &Results) -> Verdict {
    let missing: Vec<String> = results.missing().iter().map(usize::to_string).collect();
    let learned = match &missing[..] {
        [] => "every digit that the test set has was learned".to_owned(),
        digits => format!("not learned: {}", digits.join(", ")),
    };
    Verdict {
        text: format!(
            "The largest dim names {:.1} % of the test images; {} of {DIGITS} dims decode to their \
             digit; {learned}",
            100.0 * results.accuracy(),
            results.decodes_right()
        ),
        holds: Some(missing.is_empty() && results.decodes_right() >= results.shown()),
    }
}

const MODEL: &str = "An encoder turns an image into ten numbers “mean” and ten numbers “c”; the \
                     decoder draws it again from relu(mean + c * noise). Nothing tells the model \
                     which digit it sees, but for the routing.";

fn routing(config: &Config) -> &'static str {
    if config.routing.enabled {
        "An image of a 3 is reconstructed from all ten dims, but what the reconstruction teaches \
         the encoder goes through dim 3 alone. So dim 3 comes to stand for a 3. The penalty on \
         mean and c is not routed: it pulls all dims of every image towards 0, and so empties \
         those that an image does not teach. A digit whose dim falls to 0 everywhere before it is \
         of use can get stuck there, behind the ReLU: that is a digit that was not learned."
    } else {
        "Nothing is routed here: every image teaches all ten dims, and no dim belongs to a digit. \
         This is the control."
    }
}

const NOISE: &str = "The squared error is measured with noise, as in training. Largest dims, \
                     reconstructions and encodings are without noise.";
