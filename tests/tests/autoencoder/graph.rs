//! The numbers of the page that steps backwards against PyTorch's hooks. `golden/graph.py` made them.

use gradroute::autoencoder::Autoencoder;
use gradroute::autoencoder::config::Config;
use gradroute_runs::Experiment;
use gradroute_tape::trace::{Node, Number, Shares, Trace};
use serde_json::Value;

use super::golden::{at_step_of, data, json, specification};

/// The trace of the step that `golden/graph.py` looks at.
fn traced(golden: &Value) -> Trace<f64> {
    let (mut config, _): (Config, _) = specification();
    let data = data(&config);
    let mut driver = at_step_of(golden, &mut config, &data);
    let groups = <Autoencoder<f64> as Experiment<f64>>::groups(&config);
    let mut seen = driver.see(&groups).unwrap();
    assert_eq!(seen.len(), 1);
    seen.pop().unwrap().trace
}

/// What of the gradients is compared, and how far it is off at most, relative to the largest beside it.
#[derive(Default)]
struct Comparison {
    numbers: usize,
    unreached: usize,
    worst: f64,
}

impl Comparison {
    fn all(&mut self, what: &str, found: &[f64], wanted: &Value) {
        let wanted: Vec<f64> =
            wanted.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        assert_eq!(found.len(), wanted.len(), "{what}");
        let largest = wanted.iter().fold(0.0f64, |a, b| a.max(b.abs()));
        for (found, wanted) in found.iter().zip(&wanted) {
            assert_eq!(*found == 0.0, *wanted == 0.0, "{what}: {found} instead of {wanted}");
            if largest > 0.0 {
                self.worst = self.worst.max((found - wanted).abs() / largest);
            }
            self.numbers += 1;
        }
    }
}

fn entries(shares: &Shares<f64>) -> Vec<f64> {
    shares.all.entries.as_ref().unwrap().iter().map(|v| v.0).collect()
}

fn norm(of: Option<Number<f64>>) -> f64 {
    of.unwrap().0
}

fn node_of(trace: &Trace<f64>, is_it: impl Fn(&Node<f64>) -> bool) -> usize {
    trace.nodes.iter().position(is_it).unwrap()
}

#[test]
fn gradients_contributions_and_shares_of_samples_agree_with_pytorch_to_1e_9_in_f64() {
    let golden = json("graph.json");
    let trace = traced(&golden);
    let samples = trace.of_samples.len();
    let first = trace.selections.len() - samples;
    let encoding = node_of(&trace, |n| n.label == "encoder.4" && n.op == "linear");
    let mut compared = Comparison::default();
    for (term, wanted) in golden["passes"].as_object().unwrap() {
        let pass = trace.passes.iter().find(|pass| pass.term == *term).unwrap();
        let value = wanted["term"].as_f64().unwrap();
        assert!((pass.value.0 - value).abs() <= 1e-12 * value);
        let at = |node: usize| pass.steps.iter().find(|step| step.node == node);
        for (layer, norms) in wanted["values"].as_object().unwrap() {
            let node = node_of(&trace, |n| n.label == *layer && n.op == "linear");
            let what = format!("{term} at {layer}");
            let Some(step) = at(node) else {
                assert!(norms.is_null(), "{what} is not reached");
                compared.unreached += 1;
                continue;
            };
            let shares = &step.gradient;
            let found: Vec<f64> = if trace.nodes[node].rule.forward.contains("max(") {
                // Where the ReLU is closed, what arrives is of no account.
                let value = trace.nodes[node].value.entries.as_ref().unwrap();
                let gradient = entries(shares);
                let row = gradient.len() / samples;
                let open = |i: usize| if value[i].0 == 0.0 { 0.0 } else { gradient[i] };
                let of = |s: usize| gradroute_tape::norm((s * row..(s + 1) * row).map(open));
                (0..samples).map(of).collect()
            } else {
                shares.norms[first..].iter().map(|of| norm(*of)).collect()
            };
            compared.all(&what, &found, norms);
        }
        let step = at(encoding);
        match &wanted["encoding"] {
            Value::Null => assert!(step.is_none()),
            wanted => compared.all(term, &entries(&step.unwrap().gradient), wanted),
        }
        for (used, numbers) in wanted["contributions"].as_object().unwrap() {
            let op = if used == "l1" { "abs" } else { used };
            let uses = step.iter().flat_map(|step| &step.contributions);
            let found = uses.clone().find(|c| trace.nodes[c.from].op == op);
            let what = format!("{term} through {op}");
            match (found, numbers.is_null()) {
                (None, true) => compared.unreached += 1,
                (Some(found), false) => {
                    let shares = found.share.as_ref().unwrap_or(&step.unwrap().gradient);
                    compared.all(&what, &entries(shares), numbers);
                }
                (found, _) => panic!("{what}: {found:?} instead of {numbers}"),
            }
        }
        for (name, norms) in wanted["parameters"].as_object().unwrap() {
            let node = node_of(&trace, |n| n.param.as_deref() == Some(name));
            match (at(node), norms.is_null()) {
                (None, true) => compared.unreached += 1,
                (Some(step), false) => {
                    let norms_found: Vec<f64> =
                        step.gradient.norms[first..].iter().map(|of| norm(*of)).collect();
                    compared.all(&format!("{term} at {name}"), &norms_found, norms);
                }
                _ => panic!("{term} at {name}"),
            }
        }
    }
    let Comparison { numbers, unreached, worst } = compared;
    println!(
        "{numbers} numbers differ by {worst:e} relative to the largest beside them; {unreached} not reached"
    );
    assert!(worst <= 1e-9, "{worst:e}");
    assert_eq!((numbers, unreached), (3168, 136));
}
