//! The files that PyTorch made, and the configuration that they are of.

use std::path::PathBuf;

use gradroute::autoencoder::Autoencoder;
use gradroute::autoencoder::config::Config;
use gradroute_runs::config::Request;
use gradroute_runs::images::{Data, mnist};
use gradroute_runs::{Driver, Experiment};
use gradroute_tape::{Params, Real};
use safetensors::{Dtype, SafeTensors};
use serde_json::Value;

pub fn golden(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(file)
}

pub fn json(file: &str) -> Value {
    let text = std::fs::read_to_string(golden(file)).expect("the golden file is committed");
    serde_json::from_str(&text).expect("the golden file is JSON")
}

/// The numbers of a tensor, whatever their width in the file.
pub fn numbers(tensors: &SafeTensors<'_>, name: &str) -> Vec<f64> {
    let tensor = tensors.tensor(name).unwrap_or_else(|_| panic!("no golden tensor `{name}`"));
    match tensor.dtype() {
        Dtype::F32 => tensor
            .data()
            .chunks_exact(4)
            .map(|b| f64::from(f32::from_le_bytes(b.try_into().unwrap())))
            .collect(),
        Dtype::F64 => tensor
            .data()
            .chunks_exact(8)
            .map(|b| f64::from_le_bytes(b.try_into().unwrap()))
            .collect(),
        other => panic!("golden tensor `{name}` is {other:?}"),
    }
}

pub fn specification() -> (Config, Value) {
    let spec = json("spec.json");
    let list =
        |v: &Value| v.as_array().unwrap().iter().map(|v| v.as_u64().unwrap()).collect::<Vec<_>>();
    let digits = |v: &Value| list(v).into_iter().map(|d| d as u8).collect::<Vec<_>>();
    let number = |v: &Value| v.as_f64().unwrap();
    let count = |v: &Value| v.as_u64().unwrap() as usize;
    let seed = Autoencoder::<f32>::resolve(&Request::preset("seed", &[]));
    let mut config = seed.expect("the preset is sound").config;
    config.model.hidden = list(&spec["model"]["hidden"]).into_iter().map(|w| w as usize).collect();
    config.model.encoding = count(&spec["model"]["encoding"]);
    config.data.limit = Some(count(&spec["data"]["limit"]));
    config.train.batch = count(&spec["train"]["batch"]);
    config.train.steps = Some(count(&spec["train"]["steps"]));
    config.train.shuffle = false;
    config.optimizer.lr = number(&spec["optimizer"]["lr"]);
    config.optimizer.weight_decay = number(&spec["optimizer"]["weight_decay"]);
    config.optimizer.beta1 = number(&spec["optimizer"]["beta1"]);
    config.optimizer.beta2 = number(&spec["optimizer"]["beta2"]);
    config.optimizer.eps = number(&spec["optimizer"]["eps"]);
    config.loss.l1 = number(&spec["loss"]["l1"]);
    config.loss.l1_divisor = Some(count(&spec["loss"]["l1_divisor"]));
    config.routing.bottom = digits(&spec["routing"]["bottom"]);
    config.routing.top = digits(&spec["routing"]["top"]);
    (config, spec)
}

pub fn data(config: &Config) -> Data {
    mnist::load(None, config.data.limit).expect("data/mnist is whole")
}

/// The golden run in f64, with the correlation penalty of a file and just before the step that it is of.
pub fn at_step_of<'d>(
    golden: &Value,
    config: &mut Config,
    data: &'d Data,
) -> Driver<'d, Autoencoder<f64>, f64> {
    config.loss.correlation = golden["correlation"].as_f64().unwrap();
    let mut driver = Driver::<Autoencoder<f64>, f64>::new(config, data).unwrap();
    begin(&mut driver.experiment_mut().learner_mut().params);
    while driver.made() < golden["step"].as_u64().unwrap() {
        driver.step().unwrap();
    }
    driver
}

/// Sets parameters to the initial ones of the golden run.
pub fn begin<T: Real>(params: &mut Params<T>) {
    let bytes = std::fs::read(golden("initial.safetensors")).unwrap();
    let initial = SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(params.count(), initial.len());
    for id in params.ids() {
        let values = numbers(&initial, params.name(id));
        let slot = params.get_mut(id);
        assert_eq!(slot.len(), values.len());
        slot.iter_mut().zip(values).for_each(|(slot, v)| *slot = T::from_f64(v));
    }
}
