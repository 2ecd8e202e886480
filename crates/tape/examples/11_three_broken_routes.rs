//! Three programs that are to route, each with one mistake. `-- 1`, `-- 2` or `-- 3` chooses one.
//!
//! In all of them images of the digits 0 to 4 may teach the first two dims of an encoding, the bottom half,
//! and images of 5 to 9 the last two, the top half. Each prints which gradient arrives where, and writes a
//! page to step through. What is wrong stands at the end of docs/first-afternoon.md.

use std::path::PathBuf;

use gradroute_tape::layers::Mlp;
use gradroute_tape::{Graph, Params, Shape, Stream, Tape, TraceOptions, TracePage, Var};

const PIXELS: usize = 6;
const DIMS: usize = 4;
/// Labels of the batch of this step, and of the one before it.
const DIGITS: [u8; 4] = [3, 7, 1, 8];
const DIGITS_BEFORE: [u8; 4] = [2, 4, 9, 6];

struct Networks {
    encoder: Mlp,
    decoder: Mlp,
    classifier: Mlp,
}

/// The encoding, and the terms of the loss.
struct Recorded {
    z: Var,
    terms: Vec<(&'static str, Var)>,
}

/// Whether images of this digit may teach this dim.
type MayTeach = fn(u8, usize) -> bool;

fn first(g: &Graph<'_, f32>, net: &Networks, x: Var, may_teach: MayTeach) -> Recorded {
    let z = net.encoder.forward(g, x);
    let mask = g.label_mask(&DIGITS_BEFORE, DIMS, may_teach);
    let drawn = net.decoder.forward(g, g.route(z, mask));
    Recorded { z, terms: vec![("drawing", g.mean_squared_error(drawn, x))] }
}

fn second(g: &Graph<'_, f32>, net: &Networks, x: Var, may_teach: MayTeach) -> Recorded {
    let z = net.encoder.forward(g, x);
    let mask = g.label_mask(&DIGITS, DIMS, may_teach);
    let routed = g.route(z, mask);
    let drawn = net.decoder.forward(g, routed);
    let named = net.classifier.forward(g, z);
    let naming = g.mean(g.softmax_cross_entropy(named, g.labels(&DIGITS)));
    Recorded { z, terms: vec![("drawing", g.mean_squared_error(drawn, x)), ("naming", naming)] }
}

fn third(g: &Graph<'_, f32>, net: &Networks, x: Var, may_teach: MayTeach) -> Recorded {
    let z = net.encoder.forward(g, x);
    let mask = g.label_mask(&DIGITS, DIMS, may_teach);
    let masked = g.ablate(z, mask);
    let drawn = net.decoder.forward(g, masked);
    Recorded { z, terms: vec![("drawing", g.mean_squared_error(drawn, x))] }
}

/// The rule that is meant.
fn own_half(digit: u8, dim: usize) -> bool {
    (digit >= 5) == (dim >= DIMS / 2)
}

fn show(number: usize) -> std::io::Result<()> {
    let program = [first, second, third][number - 1];
    let mut params = Params::<f32>::new();
    let mut mlp = |name, widths: &[usize]| Mlp::new(&mut params, name, widths, true, 0);
    let net = Networks {
        encoder: mlp("encoder", &[PIXELS, DIMS]),
        decoder: mlp("decoder", &[DIMS, PIXELS]),
        classifier: mlp("classifier", &[DIMS, 10]),
    };
    let mut stream = Stream::new(0, "pixels", 0);
    let pixels: Vec<f32> = (0..DIGITS.len() * PIXELS).map(|_| stream.normal() as f32).collect();
    let mut tape = Tape::new();
    let mut record = |rule: MayTeach| {
        let g = tape.graph(&params);
        let x = g.literal(Shape::of_samples(&[DIGITS.len(), PIXELS]), &pixels);
        let Recorded { z, terms } = program(&g, &net, x, rule);
        let mut shown = terms.clone();
        // Where there are several terms, the gradient of the whole loss is of interest too.
        if let [(_, a), (_, b)] = terms[..] {
            shown.push(("total", g.add(a, b)));
        }
        let options = TraceOptions::of(shown)
            .groups(["bottom", "top"], DIGITS.map(|digit| u8::from(digit >= 5)))
            .part("bottom half", z, 0..DIMS / 2, ["top"])
            .part("top half", z, DIMS / 2..DIMS, ["bottom"]);
        g.trace(&options)
    };
    let (trace, unrouted) = (record(own_half), record(|_, _| true));

    println!("Program {number}");
    let terms = trace.passes.iter().zip(&unrouted.passes).enumerate();
    for (t, (pass, all_may)) in terms.filter(|(_, (pass, _))| pass.term != "total") {
        let loss = [pass.value.0, all_may.value.0];
        println!("{}: {:.4}, with a mask of ones {:.4}", pass.term, loss[0], loss[1]);
        for region in &trace.regions {
            // Selections: all, bottom, top, ...
            let [bottom, top] = [1, 2].map(|group| match region.norms[t][group] {
                Some(norm) if norm.0 != 0.0 => format!("{:.3}", norm.0),
                _ => "0".to_owned(), // exactly
            });
            println!("  {:<11} taught by 0-4: {bottom}, by 5-9: {top}", region.name);
        }
    }
    let mut page = TracePage::new(format!("Broken route {number}"));
    page.add("as it is", trace);
    page.add("a mask of ones", unrouted);
    let place: PathBuf = std::env::temp_dir().join(format!("gradroute-broken-{number}.html"));
    std::fs::write(&place, page.to_html())?;
    println!("Step through it in {}\n", place.display());
    Ok(())
}

fn main() -> std::io::Result<()> {
    match std::env::args().nth(1).as_deref() {
        None => (1..=3).try_for_each(show),
        Some("1") => show(1),
        Some("2") => show(2),
        Some("3") => show(3),
        Some(other) => panic!("{other} is none of the three programs 1, 2 and 3"),
    }
}
