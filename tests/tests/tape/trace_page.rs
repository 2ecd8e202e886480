//! The page and the picture of a trace.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use gradroute_tape::{Params, Shape, Tape, TracePage};
use serde_json::Value;

use super::trace::leak;

/// What the page's script reads of an element.
fn data(html: &str, id: &str) -> Value {
    let (_, rest) = html.split_once(&format!("id=\"{id}\"")).unwrap();
    let (_, rest) = rest.split_once('>').unwrap();
    let (packed, _) = rest.split_once("</script>").unwrap();
    let mut json = String::new();
    let bytes = STANDARD.decode(packed).unwrap();
    GzDecoder::new(&bytes[..]).read_to_string(&mut json).unwrap();
    serde_json::from_str(&json).unwrap()
}

#[test]
fn the_page_holds_the_traces_of_all_variants_and_loads_nothing() {
    let mut params = Params::new();
    let w = params.add("<w> & \"co\"", &[2, 1], || 1.0);
    let mut tape = Tape::new();
    let mut page = TracePage::new("</title><script>alert(1)</script>");
    for name in ["one", "<b>two</b>"] {
        let g = tape.graph(&params);
        page.add(name, leak(&g, g.param(w)));
    }
    let html = page.to_html();
    assert_eq!(html, page.to_html());
    assert!(!html.contains("<script>alert"));
    assert!(html.contains("default-src 'none'"));
    // What a server may send as a file is the whole style.
    let style = TracePage::<f32>::STYLE;
    assert!(style.contains(".graph .box") && html.contains(style));
    let outside = html.matches("http").count() - html.matches("http-equiv").count();
    let namespace = html.matches("http://www.w3.org/2000/svg").count();
    assert_eq!(outside, namespace, "an address");
    assert!(html.contains("data-variant=\"&lt;b&gt;two&lt;/b&gt;\""));
    let exported: Value = serde_json::from_str(&page.to_json()).unwrap();
    for i in 0..2 {
        let outline = data(&html, &format!("variant-{i}"));
        let trace = &exported["variants"][i]["trace"];
        for part in ["nodes", "selections", "of_samples", "regions"] {
            assert_eq!(outline["trace"][part], trace[part]);
        }
        for (t, pass) in trace["passes"].as_array().unwrap().iter().enumerate() {
            assert_eq!(outline["trace"]["passes"][t]["term"], pass["term"]);
            assert_eq!(data(&html, &format!("variant-{i}-pass-{t}")), pass["steps"]);
        }
        let svg = outline["views"][0]["svg"].as_str().unwrap();
        assert!(svg.contains("&lt;w&gt; &amp; &quot;co&quot;"), "{svg}");
    }
}

#[test]
fn the_picture_has_every_node_and_edge_of_a_small_graph_with_gates_and_bars() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[1, 1], || 1.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[1, 1]), &[2.0]);
    let y = g.linear(x, g.param(w), None);
    let mask = g.literal(Shape::of_samples(&[1, 1]), &[1.0]);
    let loss = g.sum(g.add(g.route(y, mask), g.detach(y)));
    let svg = g.to_svg();
    let count = |what: &str| svg.matches(what).count();
    assert_eq!(count("class=\"box "), loss.index() + 1);
    assert_eq!(count("class=\"edge"), 8);
    assert_eq!((count("class=\"gate\""), count("class=\"bar\"")), (1, 1));
}

#[test]
fn update_weights_gate_the_way_to_whatever_depends_on_no_sample_and_no_other() {
    let mut params = Params::<f64>::new();
    let [first, second] =
        ["a.long.name.of.a.weight", "w"].map(|name| params.add(name, &[1, 1], || 1.0));
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[1, 1]), &[2.0]);
    let y = g.linear(x, g.param(first), None);
    let made = g.scale(g.param(second), 2.0);
    let weights = g.literal(Shape::of_samples(&[1]), &[0.0]);
    let weighted = g.update_weighted(weights, || g.linear(y, made, None));
    let svg = g.to_svg();
    let gated: Vec<&str> = svg.lines().filter(|line| line.contains("edge gated")).collect();
    let [gated] = gated[..] else { panic!("{gated:?}") };
    let ends = format!("data-from=\"{}\" data-to=\"{}\"", made.index(), weighted.index());
    assert!(gated.contains(&ends), "{gated}");
    // A name that is cut can be read in full.
    assert!(svg.contains("<title>a.long.name.of.a.weight</title>"), "{svg}");
}
