//! Single ops against PyTorch: values and gradients in f64. The cases are in `golden/ops.json`,
//! described in `golden/README.md`.

use std::collections::BTreeMap;

use gradroute_tape::ops::LinearOptions;
use gradroute_tape::{Gradients, Graph, Params, Shape, Tape, Var};
use serde_json::Value;

const RELATIVE: f64 = 1e-12;
const ABSOLUTE: f64 = 1e-15;

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
}

fn record(g: &Graph<'_, f64>, op: &str, attributes: &Value, x: &BTreeMap<String, Var>) -> Var {
    let whole = |key: &str| attributes[key].as_u64().unwrap() as usize;
    match op {
        "tanh" => g.tanh(x["x"]),
        "sigmoid" => g.sigmoid(x["x"]),
        "exp" => g.exp(x["x"]),
        "ln" => g.ln(x["x"]),
        "sqrt" => g.sqrt(x["x"]),
        "abs" => g.abs(x["x"]),
        "relu" => g.relu(x["x"]),
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
            let update = Some(x["sample_weights"]);
            let options = LinearOptions { update, ..LinearOptions::default() };
            g.linear_with(x["input"], x["weight"], Some(x["bias"]), options)
        }
        other => panic!("the golden file has an op that this test does not know: {other}"),
    }
}

fn compare(case: &str, what: &str, found: &[f64], wanted: &Array) {
    assert_eq!(found.len(), wanted.data.len(), "{case}: {what} has another size");
    for (i, (found, wanted)) in found.iter().zip(&wanted.data).enumerate() {
        assert!(
            (found - wanted).abs() <= ABSOLUTE + RELATIVE * wanted.abs(),
            "{case}: {what}[{i}] is {found:e}, PyTorch has {wanted:e}"
        );
    }
}

#[test]
fn values_and_gradients_of_single_ops_agree_with_pytorch_to_1e_12() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/ops.json");
    let golden: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = golden["cases"].as_array().unwrap();
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let grads = case["grads"].as_object().unwrap();
        let inputs: BTreeMap<String, Array> = case["inputs"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), Array::read(value)))
            .collect();
        let mut params = Params::new();
        for (name, array) in inputs.iter().filter(|(name, _)| grads.contains_key(*name)) {
            let mut data = array.data.iter();
            params.add(name, &array.shape, || *data.next().unwrap());
        }

        let mut tape = Tape::new();
        let mut gradients = Gradients::new(&params);
        let g = tape.graph(&params);
        let vars = inputs.iter().map(|(name, array)| {
            let var = match params.id(name) {
                Some(id) => g.param(id),
                None => g.literal(Shape::new(&array.shape), &array.data),
            };
            (name.clone(), var)
        });
        let vars: BTreeMap<String, Var> = vars.collect();
        let out = record(&g, case["op"].as_str().unwrap(), &case["attributes"], &vars);
        let wanted = Array::read(&case["output"]);
        assert_eq!(g.shape(out).dims(), wanted.shape, "{name}");
        compare(name, "the output", &g.value(out), &wanted);

        let dout = Array::read(&case["dout"]);
        let weights = g.literal(Shape::new(&dout.shape), &dout.data);
        g.backward(g.weighted_sum(out, weights), &mut gradients);
        for (input, wanted) in grads {
            let id = params.id(input).unwrap();
            let none = vec![0.0; params.get(id).len()];
            let found = gradients.get(id).unwrap_or(&none);
            compare(name, &format!("the gradient of {input}"), found, &Array::read(wanted));
        }
    }
}
