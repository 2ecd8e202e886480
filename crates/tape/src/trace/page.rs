//! Traces as one HTML file.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use gradroute_kernels::Real;
use serde::Serialize;

use super::options::TraceOptions;
use super::picture::{self, escape};
use super::result::{Node, Pass, RegionSeen, Trace};
use super::tensor::Number;
use super::view::{Brief, views};
use crate::graph::Graph;
use crate::node::Var;

/// A page that steps through the backward passes of a graph, and of variants of it: a mask's entry on or off,
/// a penalty routed or not. The engine computed all of them; the page only switches.
///
/// ```
/// use gradroute_tape::{Params, Shape, Tape, TraceOptions, TracePage};
///
/// let mut params = Params::<f32>::new();
/// let w = params.add("w", &[1, 1], || 1.0);
/// let mut page = TracePage::new("One weight");
/// for mask in [1.0, 0.0] {
///     let mut tape = Tape::new();
///     let g = tape.graph(&params);
///     let x = g.literal(Shape::of_samples(&[1, 1]), &[3.0]);
///     let mask_ = g.literal(Shape::of_samples(&[1, 1]), &[mask]);
///     let loss = g.sum(g.route(g.linear(x, g.param(w), None), mask_));
///     page.add(format!("mask {mask}"), g.trace(&TraceOptions::of([("loss", loss)])));
/// }
/// assert!(page.to_html().starts_with("<!DOCTYPE html>"));
/// ```
#[derive(Clone, Debug)]
pub struct TracePage<T: Real> {
    title: String,
    variants: Vec<(String, Trace<T>)>,
}

/// A variant, as the script reads it: all but the way back from each term, which it reads when it is chosen.
#[derive(Serialize)]
#[serde(bound = "")]
struct Outline<'p, T: Real> {
    trace: OutlineTrace<'p, T>,
    views: Vec<ViewData>,
}

#[derive(Serialize)]
#[serde(bound = "")]
struct OutlineTrace<'p, T: Real> {
    selections: &'p [String],
    of_samples: &'p [u8],
    nodes: &'p [Node<T>],
    regions: &'p [RegionSeen],
    passes: Vec<Head<'p, T>>,
}

#[derive(Serialize)]
#[serde(bound = "")]
struct Head<'p, T: Real> {
    term: &'p str,
    node: usize,
    value: Number<T>,
}

impl<'p, T: Real> Outline<'p, T> {
    fn of(trace: &'p Trace<T>) -> Self {
        let head =
            |pass: &'p Pass<T>| Head { term: &pass.term, node: pass.node, value: pass.value };
        let passes = trace.passes.iter().map(head).collect();
        let Trace { selections, of_samples, nodes, regions, .. } = trace;
        let views = view_data(trace);
        Self { trace: OutlineTrace { selections, of_samples, nodes, regions, passes }, views }
    }
}

#[derive(Serialize)]
struct ViewData {
    scope: String,
    above: Option<usize>,
    nodes: Vec<usize>,
    svg: String,
}

impl<T: Real> TracePage<T> {
    /// The page's script, for a server that sends it as a file.
    pub const SCRIPT: &'static str = include_str!("page.js");
    /// The page's style, likewise, that of the picture included.
    pub const STYLE: &'static str = concat!(include_str!("picture.css"), include_str!("page.css"));

    /// A page without variants.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), variants: Vec::new() }
    }

    /// Adds a variant.
    ///
    /// # Panics
    /// If the trace has no term.
    #[track_caller]
    pub fn add(&mut self, name: impl Into<String>, trace: Trace<T>) {
        assert!(!trace.passes.is_empty(), "a page needs the way back from one term at least");
        self.variants.push((name.into(), trace));
    }

    /// All traces as JSON: `{"variants": [{"name", "trace"}]}`, each trace with the fields of [`Trace`].
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        #[serde(bound = "")]
        struct Named<'p, T: Real> {
            name: &'p str,
            trace: &'p Trace<T>,
        }
        let named = self.variants.iter().map(|(name, trace)| Named { name, trace });
        let variants: Vec<_> = named.collect();
        serde_json::to_string(&std::collections::BTreeMap::from([("variants", variants)]))
            .expect("plain data")
    }

    /// The page: one file that needs no other.
    ///
    /// # Panics
    /// If there is no variant.
    #[track_caller]
    pub fn to_html(&self) -> String {
        let policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
                      script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n";
        let head = format!("{policy}<style>\n{}</style>\n", Self::STYLE);
        self.html(&head, &format!("<script>\n{}</script>\n", Self::SCRIPT))
    }

    /// The page for a server that forbids scripts and styles within pages: it loads [`TracePage::SCRIPT`] and
    /// [`TracePage::STYLE`] from these addresses.
    ///
    /// # Panics
    /// If there is no variant.
    #[track_caller]
    pub fn to_html_with_files(&self, script: &str, style: &str) -> String {
        let head = format!("<link rel=\"stylesheet\" href=\"{}\">\n", escape(style));
        self.html(&head, &format!("<script src=\"{}\"></script>\n", escape(script)))
    }

    #[track_caller]
    fn html(&self, head: &str, script: &str) -> String {
        assert!(!self.variants.is_empty(), "a page needs a variant");
        let mut data = String::new();
        for (i, (name, trace)) in self.variants.iter().enumerate() {
            let (name, outline) = (escape(name), packed(&Outline::of(trace)));
            let _ = writeln!(
                data,
                "<script type=\"text/plain\" id=\"variant-{i}\" data-variant=\"{name}\">{outline}</script>"
            );
            for (t, pass) in trace.passes.iter().enumerate() {
                let steps = packed(&pass.steps);
                let _ = writeln!(
                    data,
                    "<script type=\"text/plain\" id=\"variant-{i}-pass-{t}\">{steps}</script>"
                );
            }
        }
        let title = escape(&self.title);
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
             {head}</head>\n<body>\n<main>\n<h1>{title}</h1>\n{BODY}</main>\n{data}{script}</body>\n</html>\n"
        )
    }
}

impl<T: Real> Trace<T> {
    /// The graph as SVG: from left to right by depth, in lanes by label scope; what a gradient can't cross is
    /// dashed, a gate stands on edges that are routed, a bar on those that are detached. Above 60 nodes, each
    /// label scope is one box.
    pub fn to_svg(&self) -> String {
        let briefs: Vec<Brief> = self.nodes.iter().map(Brief::of).collect();
        picture::file(&briefs, &views(&briefs)[0])
    }
}

impl<T: Real> Graph<'_, T> {
    /// A page that steps through the way back from each of `terms`: see [`Graph::trace`], which sorts
    /// samples into groups, and [`TracePage`], which holds variants.
    ///
    /// # Panics
    /// As [`Graph::trace`]; without terms.
    #[track_caller]
    pub fn to_html(&self, title: &str, terms: &[(&str, Var)]) -> String {
        let mut page = TracePage::new(title);
        page.add("as it is", self.trace(&TraceOptions::of(terms.iter().copied())));
        page.to_html()
    }

    /// The graph as SVG: see [`Trace::to_svg`].
    pub fn to_svg(&self) -> String {
        self.trace(&TraceOptions::default()).to_svg()
    }
}

/// JSON, gzipped, in base 64: a third of the size, as a page of a small network is to fit into an
/// attachment; and nothing in it can end the element that it stands in.
fn packed(data: &impl Serialize) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    serde_json::to_writer(&mut encoder, data).expect("plain data, into memory");
    STANDARD.encode(encoder.finish().expect("into memory"))
}

fn view_data<T: Real>(trace: &Trace<T>) -> Vec<ViewData> {
    let briefs: Vec<Brief> = trace.nodes.iter().map(Brief::of).collect();
    let data = views(&briefs).into_iter().map(|view| ViewData {
        svg: picture::element(&briefs, &view),
        nodes: view.nodes().collect(),
        above: view.above,
        scope: view.scope,
    });
    data.collect()
}

/// What the script fills.
const BODY: &str = include_str!("page.html");
