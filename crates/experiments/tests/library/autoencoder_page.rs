//! What the autoencoder's page shows of a run, for every kind of run.

use gradroute::autoencoder::Autoencoder;
use gradroute::autoencoder::config::Config;
use gradroute_runs::config::Request;
use gradroute_runs::evaluation::Measures;
use gradroute_runs::images::{Data, Dataset, mnist};
use gradroute_runs::{Driver, Evaluation, Experiment, Page};

/// The configuration of one step of a small model.
fn config(preset: &str, set: &[&str]) -> Config {
    let small = ["model.hidden=[12]", "train.batch=30", "train.epochs=1", "train.steps=1"];
    let set = [&small[..], set].concat();
    Autoencoder::<f32>::resolve(&Request::preset(preset, &set)).unwrap().config
}

/// The page of one step of a small model, which must leave the state as it is.
fn page(data: &Data, preset: &str, set: &[&str]) -> Page {
    let config = config(preset, set);
    let mut driver = Driver::<Autoencoder>::new(&config, data).unwrap();
    driver.step().unwrap();
    let before = driver.digest().unwrap();
    let results = driver.evaluate();
    let (earlier, measures) = (Vec::new(), Measures::default());
    let evaluation = Evaluation { results, earlier, measures };
    let page = driver.page(&evaluation).unwrap();
    assert_eq!(driver.digest().unwrap(), before, "showing a run changes it");
    for figure in &page.figures {
        figure.files().unwrap_or_else(|error| panic!("{}: {error}", figure.name));
    }
    page
}

#[test]
fn every_preset_shows_the_encoding_first_and_what_each_decoder_draws() {
    let data = mnist::load(None, Some(60)).unwrap();
    for preset in Autoencoder::<f32>::PRESETS {
        let (page, config) = (page(&data, preset.name, &[]), config(preset.name, &[]));
        let names: Vec<&str> = page.figures.iter().map(|figure| figure.name.as_str()).collect();
        assert_eq!(names[..3], ["encoding", "errors", "reconstructions"], "{}", preset.name);
        assert_eq!(names.len(), 7, "{}: four sheets of certificates", preset.name);
        let routed = page.figures[0].caption.contains("Where routing works");
        let meant = config.routing.enabled && preset.name != "quick-random";
        assert_eq!(routed, meant, "{}", preset.name);
        let second = format!("{:?}", page.figures[2].drawing).contains("\"second decoder\"");
        assert_eq!(second, config.model.separate_decoders, "{}", preset.name);
    }
}

#[test]
fn encodings_of_any_size_are_shown() {
    let data = mnist::load(None, Some(60)).unwrap();
    for encoding in
        ["model.encoding=2", "model.encoding=4", "model.encoding=256", "model.encoding=600"]
    {
        assert_eq!(page(&data, "quick", &[encoding, "routing.bottom=[1]"]).figures.len(), 7);
    }
}

#[test]
fn a_test_set_of_one_half_has_no_verdict_and_says_why() {
    let mut data = mnist::load(None, Some(200)).unwrap();
    let chosen = (0..data.test.len()).filter(|&i| data.test.labels()[i] < 5);
    let (images, labels): (Vec<&[u8]>, Vec<u8>) =
        chosen.map(|i| (data.test.image(i), data.test.labels()[i])).unzip();
    data.test = Dataset::new(images.concat(), labels, (28, 28), 10).unwrap();
    let page = page(&data, "quick", &[]);
    let verdict = page.verdict.unwrap();
    assert_eq!(verdict.holds, None);
    assert!(verdict.text.contains("no digit of the top half (5-9)"), "{}", verdict.text);
    assert_eq!(page.figures.len(), 5, "there are no sheets of the other half's digits");
}
