//! Single ops against PyTorch: values and gradients. The cases are in `golden/ops.json`, described in
//! `golden/README.md`.

use std::collections::{BTreeMap, BTreeSet};

use gradroute_tape::{Gradients, Graph, Params, Real, Shape, Tape, Var};
use serde_json::Value;

use crate::names::of_graph;

struct Array {
    shape: Vec<usize>,
    data: Vec<f64>,
}

impl Array {
    fn read(value: &Value) -> Self {
        let list = |key: &str| value[key].as_array().unwrap().iter();
        Self {
            shape: list("shape").map(|v| v.as_u64().unwrap() as usize).collect(),
            data: list("data").map(|v| v.as_f64().unwrap()).collect(),
        }
    }

    fn values<T: Real>(&self) -> Vec<T> {
        self.data.iter().map(|&v| T::from_f64(v)).collect()
    }
}

fn record<T: Real>(
    g: &Graph<'_, T>,
    op: &str,
    attributes: &Value,
    x: &BTreeMap<String, Var>,
) -> Var {
    let whole = |key: &str| attributes[key].as_u64().unwrap() as usize;
    match op {
        "tanh" => g.tanh(x["x"]),
        "sigmoid" => g.sigmoid(x["x"]),
        "exp" => g.exp(x["x"]),
        "ln" => g.ln(x["x"]),
        "sqrt" => g.sqrt(x["x"]),
        "abs" => g.abs(x["x"]),
        "relu" => g.relu(x["x"]),
        "gelu" => g.gelu(x["x"]),
        "silu" => g.silu(x["x"]),
        "softplus" => g.softplus(x["x"]),
        "div" => g.div(x["a"], x["b"]),
        "permute" => {
            let order = attributes["order"].as_array().unwrap();
            let order: Vec<usize> = order.iter().map(|v| v.as_u64().unwrap() as usize).collect();
            g.permute(x["x"], &order)
        }
        "reshape" => g.reshape(x["x"], &[whole("rows"), whole("columns")]),
        "embedding" => g.embedding(x["table"], x["indices"]),
        "pick" => g.pick(x["x"], x["indices"]),
        "matmul_tn" => g.matmul_tn(x["a"], x["b"]),
        "matmul_nt" => g.matmul_nt(x["a"], x["b"]),
        "conv2d" => {
            let bias = x.get("bias").copied();
            g.conv2d(x["input"], x["weight"], bias, whole("stride"), whole("padding"))
        }
        "max_pool2d" => g.max_pool2d(x["x"], whole("size"), whole("stride")),
        "avg_pool2d" => g.avg_pool2d(x["x"], whole("size"), whole("stride")),
        "max_axis" => g.max_axis(x["x"], whole("axis")),
        "min_axis" => g.min_axis(x["x"], whole("axis")),
        "masked_mean" => g.masked_mean(x["x"], x["mask"]),
        "masked_mean_rows" => g.masked_mean_rows(x["x"], x["mask"]),
        "standardize" => g.standardize(x["x"]),
        "softmax" => g.softmax(x["x"]),
        "causal_softmax" => g.causal_softmax(x["x"]),
        "log_softmax" => g.log_softmax(x["x"]),
        "layer_norm" => {
            let of = |name: &str| x.get(name).copied();
            g.layer_norm(x["input"], of("weight"), of("bias"), attributes["eps"].as_f64().unwrap())
        }
        "binary_cross_entropy" => g.binary_cross_entropy_with_logits(x["logits"], x["targets"]),
        "entropy" => g.entropy(x["logits"]),
        "ablate" => g.ablate(x["x"], x["mask"]),
        "scale" => g.scale(x["x"], attributes["factor"].as_f64().unwrap()),
        "add" => g.add(x["a"], x["b"]),
        "sub" => g.sub(x["a"], x["b"]),
        "mul" => g.mul(x["a"], *x.get("b").unwrap_or(&x["a"])),
        "matmul" => g.matmul(x["a"], x["b"]),
        "linear" => g.linear(x["input"], x["weight"], x.get("bias").copied()),
        "linear_relu" => g.linear_relu(x["input"], x["weight"], x.get("bias").copied()),
        "sum_axis" => g.sum_axis(x["x"], whole("axis")),
        "mean_axis" => g.mean_axis(x["x"], whole("axis")),
        "sum" => g.sum(x["input"]),
        "mean" => g.mean(x["input"]),
        "l1_norm" => g.l1_norm(x["x"]),
        "slice_columns" => g.slice_columns(x["x"], whole("start")..whole("end")),
        "concat_columns" => g.concat_columns(&[x["a"], x["b"]]),
        "mean_absolute_error" => g.mean_absolute_error(x["prediction"], x["target"]),
        "absolute_error_per_sample" => g.absolute_error(x["prediction"], x["target"]),
        "mean_squared_error" => g.mean_squared_error(x["prediction"], x["target"]),
        "squared_error_per_sample" => g.squared_error(x["prediction"], x["target"]),
        "weighted_sum" => g.weighted_sum(x["losses"], x["weights"]),
        "cross_entropy" => g.softmax_cross_entropy(x["logits"], x["labels"]),
        "cross_entropy_mean" => g.mean(g.softmax_cross_entropy(x["logits"], x["labels"])),
        "route" => g.route(x["x"], x["mask"]),
        "detach" => g.mul(g.detach(x["x"]), x["y"]),
        "linear_sample_weights" => {
            let [input, weights] = ["input", "sample_weights"].map(|name| g.as_samples(x[name]));
            g.update_weighted(weights, || g.linear(input, x["weight"], Some(x["bias"])))
        }
        other => panic!("the golden file has an op that this test does not know: {other}"),
    }
}

/// What is allowed, by the size of a number and of the largest of its tensor.
type Tolerance = fn(f64, f64) -> f64;

/// A case of the file.
struct Case<'f> {
    name: &'f str,
    value: &'f Value,
    inputs: BTreeMap<String, Array>,
}

impl<'f> Case<'f> {
    fn read(value: &'f Value) -> Self {
        let inputs = value["inputs"].as_object().unwrap().iter();
        Self {
            name: value["name"].as_str().unwrap(),
            value,
            inputs: inputs.map(|(name, value)| (name.clone(), Array::read(value))).collect(),
        }
    }

    fn params<T: Real>(&self) -> Params<T> {
        let grads = self.value["grads"].as_object().unwrap();
        let mut params = Params::new();
        for (name, array) in self.inputs.iter().filter(|(name, _)| grads.contains_key(*name)) {
            let mut data = array.values::<T>().into_iter();
            params.add(name, &array.shape, || data.next().unwrap());
        }
        params
    }

    fn record<T: Real>(&self, g: &Graph<'_, T>) -> Var {
        let vars = self.inputs.iter().map(|(name, array)| {
            let var = match g.params().id(name) {
                Some(id) => g.param(id),
                None => g.literal(Shape::new(&array.shape), &array.values()),
            };
            (name.clone(), var)
        });
        record(g, self.value["op"].as_str().unwrap(), &self.value["attributes"], &vars.collect())
    }

    /// Holds the value and all gradients to PyTorch's.
    fn compare<T: Real>(&self, tolerance: Tolerance) {
        let params = self.params::<T>();
        let mut tape = Tape::new();
        let mut gradients = Gradients::new(&params);
        let g = tape.graph(&params);
        let out = self.record(&g);
        let wanted = Array::read(&self.value["output"]);
        assert_eq!(g.shape(out).dims(), wanted.shape, "{}", self.name);
        self.near("the output", &g.value(out), &wanted, tolerance);

        let dout = Array::read(&self.value["dout"]);
        let weights = g.literal(Shape::new(&dout.shape), &dout.values());
        g.backward(g.weighted_sum(out, weights), &mut gradients);
        for (input, wanted) in self.value["grads"].as_object().unwrap() {
            let id = params.id(input).unwrap();
            let none = vec![T::ZERO; params.get(id).len()];
            let found = gradients.get(id).unwrap_or(&none);
            self.near(&format!("the gradient of {input}"), found, &Array::read(wanted), tolerance);
        }
    }

    fn near<T: Real>(&self, what: &str, found: &[T], wanted: &Array, tolerance: Tolerance) {
        let name = self.name;
        assert_eq!(found.len(), wanted.data.len(), "{name}: {what} has another size");
        let largest = wanted.data.iter().fold(0.0f64, |largest, v| largest.max(v.abs()));
        for (i, (found, wanted)) in found.iter().zip(&wanted.data).enumerate() {
            assert!(
                (found.to_f64() - wanted).abs() <= tolerance(wanted.abs(), largest),
                "{name} in {}: {what}[{i}] is {found}, PyTorch has {wanted:e}",
                T::NAME
            );
        }
    }
}

fn for_all(look: impl Fn(Case<'_>)) -> usize {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/ops.json");
    let golden: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = golden["cases"].as_array().unwrap();
    cases.iter().for_each(|case| look(Case::read(case)));
    cases.len()
}

/// The names of all ops that the cases use.
pub fn ops() -> BTreeSet<String> {
    let names = std::cell::RefCell::new(BTreeSet::new());
    for_all(|case| {
        let params = case.params::<f64>();
        let mut tape = Tape::new();
        let g = tape.graph(&params);
        case.record(&g);
        of_graph(&g, &mut names.borrow_mut());
    });
    names.into_inner()
}

#[test]
fn values_and_gradients_agree_with_pytorch() {
    let cases = for_all(|case| {
        case.compare::<f64>(|number, _| 1e-15 + 1e-12 * number);
        case.compare::<f32>(|_, largest| 1e-5 * largest);
    });
    assert!(cases >= 100, "only {cases} cases");
}
