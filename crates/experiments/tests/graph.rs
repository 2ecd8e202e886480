//! The command `graph`, and that what it says equals the audit.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A model of any preset made small.
const SMALL: [&str; 4] = ["--set", "model.hidden=[24,12]", "--set", "data.limit=400"];

fn program(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gradroute"));
    command.args(arguments).output().expect("the program starts")
}

/// What is printed, and the error messages.
fn ended(output: &Output, status: i32) -> (String, String) {
    let [out, err] = [&output.stdout, &output.stderr].map(|b| String::from_utf8_lossy(b).into());
    assert_eq!(output.status.code(), Some(status), "{out}\n{err}");
    (out, err)
}

fn graph(preset: &str, more: &[&str]) -> String {
    let arguments = [&["graph", "--preset", preset], &SMALL[..], more].concat();
    ended(&program(&arguments), 0).0
}

fn json(preset: &str, more: &[&str]) -> Value {
    serde_json::from_str(&graph(preset, &[&["--format", "json"], more].concat())).unwrap()
}

fn strings(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

/// Holds every norm by term, group and region to that of an audit of the same step.
fn assert_equals_audit(preset: &str, more: &[&str]) -> usize {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("audit.json");
    let to_file = ["--batch", "8", "--json", file.to_str().unwrap()];
    let arguments = [&["audit", "--preset", preset], &SMALL[..], &to_file, more].concat();
    ended(&program(&arguments), 0);
    let audit: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let seen = json(preset, more);
    let trace = &seen["variants"][0]["trace"];
    let selections = strings(&trace["selections"]);
    let regions = trace["regions"].as_array().unwrap();
    assert_eq!(
        regions.iter().map(|region| region["name"].as_str().unwrap()).collect::<Vec<_>>(),
        strings(&audit["regions"])
    );
    let leaks: BTreeMap<_, _> = audit["leaks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|leak| ((leak["term"].as_str(), leak["group"].as_str(), leak["region"].as_str()), ()))
        .collect();
    let mut compared = 0;
    for (t, pass) in trace["passes"].as_array().unwrap().iter().enumerate() {
        let term = pass["term"].as_str().unwrap();
        let Some(of_term) = audit["norms"].get(term) else {
            assert_eq!(term, "total");
            continue;
        };
        for region in regions {
            let name = region["name"].as_str().unwrap();
            for group in strings(&audit["groups"]) {
                let at = selections.iter().position(|selection| *selection == group).unwrap();
                let (found, wanted) = (&region["norms"][t][at], &of_term[group][name]);
                match (found.as_f64(), wanted.as_f64()) {
                    (Some(found), Some(wanted)) => {
                        let off = (found - wanted).abs();
                        assert!(off <= 2e-6 * wanted, "{term}, {group}, {name}: {found}, {wanted}");
                        let closed = region["closed_to"].as_array().unwrap();
                        let is_closed = closed.iter().any(|of| of.as_u64() == Some(at as u64 - 1));
                        let is_leak = leaks.contains_key(&(Some(term), Some(group), Some(name)));
                        assert_eq!(is_closed && found != 0.0, is_leak, "{term}, {group}, {name}");
                    }
                    (found, wanted) => assert_eq!(found, wanted, "{term}, {group}, {name}"),
                }
                compared += 1;
            }
        }
    }
    compared
}

#[test]
fn norms_by_term_group_and_region_are_those_of_the_audit_and_so_are_leaks() {
    let numbers =
        [("quick", &[][..]), ("paper", &[]), ("quick", &["--set", "routing.enabled=false"])]
            .map(|(preset, more)| assert_equals_audit(preset, more));
    assert!(numbers.iter().all(|numbers| *numbers > 200), "{numbers:?}");
}

#[test]
fn the_vae_is_seen_as_it_is_audited() {
    assert!(assert_equals_audit("vae-quick", &[]) > 100);
}

#[test]
fn a_graph_is_written_in_four_formats_by_the_name_of_the_file_or_as_asked() {
    let folder = TempDir::new().unwrap();
    for (name, start) in [
        ("tape.html", "<!DOCTYPE html>"),
        ("tape.svg", "<svg xmlns="),
        ("tape.dot", "digraph gradroute"),
        ("tape.json", "{\"variants\":"),
    ] {
        let file = folder.path().join(name);
        assert_eq!(graph("quick", &["--out", file.to_str().unwrap()]), "");
        let (_, format) = name.split_once('.').unwrap();
        let written = std::fs::read_to_string(&file).unwrap();
        assert!(written.starts_with(start), "{}", &written[..80]);
        assert_eq!(written, graph("quick", &["--format", format]));
    }
}

#[test]
fn variants_are_computed_each_with_its_own_settings_and_the_same_weights() {
    let all = json("quick", &["--variant", "routing.enabled=false", "--variant", "loss.l1=0"]);
    let [plain, unrouted, no_l1] = [0, 1, 2].map(|i| &all["variants"][i]);
    assert_eq!(
        [plain, unrouted, no_l1].map(|variant| variant["name"].as_str().unwrap()),
        ["as it is", "routing.enabled=false", "loss.l1=0"]
    );
    for (variant, changed) in
        [(unrouted, ["--set", "routing.enabled=false"]), (no_l1, ["--set", "loss.l1=0"])]
    {
        assert_eq!(variant["trace"], json("quick", &changed)["variants"][0]["trace"]);
        assert_eq!(variant["trace"]["nodes"][1]["value"], plain["trace"]["nodes"][1]["value"]);
        assert_ne!(variant["trace"], plain["trace"]);
    }
}

#[test]
fn a_step_has_eight_samples_unless_anything_says_another_number() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("four.toml");
    std::fs::write(&file, "preset = \"quick\"\n[train]\nbatch = 4\n").unwrap();
    let samples = |seen: &Value, variant: usize| {
        let selections = &seen["variants"][variant]["trace"]["selections"];
        strings(selections).iter().filter(|name| name.starts_with("sample ")).count()
    };
    assert_eq!(samples(&json("quick", &[]), 0), 8);
    for set in [" train.batch = 4", "train={batch=4}"] {
        assert_eq!(samples(&json("quick", &["--set", set]), 0), 4, "{set}");
        let seen = json("quick", &["--variant", set]);
        assert_eq!((samples(&seen, 0), samples(&seen, 1)), (8, 4), "{set}");
    }
    // A key that begins like that of the batch is another one.
    let more = ["--set", "train.batch_of_something=4"];
    let (_, error) = ended(&program(&[&["graph", "--preset", "quick"], &more[..]].concat()), 2);
    assert!(error.contains("--set train.batch_of_something=4: unknown key"), "{error}");
    let config = ["graph", "--format", "json", "--config", file.to_str().unwrap()];
    let (text, _) = ended(&program(&[&config[..], &SMALL].concat()), 0);
    assert_eq!(samples(&serde_json::from_str(&text).unwrap(), 0), 4);
}

#[test]
fn a_run_is_seen_on_its_weights_and_stays_as_it_is() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    let run = run.to_str().unwrap();
    let train = [&["train", "--out", run], &SMALL[..], &["--set", "train.steps=2"]].concat();
    ended(&program(&train), 0);
    let before = bytes(Path::new(run));
    let twice = ["graph", run, "--format", "json", "--variant", "loss.l1=0"];
    let (text, note) = ended(&program(&twice), 0);
    assert_eq!(note.matches("on the final weights").count(), 1, "{note}");
    let trained: Value = serde_json::from_str(&text).unwrap();
    let fresh = json("quick", &[]);
    let weight = |seen: &Value| {
        let nodes = seen["variants"][0]["trace"]["nodes"].as_array().unwrap().clone();
        nodes.into_iter().find(|node| node["param"] == "encoder.0.weight").unwrap()["value"].clone()
    };
    assert_ne!(weight(&trained)["norm"], weight(&fresh)["norm"]);
    // The page is called by the run's name, from wherever it is named.
    let (page, _) = ended(&program(&["graph", run]), 0);
    assert!(page.contains("<title>The backward pass of run, step 1</title>"), "{}", &page[..600]);
    assert_eq!(bytes(Path::new(run)), before);
}

fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(bytes(&path));
        } else {
            found.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn what_is_wrong_with_a_request_is_named_and_ends_with_2() {
    for (arguments, words) in [
        // What is wrong without any variant is no variant's mistake, and that of one names it, and no other flag.
        (
            &["graph", "--preset", "quick", "--set", "loss.l9=0", "--variant", "loss.l1=0"][..],
            "error: --set loss.l9=0: unknown key",
        ),
        (
            &["graph", "--preset", "quick", "--variant", "loss.l1=1", "--variant", "loss.l9=0"],
            "error: --variant loss.l9=0: unknown key",
        ),
        (
            &["graph", "--preset", "quick", "--variant", "loss.l1=-1"],
            "error: --variant loss.l1=-1: configuration: `loss.l1` is -1",
        ),
        (
            &["graph", "--preset", "quick", "--variant", "loss.l1"],
            "error: --variant loss.l1: `loss.l1` is no setting; expected key=value",
        ),
        (
            // The data are known only when the step is made.
            &["graph", "--preset", "quick", "--variant", "loss.correlation=0.1,data.limit=401"],
            "error: --variant loss.correlation=0.1,data.limit=401: configuration: `train.batch`",
        ),
        (&["graph", "--preset", "quick", "--out", "tape.pdf"], "say what it is by --format"),
        (&["graph", "--preset", "quick", "--format", "svg", "--variant", "loss.l1=0"], "one graph"),
        (&["graph", "--preset", "quick", "--variant", "loss.l2=0"], "l2"),
        (&["graph", "--preset", "quick", "--batch", "0"], "1 or more"),
        (&["graph", "--preset", "quick", "--at", "99999999"], "there are"),
        (&["graph", "--preset", "quack"], "quack"),
        (&["graph", "no-such-run"], "no-such-run"),
    ] {
        let (_, error) = ended(&program(arguments), 2);
        assert!(error.contains(words), "{arguments:?}: {error}");
    }
}
