//! `CONFIGURATION.md` says of every key what is so.

use std::collections::{BTreeMap, BTreeSet};

use gradroute::autoencoder::Autoencoder;
use gradroute::vae::Vae;
use gradroute_runs::Experiment;
use gradroute_runs::config::Request;

const PAGE: &str = include_str!("../../CONFIGURATION.md");
const NOT_SET: &str = "not set";
const NOT_THERE: &str = "–";

/// A row of the page: values in the two presets, and the range.
struct Row {
    key: String,
    values: [String; 2],
    range: String,
}

fn rows() -> Vec<Row> {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `")).map(|line| {
        let cells: Vec<&str> = line.trim_end_matches(" |").split(" | ").collect();
        let [key, _, quick, vae, range] = cells[..] else { panic!("a row of five cells: {line}") };
        let plain = |cell: &str| cell.trim_matches('`').to_owned();
        let values = [plain(quick), plain(vae)];
        Row { key: plain(key), values, range: range.to_owned() }
    });
    rows.filter(|row| row.key != "quick").collect()
}

/// The configuration of an experiment's preset with some keys set, as the keys with their values.
type Resolve = fn(&[String]) -> Result<BTreeMap<String, String>, String>;

fn resolve<E: Experiment>(set: &[String]) -> Result<BTreeMap<String, String>, String> {
    let preset = match E::NAME {
        "vae" => "vae-quick",
        _ => "quick",
    };
    let request =
        Request { preset: Some(preset.to_owned()), set: set.to_vec(), ..Request::default() };
    let resolved = E::resolve(&request).map_err(|error| error.to_string())?;
    let mut keys = BTreeMap::new();
    let mut section = String::new();
    for line in resolved.to_toml().lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned();
        } else if let Some((key, value)) = line.split_once(" = ")
            && !section.is_empty()
        {
            keys.insert(format!("{section}.{key}"), value.to_owned());
        }
    }
    Ok(keys)
}

const EXPERIMENTS: [Resolve; 2] = [resolve::<Autoencoder>, resolve::<Vae>];

/// All keys that an experiment takes, those without a value too: what it says of an unknown one.
fn known(resolve: Resolve) -> BTreeSet<String> {
    let sections = resolve(&[]).unwrap();
    // `data` has no key with a value.
    let sections = sections.keys().filter_map(|key| key.split_once('.')).map(|(name, _)| name);
    let sections: BTreeSet<&str> = sections.chain(["data"]).collect();
    let mut keys = BTreeSet::new();
    for section in sections {
        let message = resolve(&[format!("{section}.x-y-z-x-y-z=1")]).unwrap_err();
        let list = message.split("known here: ").nth(1).unwrap_or_else(|| panic!("{message}"));
        let list = list.split(" (").next().unwrap();
        keys.extend(list.split(", ").map(str::to_owned));
    }
    keys
}

#[test]
fn the_page_has_every_key_of_both_experiments_once_and_no_other() {
    let rows = rows();
    let keys: BTreeSet<&str> = rows.iter().map(|row| &row.key[..]).collect();
    assert_eq!(keys.len(), rows.len(), "a key stands there twice");
    for (i, resolve) in EXPERIMENTS.into_iter().enumerate() {
        let there = rows.iter().filter(|row| row.values[i] != NOT_THERE);
        let there: BTreeSet<String> = there.map(|row| row.key.clone()).collect();
        assert_eq!(there, known(resolve));
    }
}

#[test]
fn the_page_has_the_values_of_both_presets() {
    for (i, resolve) in EXPERIMENTS.into_iter().enumerate() {
        let values = resolve(&[]).unwrap();
        for row in rows().iter().filter(|row| row.values[i] != NOT_THERE) {
            let found = values.get(&row.key).map_or(NOT_SET, String::as_str);
            let number = |text: &str| text.parse::<f64>().ok();
            let same = match (number(found), number(&row.values[i])) {
                (Some(found), Some(said)) => found == said,
                _ => found == row.values[i],
            };
            assert!(same, "{} is {found}, the page says {}", row.key, row.values[i]);
        }
    }
}

/// Values that the range allows, and values that it refuses.
fn ends(row: &Row, of: &BTreeMap<String, String>) -> (Vec<String>, Vec<String>) {
    let texts = |values: &[&str]| values.iter().map(|&text| text.to_owned()).collect();
    let pair = |good: &[&str], bad: &[&str]| (texts(good), texts(bad));
    let range = &row.range[..];
    if let Some(range) = range.strip_prefix("a whole number from ") {
        let (least, most) = range.split_once(" to ").unwrap();
        let most = of.get(most.trim_matches('`')).map_or(most, String::as_str);
        let [least, most]: [i128; 2] = [least, most].map(|text| text.parse().unwrap());
        let below = match (least, &row.values) {
            // There, 0 stands for "not set".
            (1, values) if values.iter().any(|value| value == NOT_SET) => -1,
            (least, _) => least - 1,
        };
        let good = [least, most].map(|n| n.to_string());
        return (good.to_vec(), vec![below.to_string(), (most + 1).to_string(), "1.5".into()]);
    }
    match range {
        "true or false" => pair(&["true", "false"], &["1", "\"true\""]),
        "a whole number, 1 or more" => pair(&["1", "1000000"], &["-1", "1.5", "\"all\""]),
        "an even number from 2 to 65536" => pair(&["2", "65536"], &["0", "1", "3", "65538"]),
        "a number above 0" => pair(&["1e-30", "1e30"], &["0", "-1", "inf", "nan", "1e-60"]),
        "a number, 0 or more" => pair(&["0", "1e-30", "1e30"], &["-1e-30", "inf", "nan", "1e60"]),
        "a number from 0 to 1" => pair(&["0", "1"], &["-1e-30", "1.0000001", "nan"]),
        "a number from 0 to below 1" => pair(&["0", "0.999"], &["-1e-30", "1", "nan"]),
        "a number, at least minus `loss.l1`" => pair(&["-0.001", "1e30"], &["-0.0011", "inf"]),
        _ => match &row.key[..] {
            "model.hidden" => {
                let layers = |n| format!("[{}]", vec!["1"; n].join(","));
                let (good, bad) = (layers(32), layers(33));
                pair(&["[1]", "[65536]", &good], &["[0]", "[65537]", "[1.5]", "7", &bad])
            }
            "optimizer.schedule" => pair(
                &[
                    "constant",
                    "linear",
                    "cooldown:1",
                    "cooldown:1e-9",
                    "warm-up:1",
                    "cosine",
                    "cosine:1",
                    "exponential:0.5",
                ],
                &["cooldown", "cooldown:0", "exponential:1.1", "cosine:0", "warm-up", "linear:1"],
            ),
            "loss.mean_over" => pair(&["batch", "group"], &["all", "1"]),
            "routing.rule" => pair(
                &[
                    "halves",
                    "soft:0",
                    "soft:-2",
                    "random-digit",
                    "random-digit:0",
                    "random-sample:7",
                ],
                &["soft", "halves:1", "half", "random-digit:-1", "random-sample:0.5"],
            ),
            "routing.bottom" => pair(&["[0]", "[4,2]"], &["[]", "[10]", "[5]", "[1,1]", "[-1]"]),
            "routing.top" => pair(&["[9]", "[7,5]"], &["[]", "[10]", "[0]", "[6,6]"]),
            key => panic!("no values are known to try the range of {key}: {range}"),
        },
    }
}

#[test]
fn each_range_of_the_page_is_taken_to_its_ends_and_no_further() {
    for (i, resolve) in EXPERIMENTS.into_iter().enumerate() {
        let values = resolve(&[]).unwrap();
        for row in rows().iter().filter(|row| row.values[i] != NOT_THERE) {
            let (good, bad) = ends(row, &values);
            for value in good {
                let taken = resolve(&[format!("{}={value}", row.key)]);
                assert!(taken.is_ok(), "{}={value}: {}", row.key, taken.unwrap_err());
            }
            for value in bad {
                let message = resolve(&[format!("{}={value}", row.key)])
                    .expect_err(&format!("{}={value} is taken", row.key));
                assert!(message.contains(&row.key), "{}={value}: {message}", row.key);
            }
        }
    }
}

#[test]
fn what_is_refused_is_said_in_words_and_not_in_names_of_rusts_types() {
    for resolve in EXPERIMENTS {
        for change in ["model.hidden=[-1]", "model.hidden=[1.5]", "train.seed=-1", "train.batch=-1"]
        {
            let message = resolve(&[change.to_owned()]).unwrap_err();
            for word in ["usize", "u64", "u8", "i64", "f64"] {
                assert!(!message.contains(word), "{change}: {message}");
            }
            assert!(message.contains("whole number"), "{change}: {message}");
        }
    }
}
