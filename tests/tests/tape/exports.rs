//! Pictures of a graph: as text, in Graphviz's language, and as JSON.

use gradroute_tape::{Graph, Params, Shape, Tape, Var};
use serde_json::Value;

/// `x -> linear -> route -> sum`, with an L1 penalty before the route, a detached copy, and a
/// second layer whose update is weighted. Returns the parameters' names and runs `look`.
fn with_graph(look: impl FnOnce(&Graph<'_, f32>, [Var; 3])) {
    let mut params = Params::<f32>::new();
    let w = params.add("encoder.weight", &[2, 3], || 0.5);
    let v = params.add("head.\"v\"", &[1, 2], || 0.5);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[4, 3]), &[1.0; 12]);
    let z = {
        let _scope = g.scope("encoder");
        g.linear(x, g.param(w), None)
    };
    let mask = g.literal(Shape::of_samples(&[4, 1]), &[0.0, 1.0, 1.0, 0.0]);
    let routed = g.route(z, mask);
    let update = g.literal(Shape::of_samples(&[4]), &[0.0, 1.0, 1.0, 0.0]);
    let y = {
        let _scope = g.scope("head");
        g.update_weighted(update, || g.linear(routed, g.param(v), None))
    };
    let detached = g.detach(z);
    g.add(g.add(g.sum(y), g.l1_norm(z)), g.sum(detached));
    look(&g, [z, routed, detached]);
}

fn count(g: &Graph<'_, f32>) -> usize {
    let mut count = 0;
    g.for_each_node(|_| count += 1);
    count
}

#[test]
fn the_text_has_a_line_for_every_node_and_marks_what_routes_and_what_is_constant() {
    with_graph(|g, [z, routed, detached]| {
        let text = g.to_text();
        let mut lines: Vec<&str> = text.lines().collect();
        let legend = lines.pop().unwrap();
        assert!(legend.contains("* routes") && legend.contains("- no gradient"), "{legend}");
        assert_eq!(lines.len(), count(g));
        for (i, line) in lines.iter().enumerate() {
            assert!(line[2..].starts_with(&format!("%{i} ")), "{line}");
            assert!(line.contains("tape/exports.rs:"), "{line}");
        }
        assert!(lines[0].starts_with("- ") && lines[0].contains("input()"), "{}", lines[0]);
        let z = lines[z.index()];
        assert!(z.starts_with("  ") && z.contains("linear(%0, %1)"), "{z}");
        assert!(z.contains("[n=4, 2]") && z.contains(" encoder "), "{z}");
        assert!(lines[routed.index()].starts_with("* "), "{}", lines[routed.index()]);
        assert!(lines[routed.index()].contains("route(%2, %3)"), "{}", lines[routed.index()]);
        assert!(lines[detached.index()].starts_with("* "), "{}", lines[detached.index()]);
        assert_eq!(lines.iter().filter(|l| l.starts_with('*')).count(), 3);
    });
}

#[test]
fn the_dot_language_names_every_node_and_draws_routed_edges_red() {
    with_graph(|g, [z, routed, detached]| {
        let dot = g.to_dot();
        assert!(dot.starts_with("digraph gradroute {\n") && dot.ends_with("}\n"), "{dot}");
        assert_eq!(dot.matches('{').count(), dot.matches('}').count());
        for i in 0..count(g) {
            assert_eq!(dot.matches(&format!("\n  n{i} [label=")).count(), 1, "node {i}: {dot}");
        }
        let (z, routed, detached) = (z.index(), routed.index(), detached.index());
        for line in [
            format!("  n{z} -> n{routed} [color=red, penwidth=2];"),
            format!("  n{} -> n{routed} [style=dashed, color=gray50];", routed - 1),
            format!("  n{z} -> n{detached} [style=dashed, color=gray50];"),
            format!(
                "  n{routed} [label=\"route\\n[n=4, 2]\", shape=hexagon, color=red, penwidth=2];"
            ),
        ] {
            assert!(dot.lines().any(|l| l == line), "{line} is missing from\n{dot}");
        }
        let abs = dot.lines().find(|l| l.contains("label=\"abs")).expect("the penalty is there");
        let abs = abs.trim().split(' ').next().expect("a name");
        let penalty = format!("  n{z} -> {abs};");
        assert!(dot.lines().any(|l| l == penalty), "the penalty's edge is open: {penalty}\n{dot}");
        assert!(dot.contains("param head.\\\"v\\\""), "quotes in names are escaped: {dot}");
    });
}

#[test]
fn the_json_describes_every_node() {
    with_graph(|g, [z, routed, detached]| {
        let json: Value = serde_json::from_str(&g.to_json()).expect("it is JSON");
        let nodes = json["nodes"].as_array().expect("a list of nodes");
        assert_eq!(nodes.len(), count(g));
        for (i, node) in nodes.iter().enumerate() {
            assert_eq!(node["index"], i);
            assert_eq!(node["file"], "tape/exports.rs");
            assert!(node["line"].as_u64().is_some_and(|line| line > 0));
            for operand in node["operands"].as_array().expect("a list") {
                assert!(operand["node"].as_u64().is_some_and(|at| at < i as u64));
                assert!(operand["gradient"].is_boolean());
            }
        }
        let node = |var: Var| &nodes[var.index()];
        assert_eq!(node(z)["op"], "linear");
        assert_eq!(node(z)["label"], "encoder");
        assert_eq!(node(z)["shape"], serde_json::json!([4, 2]));
        assert_eq!(node(z)["carries_samples"], true);
        assert_eq!(node(z)["routes"], false);
        let [value, mask] = [0, 1].map(|i| &node(routed)["operands"][i]);
        assert_eq!((&value["gradient"], &mask["gradient"]), (&true.into(), &false.into()));
        assert_eq!(node(routed)["routes"], true);
        assert_eq!(node(detached)["operands"][0]["gradient"], false);
        assert_eq!(node(detached)["needs_grad"], false);
        let params: Vec<&str> = nodes.iter().filter_map(|n| n["param"].as_str()).collect();
        assert_eq!(params, ["encoder.weight", "head.\"v\""]);
        let weighted = nodes.iter().find(|n| n["attributes"] == "weighted update");
        assert_eq!(weighted.expect("the second layer")["routes"], true);
    });
}

#[test]
fn no_picture_tells_where_the_project_lies() {
    with_graph(|g, _| {
        for picture in [g.to_text(), g.to_dot(), g.to_json()] {
            assert!(!picture.contains(env!("CARGO_MANIFEST_DIR")), "{picture}");
            assert!(!picture.contains("\"/") && !picture.contains(" /"), "{picture}");
        }
    });
}
