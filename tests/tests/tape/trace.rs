//! What a trace says of a backward pass, and the page that shows it.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use gradroute_tape::trace::{Arrived, Number, Tensor};
use gradroute_tape::{
    Gradients, Graph, GroupGradients, Params, Shape, Tape, Trace, TraceOptions, TracePage, Var,
};
use proptest::prelude::*;
use serde_json::Value;

use super::groups::{Model, assert_close};

fn entries(tensor: &Tensor<f64>) -> Vec<f64> {
    tensor.entries.as_ref().unwrap().iter().map(|v| v.0).collect()
}

fn at(trace: &Trace<f64>, term: usize, node: usize) -> &Arrived<f64> {
    trace.passes[term].steps.iter().find(|step| step.node == node).unwrap()
}

/// A graph of the groups' model over two groups, with its trace.
fn traced(n: usize, seed: u64, look: impl FnOnce(&Graph<'_, f64>, Var, &[u8], &Trace<f64>)) {
    let mut params = Params::new();
    let model = Model::new(&mut params);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let loss = model.loss(&g, n, seed, &vec![1.0; n], true);
    let of_samples: Vec<u8> = (0..n).map(|sample| u8::from(sample % 3 == 0)).collect();
    let options = TraceOptions::of([("loss", loss)]).groups(["a", "b"], of_samples.clone());
    let trace = g.trace(&options);
    look(&g, loss, &of_samples, &trace);
}

proptest! {
    #[test]
    fn gradients_are_those_of_the_backward_passes_to_the_bit_or_as_contributions_add(
        n in 2usize..8,
        seed: u64,
    ) {
        traced(n, seed, |g, loss, of_samples, trace| {
            let mut whole = Gradients::new(g.params());
            let mut by_edge = Gradients::new(g.params());
            let mut apart = GroupGradients::new(g.params(), 2);
            g.backward(loss, &mut whole);
            g.backward_by_edge(loss, &mut by_edge, |_| {});
            g.backward_by_group(loss, of_samples, &mut apart);
            let mut params = 0;
            for (node, seen) in trace.nodes.iter().enumerate() {
                let Some(name) = &seen.param else { continue };
                let id = g.params().ids().find(|id| g.params().name(*id) == name).unwrap();
                let shares = &at(trace, 0, node).gradient;
                assert_eq!(entries(&shares.all), by_edge.get(id).unwrap());
                assert_close(&entries(&shares.all), whole.get(id).unwrap());
                for (part, found) in [
                    (&shares.parts[1], apart.group(0).get(id)),
                    (&shares.parts[2], apart.group(1).get(id)),
                    (&shares.parts[3], apart.no_sample().get(id)),
                ] {
                    match (part, found) {
                        (Some(part), Some(found)) => assert_close(&entries(part), found),
                        (part, found) => assert_eq!(part.is_some(), found.is_some()),
                    }
                }
                params += 1;
            }
            assert!(params > 3);
        });
    }

    #[test]
    fn contributions_add_up_to_the_gradient_and_samples_to_the_groups(n in 2usize..8, seed: u64) {
        traced(n, seed, |_, _, of_samples, trace| {
            for step in &trace.passes[0].steps {
                let all = entries(&step.gradient.all);
                if step.contributions.len() > 1 {
                    let mut sum = vec![0.0; all.len()];
                    for contribution in &step.contributions {
                        let share = entries(&contribution.share.as_ref().unwrap().all);
                        sum.iter_mut().zip(share).for_each(|(sum, v)| *sum += v);
                    }
                    assert_close(&sum, &all);
                }
                let parts = &step.gradient.parts;
                if parts.is_empty() {
                    continue;
                }
                for group in 0..2u8 {
                    let own = (0..n).filter(|sample| of_samples[*sample] == group);
                    let mut sum = vec![0.0; all.len()];
                    for sample in own {
                        if let Some(part) = &parts[4 + sample] {
                            sum.iter_mut().zip(entries(part)).for_each(|(sum, v)| *sum += v);
                        }
                    }
                    if let Some(part) = &parts[1 + usize::from(group)] {
                        assert_close(&sum, &entries(part));
                    }
                }
                let mut sum = vec![0.0; all.len()];
                for part in parts[1..4].iter().flatten() {
                    sum.iter_mut().zip(entries(part)).for_each(|(sum, v)| *sum += v);
                }
                assert_close(&sum, &all);
            }
        });
    }

    #[test]
    fn norms_of_rows_are_those_of_their_samples(n in 2usize..8, seed: u64) {
        traced(n, seed, |_, _, of_samples, trace| {
            let mut seen = 0;
            for step in &trace.passes[0].steps {
                if !trace.nodes[step.node].carries_samples {
                    continue;
                }
                let (all, norms) = (entries(&step.gradient.all), &step.gradient.norms);
                let row = all.len() / n;
                let of = |sample: usize| all[sample * row..(sample + 1) * row].iter().copied();
                for sample in 0..n {
                    assert_eq!(norms[4 + sample], Some(Number(gradroute_tape::norm(of(sample)))));
                }
                for group in 0..2u8 {
                    let own = (0..n).filter(|sample| of_samples[*sample] == group);
                    let of_group = gradroute_tape::norm(own.clone().flat_map(of));
                    let wanted = own.clone().next().map(|_| Number(of_group));
                    assert_eq!(norms[1 + usize::from(group)], wanted);
                }
                assert_eq!(norms[3], None, "no row belongs to no sample");
                seen += 1;
            }
            assert!(seen > 3);
        });
    }
}

/// Sample 0 may teach dim 1 only; a penalty beside the route reaches both.
fn leak(g: &Graph<'_, f64>, w: Var) -> Trace<f64> {
    let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, 5.0]);
    let z = g.linear(x, w, None);
    let mask = g.literal(Shape::of_samples(&[2, 2]), &[0.0, 1.0, 1.0, 1.0]);
    let task = g.sum(g.route(z, mask));
    let l1 = g.scale(g.l1_norm(z), 0.1);
    let options = TraceOptions::of([("task", task), ("l1", l1), ("total", g.add(task, l1))])
        .groups(["blocked", "open"], [0, 1])
        .part("dim 0", z, 0..1, ["blocked"]);
    g.trace(&options)
}

#[test]
fn a_leak_is_the_contribution_that_is_not_0_in_a_region_that_its_group_must_not_teach() {
    let mut params = Params::new();
    let w = params.add("w", &[2, 1], || 1.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let trace = leak(&g, g.param(w));
    let region = &trace.regions[0];
    assert_eq!((region.columns, &region.closed_to[..]), (Some([0, 1]), &[0][..]));
    let of = |term: usize, selection: usize| region.norms[term][selection].unwrap().0;
    assert_eq!([of(0, 1), of(1, 1), of(2, 1)], [0.0, 0.1, 0.1]);
    assert_eq!([of(0, 2), of(1, 2), of(2, 2)], [1.0, 0.1, 1.1]);
    let uses = &at(&trace, 2, region.nodes[0]).contributions;
    let norms: Vec<_> = uses
        .iter()
        .map(|of| (trace.nodes[of.from].op, of.regions[0].norms[1].unwrap().0))
        .collect();
    assert_eq!(norms, [("abs", 0.1), ("route", 0.0)]);
    // What came before the mask is there as well.
    let route = uses.iter().find(|of| trace.nodes[of.from].op == "route").unwrap();
    assert_eq!(entries(&at(&trace, 2, route.from).gradient.all), [1.0; 4]);
    assert_eq!(entries(&route.share.as_ref().unwrap().all), [0.0, 1.0, 1.0, 1.0]);
}

#[test]
fn without_samples_everything_belongs_to_no_sample() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[2], || 3.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let w_ = g.param(w);
    let y = g.scale(w_, 2.0);
    let trace = g.trace(&TraceOptions::of([("loss", g.sum(g.mul(y, y)))]));
    assert_eq!(trace.selections, ["all", "no sample"]);
    let shares = &at(&trace, 0, w_.index()).gradient;
    assert_eq!(entries(&shares.all), [24.0, 24.0]);
    assert_eq!(entries(shares.parts[1].as_ref().unwrap()), [24.0, 24.0]);
    // Both uses of y, each by itself.
    let uses = &at(&trace, 0, y.index()).contributions;
    assert_eq!(uses.iter().map(|of| of.position).collect::<Vec<_>>(), [0, 1]);
}

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
#[should_panic(
    expected = "the groups are those of 3 samples, but the values that the terms depend on count [2]"
)]
fn groups_of_another_batch_are_refused() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[1, 1], || 1.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, 5.0]);
    let loss = g.sum(g.linear(x, g.param(w), None));
    g.trace(&TraceOptions::of([("loss", loss)]).groups(["a"], [0, 0, 0]));
}

#[test]
#[should_panic(expected = "there is no group `c`")]
fn a_part_that_is_closed_to_a_group_that_there_is_not_is_refused() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[1, 1], || 1.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, 5.0]);
    let z = g.linear(x, g.param(w), None);
    let options = TraceOptions::of([("loss", g.sum(z))]).groups(["a", "b"], [0, 1]);
    g.trace(&options.part("all of it", z, 0..1, ["c"]));
}
