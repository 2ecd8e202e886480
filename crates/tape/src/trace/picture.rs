//! A view as SVG.

use std::fmt::Write;

use super::layout::{BOX, Edge, Layout, layout};
use super::view::{Brief, Item, View};

/// The style of the picture, for light and dark.
pub(super) const STYLE: &str = include_str!("picture.css");

/// Characters of the title that fit into a box, and of the line below it.
const FIT: (usize, usize) = (17, 21);

/// A whole file.
pub(super) fn file(all: &[Brief], view: &View) -> String {
    let drawn = layout(all, view);
    let (width, height) = drawn.size;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"A graph of {} nodes\">\n<style>\n{STYLE}</style>\n",
        all.len()
    );
    draw(&mut svg, all, view, &drawn);
    svg.push_str("</svg>\n");
    svg
}

/// The element of a page, whose boxes and edges say by `data-` attributes what they are.
pub(super) fn element(all: &[Brief], view: &View) -> String {
    let drawn = layout(all, view);
    let (width, height) = drawn.size;
    let mut svg = format!(
        "<svg class=\"graph\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"group\" aria-label=\"The graph\">\n"
    );
    draw(&mut svg, all, view, &drawn);
    svg.push_str("</svg>");
    svg
}

fn draw(svg: &mut String, all: &[Brief], view: &View, layout: &Layout) {
    let width = layout.size.0;
    for lane in &layout.lanes {
        let _ = writeln!(
            svg,
            "<rect class=\"lane\" x=\"8\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>\
             <text class=\"lane-name\" x=\"18\" y=\"{}\">{}</text>",
            lane.top,
            width - 16,
            lane.height,
            lane.top + 18,
            escape(&lane.name)
        );
    }
    for edge in &layout.edges {
        self::edge(svg, all, view, edge, layout);
    }
    for (item, &corner) in view.items.iter().zip(&layout.corners) {
        self::item(svg, all, item, corner);
    }
}

fn edge(svg: &mut String, all: &[Brief], view: &View, edge: &Edge, layout: &Layout) {
    let (from, to, position) = edge.ends;
    let (x1, y1) = (layout.corners[edge.from].0 + BOX.0, layout.corners[edge.from].1 + BOX.1 / 2);
    let user = &all[to];
    let (x2, top) = layout.corners[edge.to];
    // An operand has a place of its own at the box, so that a value used twice has two lines.
    let y2 = match view.items[edge.to] {
        Item::Node { .. } => top + BOX.1 * (1 + position as i32) / (1 + user.operands.len() as i32),
        Item::Scope { .. } => top + BOX.1 / 2,
    };
    let passes = user.passes[position];
    let gated = passes && user.routes && (!user.weighs_update || !all[from].depends_on_samples);
    // What a gradient would flow to, if the op did not stop it.
    let stopped = !passes && user.routes && all[from].needs_grad;
    let class = match (passes, gated) {
        (true, true) => "edge gated",
        (true, false) => "edge",
        (false, _) => "edge no-gradient",
    };
    let bend = ((x2 - x1) / 2).max(24);
    let _ = writeln!(
        svg,
        "<path class=\"{class}\" data-from=\"{from}\" data-to=\"{to}\" data-position=\"{position}\" \
         d=\"M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}\"/>",
        x1 + bend,
        x2 - bend
    );
    if gated {
        // A gate: two posts.
        let (a, b) = (y2 - 4, y2 + 4);
        let _ = writeln!(
            svg,
            "<path class=\"gate\" d=\"M{x} {}V{a}M{x} {b}V{}\"/>",
            y2 - 11,
            y2 + 11,
            x = x2 - 10
        );
    }
    if stopped {
        let _ =
            writeln!(svg, "<path class=\"bar\" d=\"M{x} {}V{}\"/>", y2 - 10, y2 + 10, x = x2 - 10);
    }
}

fn item(svg: &mut String, all: &[Brief], item: &Item, (x, y): (i32, i32)) {
    let (class, data, name, title, about) = match item {
        Item::Node { node, outside } => {
            let brief = &all[*node];
            let mut class = format!("box {}", brief.kind);
            if brief.routes {
                class.push_str(" routes");
            }
            if *outside {
                class.push_str(" outside");
            }
            let about = match brief.about.chars().count() <= FIT.1 {
                true => brief.about.clone(),
                false => brief.about_short.clone(),
            };
            (class, format!("data-node=\"{node}\""), &brief.title, &*brief.title, about)
        }
        Item::Scope { name, nodes, view } => {
            let about = format!("{} nodes", nodes.len());
            let of: Vec<String> = nodes.iter().map(usize::to_string).collect();
            let data = format!("data-view=\"{view}\" data-nodes=\"{}\"", of.join(" "));
            let title = name.rsplit('.').next().unwrap_or(name);
            ("box scope".to_owned(), data, name, title, about)
        }
    };
    let _ = writeln!(
        svg,
        "<g class=\"{class}\" {data}><title>{}</title>\
         <rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"5\"/>\
         <text class=\"title\" x=\"{tx}\" y=\"{}\">{}</text>\
         <text class=\"about\" x=\"{tx}\" y=\"{}\">{}</text></g>",
        escape(name),
        BOX.0,
        BOX.1,
        y + 19,
        escape(&shortened(title, FIT.0)),
        y + 36,
        escape(&shortened(&about, FIT.1)),
        tx = x + 9,
    );
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most - 1).collect();
    start + "…"
}

/// A text as part of an SVG or of a page.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
