//! The command line as a user meets it: what a run leaves behind, and what is refused how.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use safetensors::SafeTensors;
use serde_json::Value;
use tempfile::TempDir;

/// A run of a few steps of a tiny model.
const TINY: [&str; 10] = [
    "--set",
    "model.hidden=[24,12]",
    "--set",
    "model.encoding=8",
    "--set",
    "train.batch=50",
    "--set",
    "data.limit=120",
    "--epochs",
    "2",
];

fn gradroute(arguments: &[&str]) -> Output {
    let binary = env!("CARGO_BIN_EXE_gradroute");
    Command::new(binary).args(arguments).output().expect("the program starts")
}

fn train(out: &Path, more: &[&str]) -> Output {
    let mut arguments = vec!["train", "--out", out.to_str().unwrap()];
    arguments.extend(TINY);
    arguments.extend(more);
    gradroute(&arguments)
}

fn succeed(output: Output) -> String {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "status {}\n{out}\n{err}", output.status);
    out
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program prints UTF-8")
}

fn json(file: PathBuf) -> Value {
    serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap()
}

#[test]
fn a_run_leaves_metrics_evaluation_figures_report_checkpoint_and_manifest() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    let table = succeed(train(&run, &[]));
    assert!(table.contains("median image") && table.contains("mean by sample"), "{table}");

    let metrics = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    let lines: Vec<Value> = metrics.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 6, "two epochs of three batches");
    for (step, line) in lines.iter().enumerate() {
        assert_eq!(line["step"], step);
        let term = |name: &str| line[name].as_f64().unwrap();
        let sum = term("decoder") + term("top") + term("bottom") + term("l1");
        assert!((term("total") - sum).abs() < 1e-5, "{line}");
    }

    let evaluation = json(run.join("evaluation.json"));
    for decoder in ["decoder", "top", "bottom"] {
        for metric in ["mae", "mse"] {
            assert_eq!(evaluation[decoder][metric].as_array().unwrap().len(), 10);
        }
    }
    let bytes = std::fs::read(run.join("checkpoints/step-00000006.safetensors")).unwrap();
    let checkpoint = SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(checkpoint.tensor("encoder.0.weight").unwrap().shape(), [24, 784]);
    assert_eq!(checkpoint.tensor("top_certificate.4.weight").unwrap().shape(), [784, 24]);
    assert!(checkpoint.tensor("encoder.4.bias").is_err(), "the encoder's last layer has no bias");

    let manifest = json(run.join("manifest.json"));
    assert_eq!(manifest["steps"], 6);
    assert_eq!(manifest["data"]["canonical"], true);
    let figures = std::fs::read_dir(run.join("figures")).unwrap();
    for figure in figures {
        let path = figure.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "svg") {
            let svg = std::fs::read_to_string(&path).unwrap();
            assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n"));
            assert!(path.with_extension("png").exists(), "{}", path.display());
            continue;
        }
        let decoder =
            png::Decoder::new(std::io::BufReader::new(std::fs::File::open(&path).unwrap()));
        let info = decoder.read_info().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert!(info.info().width >= 1000, "{}", path.display());
    }
    let report = std::fs::read_to_string(run.join("report.html")).unwrap();
    assert_eq!(report.matches("<svg").count(), 9, "nine pictures, inlined");
    // What was asked for is said before anything else, beside what the preset has.
    assert!(report.contains("<h1>gradroute: preset quick with 5 changes, seed 0</h1>"), "{report}");
    let (before, _) = report.split_once("How to read this page").unwrap();
    assert!(before.contains("<dt>preset</dt><dd>quick</dd>"), "{before}");
    assert!(before.contains("<dt>train.epochs</dt><dd>2 instead of 24</dd>"), "{before}");
    assert!(before.contains("<dt>model.hidden</dt><dd>[24, 12] instead of [512, 256]</dd>"));
    assert!(before.contains("<dt>data.limit</dt><dd>120 instead of none</dd>"), "{before}");
}

#[test]
fn threads_and_instruction_sets_change_no_byte_of_metrics_weights_and_figures() {
    let folder = TempDir::new().unwrap();
    let runs = [
        ("one", vec!["--threads", "1"]),
        ("three", vec!["--threads", "3"]),
        ("scalar", vec!["--threads", "2", "--isa", "scalar"]),
    ];
    for (name, flags) in &runs {
        succeed(train(&folder.path().join(name), flags));
    }
    let file = |run: &str, file: &str| std::fs::read(folder.path().join(run).join(file)).unwrap();
    for (name, _) in &runs[1..] {
        for same in [
            "config.toml",
            "metrics.jsonl",
            "evaluation.json",
            "checkpoints/step-00000006.safetensors",
            "figures/errors.png",
            "figures/losses.png",
            "figures/losses.svg",
            "figures/top-certificate-on-top-digits.png",
        ] {
            assert!(file("one", same) == file(name, same), "{same} differs in run {name}");
        }
    }
}

#[test]
fn evaluate_and_figures_restore_what_train_wrote_byte_for_byte() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    succeed(train(&run, &[]));
    let figures = ["figures/errors.png", "figures/errors.svg", "figures/losses.svg"];
    let files = [&figures[..], &["evaluation.json", "report.html"]].concat();
    let before = files.iter().map(|file| std::fs::read(run.join(file)).unwrap());
    let before: Vec<Vec<u8>> = before.collect();
    for file in &files {
        std::fs::remove_file(run.join(file)).unwrap();
    }
    succeed(gradroute(&["evaluate", run.to_str().unwrap()]));
    succeed(gradroute(&["figures", run.to_str().unwrap()]));
    for (file, before) in files.iter().zip(before) {
        assert!(std::fs::read(run.join(file)).unwrap() == before, "{file} differs");
    }
}

#[test]
fn a_run_started_from_given_weights_in_file_order_repeats_the_run_that_made_them() {
    let folder = TempDir::new().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    succeed(train(
        &first,
        &["--no-shuffle", "--set", "train.steps=1", "--set", "optimizer.lr=1e-30"],
    ));
    // So small a learning rate changes no bit of the initial weights.
    let weights = first.join("checkpoints/step-00000001.safetensors");
    let init = ["--no-shuffle", "--seed", "7", "--init", weights.to_str().unwrap()];
    succeed(train(&second, &init));
    let line = |run: &Path| {
        let metrics = std::fs::read_to_string(run.join("metrics.jsonl")).unwrap();
        let line: Value = serde_json::from_str(metrics.lines().next().unwrap()).unwrap();
        line["total"].clone()
    };
    assert_eq!(line(&first), line(&second), "the first loss is that of the given weights");
}

#[test]
fn presets_are_listed_and_shown_as_configuration_that_train_takes() {
    let list = succeed(gradroute(&["presets"]));
    assert!(list.contains("quick") && list.contains("seed"), "{list}");
    let shown = succeed(gradroute(&["presets", "show", "seed"]));
    assert!(shown.contains("batch = 2048") && shown.contains("l1_divisor = 2048"), "{shown}");
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("seed.toml");
    std::fs::write(&file, &shown).unwrap();
    let run = folder.path().join("run");
    succeed(train(&run, &["--config", file.to_str().unwrap(), "--set", "train.steps=1"]));
    let config = std::fs::read_to_string(run.join("config.toml")).unwrap();
    assert!(config.contains("weight_decay = 0.00005"), "{config}");
}

#[test]
fn wrong_requests_end_with_status_2_and_name_what_was_wrong() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    for (arguments, names) in [
        (vec!["--set", "train.bach=3"], "train.bach"),
        (vec!["--set", "train.batch=0"], "train.batch"),
        (vec!["--set", "model.encoding=7"], "model.encoding"),
        (vec!["--set", "routing.top=[3,5]"], "3"),
        (vec!["--preset", "nonsense"], "nonsense"),
        (vec!["--set", "train.batch"], "="),
        (vec!["--isa", "mmx"], "mmx"),
        (
            vec!["--preset", "paper", "--set", "train.batch=20", "--set", "data.limit=41"],
            "`train.batch` is 20; expected another number, or another data.limit, as the last \
             batch of an epoch has 1 of the 41 training samples",
        ),
        (vec!["--epochs", "5", "--set", "train.epochs=6"], "train.epochs"),
    ] {
        let mut all = vec!["train", "--out", run.to_str().unwrap()];
        all.extend(&arguments);
        let output = gradroute(&all);
        let err = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {err}");
        assert!(err.contains(names), "{arguments:?} should name {names}: {err}");
        assert!(!run.exists(), "{arguments:?} left a run directory");
    }
}

#[test]
fn an_existing_run_is_kept_unless_it_is_to_be_overwritten() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    succeed(train(&run, &[]));
    let before = std::fs::read(run.join("manifest.json")).unwrap();
    let refused = train(&run, &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("--overwrite"), "{}", text(&refused.stderr));
    assert_eq!(std::fs::read(run.join("manifest.json")).unwrap(), before);
    succeed(train(&run, &["--overwrite"]));

    let mine = folder.path().join("mine");
    std::fs::create_dir(&mine).unwrap();
    std::fs::write(mine.join("thesis.txt"), "all of it").unwrap();
    let refused = train(&mine, &["--overwrite"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(mine.join("thesis.txt").exists(), "a folder that is no run was emptied");
}

#[test]
fn missing_and_damaged_data_end_with_status_1_and_name_file_and_reason() {
    let folder = TempDir::new().unwrap();
    let run = folder.path().join("run");
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let output = train(&run, &["--data", empty.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let err = text(&output.stderr);
    assert!(err.contains("train-images-idx3-ubyte") && err.contains("empty"), "{err}");

    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/mnist");
    for file in std::fs::read_dir(data).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), empty.join(file.file_name())).unwrap();
    }
    let labels = empty.join("train-labels-idx1-ubyte.gz");
    let mut bytes = std::fs::read(&labels).unwrap();
    bytes.truncate(1000);
    std::fs::write(&labels, bytes).unwrap();
    let output = train(&run, &["--data", empty.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("train-labels-idx1-ubyte.gz"),
        "{}",
        text(&output.stderr)
    );
    assert!(!run.exists(), "a run directory was made before the data were read");
}
