//! The names of all ops, read from their sources, and that each is known everywhere and has a rule.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use gradroute_tape::{Graph, Rule, Tape};

use crate::case::{Case, Constants, Sizes};
use crate::golden;
use crate::registry::cases;

/// The text literals in `text`.
fn literals(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

/// The names that the ops of `tape/src/ops` give themselves.
fn of_sources() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/tape/src/ops");
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("the ops are there") {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let constants = text.match_indices("const NAME: &'static str = \"");
        let functions = text.match_indices("fn name(&self) -> &'static str {");
        for (at, start) in constants {
            names.extend(literals(&text[at + start.len() - 1..]).next().map(str::to_owned));
        }
        for (at, _) in functions {
            let body = &text[at..];
            let body = &body[..body.find("\n    }").expect("the function ends")];
            names.extend(literals(body).map(str::to_owned));
        }
    }
    names
}

/// The names of the ops on a graph.
pub fn of_graph<T: gradroute_tape::Real>(g: &Graph<'_, T>, names: &mut BTreeSet<String>) {
    g.for_each_node(|node| {
        names.insert(node.op_name().to_owned());
    });
}

/// Calls `look` with each case and its graph.
fn for_each_graph(mut look: impl FnMut(&Case, &Graph<'_, f64>)) {
    for case in cases() {
        let sizes = (case.sizes)(Sizes::small(3));
        let (params, ids) = case.params::<f64>(sizes, 3);
        let mut tape = Tape::new();
        let g = tape.graph(&params);
        let x: Vec<_> = ids.iter().map(|&id| g.param(id)).collect();
        (case.double)(&g, &x, sizes, Constants { seed: 3 });
        look(&case, &g);
    }
}

#[test]
fn every_op_is_in_the_registry() {
    let mut found = BTreeSet::new();
    for_each_graph(|_, g| of_graph(g, &mut found));
    let names = of_sources();
    assert!(names.len() >= 40, "only {names:?} were found in the sources");
    let missing: Vec<_> = names.difference(&found).collect();
    assert!(
        missing.is_empty(),
        "give these ops an entry in tests/tests/ops/registry.rs: {missing:?}"
    );
}

#[test]
fn every_op_has_a_rule_with_both_formulas_and_words() {
    let mut found = BTreeSet::new();
    for_each_graph(|case, g| {
        g.for_each_node(|node| {
            let (name, rule) = (node.op_name(), node.rule());
            if ["input", "param"].contains(&name) {
                return assert_eq!(rule, Rule::default(), "{name} is a leaf");
            }
            let is_whole = ![rule.forward, rule.backward, rule.words].contains(&"");
            assert!(is_whole, "{name}, in {}, leaves a part empty: {rule:?}", case.name);
            found.insert(name.to_owned());
        });
    });
    let names = of_sources();
    let missing: Vec<_> = names.difference(&found).collect();
    assert!(missing.is_empty(), "the rules of these ops were not seen: {missing:?}");
}

#[test]
fn every_op_has_golden_values() {
    let names = of_sources();
    let found = golden::ops();
    let missing: Vec<_> = names.difference(&found).collect();
    assert!(missing.is_empty(), "give these ops a case in tests/golden/ops.py: {missing:?}");
}
