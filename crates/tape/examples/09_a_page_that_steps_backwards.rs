//! The backward pass as a page to step through: two units, each meant for one group of samples.
//!
//! The page holds three variants of the same graph. As it is, a penalty beside the route leaks. With the
//! penalty behind the route, nothing does. With one entry of the mask switched on, one sample teaches the
//! other group's unit. `-- page.html` writes the page to a place of your own, and a picture beside it.

use gradroute_tape::trace::Number;
use gradroute_tape::{Graph, ParamId, Params, Shape, Tape, Trace, TraceOptions, TracePage};

const GROUPS: [u8; 4] = [0, 0, 1, 1];

/// What differs between the variants.
#[derive(Clone, Copy, Default)]
struct Variant {
    penalty_is_routed: bool,
    sample_0_teaches_both: bool,
}

fn traced(g: &Graph<'_, f32>, [encoder, head]: [ParamId; 2], variant: Variant) -> Trace<f32> {
    let x = g.literal(Shape::of_samples(&[4, 2]), &[1.0, 0.0, 2.0, 1.0, 0.0, 3.0, 1.0, 1.0]);
    let scope = g.scope("encoder");
    let z = g.linear(x, g.param(encoder), None);
    let own = if variant.sample_0_teaches_both { 1.0 } else { 0.0 };
    let mask = g.literal(Shape::of_samples(&[4, 2]), &[1.0, own, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0]);
    let routed = g.route(z, mask);
    drop(scope);
    let scope = g.scope("head");
    let y = g.linear(routed, g.param(head), None);
    drop(scope);
    let _scope = g.scope("loss");
    let error = g.mean(g.mul(y, y));
    let l1 = g.scale(g.l1_norm(if variant.penalty_is_routed { routed } else { z }), 0.1);
    let options = TraceOptions::of([("error", error), ("l1", l1), ("total", g.add(error, l1))])
        .groups(["group 0", "group 1"], GROUPS)
        .part("unit 0", z, 0..1, ["group 1"])
        .part("unit 1", z, 1..2, ["group 0"]);
    g.trace(&options)
}

/// What is exactly 0 is more than a small number.
fn in_words(norm: Option<Number<f64>>) -> String {
    match norm {
        None => "-".to_owned(),
        Some(Number(0.0)) => "0".to_owned(),
        Some(Number(norm)) => format!("{norm:.3}"),
    }
}

fn main() -> std::io::Result<()> {
    let mut params = Params::<f32>::new();
    let encoder = params.add("encoder", &[2, 2], || 0.5);
    let head = params.add("head", &[1, 2], || 1.0);
    let mut tape = Tape::new();
    let mut page = TracePage::new("A route, and a penalty beside it");
    let as_it_is = Variant::default();
    for (name, variant) in [
        ("as it is", as_it_is),
        ("the penalty is routed", Variant { penalty_is_routed: true, ..as_it_is }),
        ("sample 0 may teach both", Variant { sample_0_teaches_both: true, ..as_it_is }),
    ] {
        let g = tape.graph(&params);
        let trace = traced(&g, [encoder, head], variant);
        for (pass, t) in trace.passes.iter().zip(0..) {
            let [unit_0, unit_1] = [0, 1].map(|r| &trace.regions[r].norms[t]);
            println!(
                "{name:<24} {:<6} group 0 at unit 1: {}, group 1 at unit 0: {}",
                pass.term,
                in_words(unit_1[1]),
                in_words(unit_0[2]),
            );
        }
        page.add(name, trace);
    }
    let place = std::env::args()
        .nth(1)
        .map_or_else(|| std::env::temp_dir().join("gradroute-tape.html"), std::path::PathBuf::from);
    // And the picture alone.
    let beside = place.with_extension("svg");
    if beside == place {
        let words = format!("{}: the picture's name; call the page .html", place.display());
        return Err(std::io::Error::other(words));
    }
    std::fs::write(&place, page.to_html())?;
    let g = tape.graph(&params);
    let picture = traced(&g, [encoder, head], as_it_is).to_svg();
    std::fs::write(&beside, picture)?;
    println!("Open {} in a browser, and step with the arrow keys.", place.display());
    println!("{} is its picture.", beside.display());
    Ok(())
}
