//! Which runs a file asks for, and what their folders are called.

use std::collections::BTreeSet;

use gradroute_runs::sweep::{SweepFile, Wanted};
use proptest::prelude::*;

fn wanted(text: &str) -> Vec<Wanted> {
    SweepFile::parse(text, "sweep.toml").unwrap().wanted().unwrap()
}

fn names(text: &str) -> Vec<String> {
    wanted(text).into_iter().map(|run| run.name).collect()
}

#[test]
fn rows_cells_and_seeds_are_combined_in_this_order() {
    let text = "preset = \"p\"\nseeds = [5, 6]\n[grid]\nb = [true, false]\na = [1, 2]\n\
                [[runs]]\nx = 1\n[[runs]]\ny = \"slow\"\n";
    assert_eq!(
        names(text)[..5],
        [
            "x=1,a=1,b=true,seed=5",
            "x=1,a=1,b=true,seed=6",
            "x=1,a=1,b=false,seed=5",
            "x=1,a=1,b=false,seed=6",
            "x=1,a=2,b=true,seed=5"
        ]
    );
    assert_eq!(names(text).len(), 16);
    assert_eq!(names(text)[15], "y=slow,a=2,b=false,seed=6");
}

#[test]
fn a_key_is_named_by_its_last_part_where_that_says_which_is_meant() {
    let text =
        "seeds = [0]\n[grid]\n\"a.lr\" = [1]\n\"b.lr\" = [2]\n\"b.size\" = [3]\n\"c.seed\" = [4]\n";
    assert_eq!(names(text), ["a.lr=1,b.lr=2,size=3,c.seed=4,seed=0"]);
}

#[test]
fn quoted_and_nested_keys_mean_the_same() {
    let quoted = wanted("seeds = [0]\n[grid]\n\"a.b\" = [1, 2]\n");
    let nested = wanted("seeds = [0]\n[grid]\na.b = [1, 2]\n");
    let deep = wanted("seeds = [0]\n[grid.a]\nb = [1, 2]\n");
    assert!(quoted == nested && nested == deep);
}

#[test]
fn lists_and_presets_are_values_too() {
    let text =
        "seeds = [0]\n[grid]\npreset = [\"small\", \"large\"]\nhidden = [[512, 256], [64]]\n";
    assert_eq!(names(text)[0], "hidden=512x256,preset=small,seed=0");
    let runs = wanted(text);
    assert_eq!(runs[1].preset.as_deref(), Some("large"));
    let file = SweepFile::parse(text, "f").unwrap();
    assert_eq!(file.presets(), ["small", "large"]);
}

#[test]
fn without_anything_swept_there_is_a_run_a_seed() {
    assert_eq!(names("seeds = [7, 8]\n"), ["seed=7", "seed=8"]);
}

#[test]
fn a_run_asks_for_its_keys_after_those_of_all_runs() {
    let text = "preset = \"p\"\nseeds = [9]\n[set]\ndepth = 3\n[grid]\nwidth = [4]\n";
    let request = wanted(text)[0].request();
    let keys: Vec<&str> = request.flags.iter().map(|flag| flag.key.as_str()).collect();
    assert_eq!(keys, ["depth", "width", "train.seed"]);
    assert_eq!(request.preset.as_deref(), Some("p"));
    assert!(request.flags[1].origin.contains("sweep.toml, run width=4,seed=9"));
}

proptest! {
    #[test]
    fn names_differ_fit_and_are_plain_whatever_is_swept(
        values in proptest::collection::btree_set("\\PC{0,60}", 1..8),
        seeds in proptest::collection::btree_set(0u64..1000, 1..4),
    ) {
        let quoted = |text: &String| toml::Value::String(text.clone()).to_string();
        let values: Vec<String> = values.iter().map(quoted).collect();
        let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
        let text = format!(
            "seeds = [{}]\n[grid]\nword = [{}]\n", seeds.join(", "), values.join(", ")
        );
        let file = SweepFile::parse(&text, "sweep.toml").unwrap();
        // Words that differ in case alone are refused.
        let lower: BTreeSet<String> = values.iter().map(|value| value.to_lowercase()).collect();
        match file.wanted() {
            Err(error) => prop_assert!(lower.len() < values.len(), "{error}"),
            Ok(runs) => {
                let names: BTreeSet<&str> = runs.iter().map(|run| run.name.as_str()).collect();
                prop_assert_eq!(names.len(), values.len() * seeds.len());
                for name in names {
                    prop_assert!(name.len() <= 100, "{}", name);
                    let plain = |c: char| c.is_ascii_alphanumeric() || "=,.+-_".contains(c);
                    prop_assert!(name.chars().all(plain), "{}", name);
                }
            }
        }
    }

    #[test]
    fn no_text_makes_reading_a_sweep_panic(text in "\\PC{0,300}") {
        if let Ok(file) = SweepFile::parse(&text, "sweep.toml") {
            let _ = file.wanted();
        }
    }

    #[test]
    fn a_number_of_runs_beyond_any_counter_is_refused(axes in 1usize..30) {
        let axis = |i: usize| format!("k{i} = [{}]\n", vec!["0"; 100].join(", "));
        let text = format!("seeds = [0]\n[grid]\n{}", (0..axes).map(axis).collect::<String>());
        let file = SweepFile::parse(&text, "sweep.toml").unwrap();
        prop_assert!(file.wanted().is_err());
    }
}
