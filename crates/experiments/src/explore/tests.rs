use gradroute_runs::config::Request;
use gradroute_runs::images::{Data, Dataset, mnist};
use gradroute_runs::{Driver, Experiment};
use serde_json::{Value, json};

use crate::autoencoder::{Autoencoder, CLASSES};
use crate::vae::Vae;

/// A small model, after a few steps.
struct Trained<E: Experiment<f32, Data = Data>> {
    experiment: E,
    data: Data,
}

const TEST: usize = 100;

impl<E: Experiment<f32, Data = Data>> Trained<E> {
    fn new() -> Self {
        let set =
            ["model.hidden=[24,12]", "train.batch=32", "train.steps=8"].map(str::to_owned).to_vec();
        let config = E::resolve(&Request { set, ..Request::default() }).unwrap().config;
        let mut data = mnist::load(None, Some(256)).unwrap();
        let pixels = data.test.pixels();
        let (images, labels) = (&data.test.images()[..TEST * pixels], &data.test.labels()[..TEST]);
        data.test = Dataset::new(images.to_vec(), labels.to_vec(), (28, 28), 10).unwrap();
        let mut driver = Driver::<E>::new(&config, &data).unwrap();
        while !driver.is_done() {
            driver.step().unwrap();
        }
        let experiment = driver.into_experiment();
        Self { experiment, data }
    }

    fn try_ask(&mut self, question: &Value) -> Result<Value, String> {
        let answer = self.experiment.answer(&self.data, &question.to_string());
        Ok(serde_json::from_str(&answer.map_err(|error| error.to_string())?).unwrap())
    }

    fn ask(&mut self, question: &Value) -> Value {
        self.try_ask(question).unwrap()
    }
}

/// Numbers as the bits of the model's precision.
fn bits(value: &Value) -> Vec<u32> {
    let number = |value: &Value| {
        let wide = value.as_f64().unwrap();
        assert_eq!(f64::from(wide as f32), wide, "{wide} is more exact than the model");
        (wide as f32).to_bits()
    };
    value.as_array().unwrap().iter().map(number).collect()
}

#[test]
fn test_images_through_the_panel_have_the_errors_of_evaluate_to_the_bit() {
    let mut trained = Trained::<Autoencoder>::new();
    let results = trained.experiment.evaluate(&trained.data);
    let (mut sums, mut counts) = ([[[0.0f64; 2]; CLASSES]; 3], [0u64; CLASSES]);
    for index in 0..TEST {
        let seen = trained.ask(&json!({"see": {"image": {"test": index}}}));
        let digit = seen["label"].as_u64().unwrap() as usize;
        counts[digit] += 1;
        for (sums, output) in sums.iter_mut().zip(seen["outputs"].as_array().unwrap()) {
            sums[digit][0] += output["mae"].as_f64().unwrap();
            sums[digit][1] += output["mse"].as_f64().unwrap();
        }
    }
    assert_eq!(counts, results.counts);
    for (sums, errors) in sums.iter().zip([&results.decoder, &results.bottom, &results.top]) {
        for digit in 0..CLASSES {
            let mean = sums[digit].map(|sum| (sum / counts[digit] as f64).to_bits());
            assert_eq!(mean, [errors.mae[digit].to_bits(), errors.mse[digit].to_bits()], "{digit}");
        }
    }
}

fn sliders_keep_to_themselves<E: Experiment<f32, Data = Data>>() {
    let mut trained = Trained::<E>::new();
    let image = json!({"test": 17});
    let first = trained.ask(&json!({"see": {"image": image}}));
    assert_eq!((&first["changed"], &first["encoding"]), (&json!(false), &first["encoded"]));
    let dims = first["encoded"].as_array().unwrap().len();
    for dim in [0, dims / 2, dims - 1] {
        let mut moved = first["encoded"].clone();
        moved[dim] = json!(0.7372);
        let seen = trained.ask(&json!({"see": {"image": image, "encoding": moved}}));
        assert_eq!(seen["encoded"], first["encoded"], "the encoder is not asked for less");
        let (now, before) = (bits(&seen["encoding"]), bits(&first["encoding"]));
        for i in 0..dims {
            assert_eq!(now[i], if i == dim { 0.7372f32.to_bits() } else { before[i] }, "dim {i}");
        }
        assert_ne!(seen["outputs"], first["outputs"]);
        let back = trained.ask(&json!({"see": {"image": image, "encoding": first["encoded"]}}));
        assert_eq!(back, first);
    }
}

#[test]
fn a_slider_moves_its_dim_alone_and_back_restores_all_bits() {
    sliders_keep_to_themselves::<Autoencoder>();
    sliders_keep_to_themselves::<Vae>();
}

fn off_is_zero<E: Experiment<f32, Data = Data>>() {
    let mut trained = Trained::<E>::new();
    let groups = trained.ask(&json!("about"))["groups"].as_array().unwrap().clone();
    for (number, group) in groups.iter().enumerate() {
        let image = json!({"test": 3});
        let ablated = trained.ask(&json!({"see": {"image": image, "off": [number]}}));
        let [start, end] =
            ["start", "end"].map(|side| group["dims"][side].as_u64().unwrap() as usize);
        let mut zeroed = ablated["encoded"].clone();
        (start..end).for_each(|dim| zeroed[dim] = json!(0.0));
        let by_hand = trained.ask(&json!({"see": {"image": image, "encoding": zeroed}}));
        assert_eq!(ablated, by_hand, "{}", group["name"]);
    }
}

#[test]
fn a_group_that_is_off_is_decoded_as_zeros() {
    off_is_zero::<Autoencoder>();
    off_is_zero::<Vae>();
}

#[test]
fn all_dims_have_one_group_and_a_range_in_which_most_test_images_are() {
    let mut trained = Trained::<Autoencoder>::new();
    let about = trained.ask(&json!("about"));
    let dims = about["dims"].as_array().unwrap();
    let mut in_groups = vec![0; dims.len()];
    for group in about["groups"].as_array().unwrap() {
        let [start, end] =
            ["start", "end"].map(|side| group["dims"][side].as_u64().unwrap() as usize);
        in_groups[start..end].iter_mut().for_each(|count| *count += 1);
    }
    assert!(in_groups.iter().all(|&count| count == 1));
    assert_eq!(about["labels"].as_array().unwrap().len(), TEST);
    for index in 0..TEST {
        let seen = trained.ask(&json!({"see": {"image": {"test": index}}}));
        for (value, range) in seen["encoded"].as_array().unwrap().iter().zip(dims) {
            // Of a hundred images, none is beyond.
            let [value, low, high] = [value, &range[0], &range[1]].map(|v| v.as_f64().unwrap());
            assert!(low <= value && value <= high);
        }
    }
}

#[test]
fn a_drawing_is_seen_as_the_images_are() {
    let mut trained = Trained::<Autoencoder>::new();
    let seven = json!([[[0.3, 0.2], [0.7, 0.2], [0.45, 0.8]]]);
    for framed in [false, true] {
        let drawn = json!({"drawn": {"lines": seven, "framed": framed}});
        let seen = trained.ask(&json!({"see": {"image": drawn}}));
        assert_eq!((&seen["label"], seen["image"].as_array().unwrap().len()), (&Value::Null, 784));
        let brightest = seen["image"].as_array().unwrap().iter().map(|v| v.as_u64().unwrap()).max();
        assert_eq!(brightest, Some(255));
    }
    let empty = trained.ask(&json!({"see": {"image": {"drawn": {"lines": [], "framed": true}}}}));
    assert!(empty["image"].as_array().unwrap().iter().all(|pixel| pixel == 0));
}

#[test]
fn questions_that_ask_for_what_is_not_there_are_refused_by_what_is_wrong() {
    let mut trained = Trained::<Autoencoder>::new();
    let image = json!({"test": 0});
    for (question, words) in [
        (json!("nonsense"), "nonsense"),
        (json!({"see": {}}), "image"),
        (json!({"see": {"image": image, "more": 1}}), "more"),
        (json!({"see": {"image": {"test": TEST}}}), "from 0 to 99"),
        (json!({"see": {"image": {"test": -1}}}), "-1"),
        (json!({"see": {"image": image, "off": [2]}}), "there is no group 2"),
        (json!({"see": {"image": image, "encoding": [1.0]}}), "expected"),
        (json!({"see": {"image": image, "encoding": vec![1e300; 32]}}), "expected a number"),
        (
            json!({"see": {"image": {"drawn": {"lines": [[[2.0, 0.0]]], "framed": true}}}}),
            "not on the pad",
        ),
    ] {
        let reason = trained.try_ask(&question).unwrap_err();
        assert!(reason.contains(words), "{question}: {reason}");
    }
}
