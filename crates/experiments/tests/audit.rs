//! The audit of the experiments, from the command line.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A model of any preset made small.
const SMALL: [&str; 6] =
    ["--set", "model.hidden=[24,12]", "--set", "data.limit=400", "--batch", "200"];

fn audit(more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradroute"));
    command.arg("audit").args(more).output().expect("the program starts")
}

fn small(preset: &str, more: &[&str]) -> Output {
    audit(&[&["--preset", preset], &SMALL[..], more].concat())
}

/// What an audit prints, and the error messages.
fn ended(output: &Output, status: i32) -> (String, String) {
    let [out, err] = [&output.stdout, &output.stderr].map(|b| String::from_utf8_lossy(b).into());
    assert_eq!(output.status.code(), Some(status), "{out}\n{err}");
    (out, err)
}

fn found(preset: &str, more: &[&str]) -> Value {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("new/audit.json");
    let json = ["--json", file.to_str().unwrap()];
    ended(&small(preset, &[&json[..], more].concat()), 0);
    let audit = read(&file);
    // In f32: terms and groups add up to the gradient, and causes to the movement, but for rounding.
    let off_by = audit["off_by"].as_f64().unwrap();
    assert!(off_by <= 2e-5, "{preset}: {off_by}");
    for (region, moved) in audit["movement"].as_object().unwrap() {
        let [whole, rest] = ["whole", "rest"].map(|key| moved[key].as_f64().unwrap());
        assert!(rest <= 1e-4 * whole, "{preset}, {region}: {rest} of {whole}");
    }
    audit
}

fn read(file: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// Term, group and region of each leak, and its first op.
fn leaks(audit: &Value) -> Vec<[String; 4]> {
    let leaks = audit["leaks"].as_array().unwrap().iter();
    leaks
        .map(|leak| {
            let [term, group, region] = ["term", "group", "region"].map(|key| leak[key].as_str());
            let op = leak["path"][0]["op"].as_str();
            [term, group, region, op].map(|text| text.unwrap_or("none").to_owned())
        })
        .collect()
}

fn expected(term: &str, op: &str) -> [[String; 4]; 2] {
    [("top", "bottom half"), ("bottom", "top half")]
        .map(|(group, region)| [term, group, region, op].map(str::to_owned))
}

#[test]
fn the_seed_blocks_its_decoder_exactly_and_leaks_through_l1_alone() {
    let found = found("seed", &[]);
    assert_eq!(leaks(&found), expected("l1", "abs"));
    let norm = |term: &str, group: &str, region: &str| found["norms"][term][group][region].clone();
    for (group, own, other) in
        [("bottom", "bottom half", "top half"), ("top", "top half", "bottom half")]
    {
        assert_eq!(norm("decoder", group, other), 0.0);
        assert!(norm("decoder", group, own).as_f64().unwrap() > 0.0);
        for certificate in ["top", "bottom"] {
            assert_eq!(norm(certificate, group, own), Value::Null, "certificates see it detached");
            assert_eq!(norm(certificate, group, "encoder.0"), Value::Null);
        }
    }
    assert!(found["leaks"][0]["path"][0]["at"].as_str().unwrap().contains("whole.rs:"));
    assert!(found["movement"]["encoder.0"]["decay"].as_f64().unwrap() > 0.0);
    assert_eq!(found["terms"], serde_json::json!(["decoder", "top", "bottom", "l1"]));
}

#[test]
fn the_paper_leaks_through_correlation_as_well() {
    let found = found("paper", &[]);
    let wanted = [expected("correlation", "standardize"), expected("l1", "abs")].concat();
    assert_eq!(leaks(&found), wanted);
}

#[test]
fn without_routing_the_decoder_teaches_both_halves() {
    let found = found("seed", &["--set", "routing.enabled=false", "--set", "loss.l1=0"]);
    assert_eq!(leaks(&found), expected("decoder", "linear"));
}

#[test]
fn a_control_by_chance_leaks_through_its_route() {
    let found = found("quick-random", &["--set", "loss.l1=0"]);
    assert_eq!(leaks(&found), expected("decoder", "route"));
}

#[test]
fn the_vae_leaks_through_its_penalty_and_not_through_the_reconstruction() {
    let found = found("vae-quick", &[]);
    let leaks = leaks(&found);
    // Nine dims that are not a digit's own; mean once, by the product, and c by exp and by the difference.
    assert_eq!(leaks.len(), 10 * 9 * 3);
    assert!(leaks.iter().all(|leak| leak[0] == "penalty"));
    assert_eq!(found["norms"]["reconstruction"]["digit 3"]["mean 4"], 0.0);
}

#[test]
fn to_assert_that_there_is_no_leak_ends_with_1_where_there_is_one_and_with_2_where_it_failed() {
    let (out, err) = ended(&small("seed", &["--assert-no-leak"]), 1);
    assert!(err.contains("2 leaks:") && err.contains("`top half`"), "{err}");
    assert!(out.contains("abs (loss, objective/whole.rs:"), "{out}");
    let (out, _) = ended(&small("seed", &["--assert-no-leak", "--set", "loss.l1=0"]), 0);
    assert!(out.contains("No leak"), "{out}");
    for (more, part) in [
        (&["--at", "99999"][..], "--at 99999: there are 400 steps, from 0 to 399"),
        (&["--set", "loss.l2=0"], "loss.l2"),
        (&["--data", "/nowhere"], "/nowhere"),
        (&["--heat-map", "map.gif"], ".png or .svg"),
        (&["--set", "model.encoding=3"], "model.encoding"),
    ] {
        let (_, err) = ended(&small("seed", &[&["--assert-no-leak"], more].concat()), 2);
        assert!(err.contains(part), "{more:?}: {err}");
    }
    ended(&audit(&["/nowhere", "--assert-no-leak"]), 2);
    ended(&small("seed", &["--assert-no-leak", "--expect", "leaks.json"]), 2);
    ended(&small("seed", &["--json", "leaks.json", "--expect", "leaks.json"]), 2);
    ended(&audit(&["--preset", "seed", "/nowhere"]), 2);
}

#[test]
fn known_leaks_are_recorded_and_only_new_ones_complained_of() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("new/leaks.json");
    let expect = ["--expect", file.to_str().unwrap()];
    let (_, err) = ended(&small("seed", &expect), 0);
    assert!(err.contains("recorded in"), "{err}");
    let recorded = std::fs::read(&file).unwrap();
    let with = |more: &[&str]| small("seed", &[&expect[..], more].concat());
    ended(&with(&["--seed", "3"]), 0);
    ended(&with(&["--set", "loss.l1=0"]), 0);
    let (_, err) = ended(&with(&["--set", "loss.correlation=0.1"]), 1);
    assert!(err.contains("2 leaks that") && err.contains("standardize"), "{err}");
    assert!(!err.contains("l1 of"), "{err}");
    assert!(std::fs::read(&file).unwrap() == recorded, "what is recorded stays");
    std::fs::write(&file, "{}").unwrap();
    let (_, err) = ended(&with(&[]), 2);
    assert!(err.contains("leaks.json"), "{err}");
}

#[test]
fn a_run_is_audited_at_its_checkpoints_and_stays_as_it_is() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    let path = run.to_str().unwrap();
    let settings = ["--set", "model.hidden=[24,12]", "--set", "data.limit=400"];
    let more = ["--set", "train.batch=200", "--set", "train.checkpoint_every=1", "--epochs", "2"];
    let mut train = Command::new(env!("CARGO_BIN_EXE_gradroute"));
    train.args(["train", "--preset", "seed", "--out", path]).args(settings).args(more);
    assert!(train.output().unwrap().status.success());
    let map = run.join("figures/teaching.svg");
    assert!(std::fs::read_to_string(map).unwrap().contains("Who teaches what"));
    let manifest = std::fs::read(run.join("manifest.json")).unwrap();
    let (out, err) = ended(&audit(&[path]), 0);
    assert!(out.contains("in step 3") && err.contains("all steps are made"), "{out}{err}");
    let (out, _) = ended(&audit(&[path, "--at", "2", "--steps", "2", "--set", "loss.l1=0"]), 0);
    assert!(out.contains("2 steps from step 2 on") && out.contains("No leak"), "{out}");
    let (_, err) = ended(&audit(&[path, "--at", "1"]), 2);
    assert!(err.contains("no checkpoint after 1 steps, nor one of at most 50"), "{err}");
    assert!(err.contains("it has some after 2, 4"), "{err}");
    // A step between checkpoints is made of the steps before it, whoever makes them.
    let config = run.join("config.toml");
    let (again, _) = ended(&audit(&[path, "--at", "3"]), 0);
    let (fresh, _) = ended(&audit(&["--config", config.to_str().unwrap(), "--at", "3"]), 0);
    assert!(again.contains("in step 3") && again == fresh, "{again}{fresh}");
    let (_, err) = ended(&audit(&[path, "--at", "5"]), 2);
    assert!(err.contains("there are 4 steps, from 0 to 3"), "{err}");
    assert_eq!(manifest, std::fs::read(run.join("manifest.json")).unwrap());
    let file = folder.path().join("new/map.png");
    ended(&audit(&[path, "--heat-map", file.to_str().unwrap()]), 0);
    assert!(std::fs::read(file).unwrap().starts_with(b"\x89PNG"));
}
