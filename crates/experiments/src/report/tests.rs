use gradroute_runs::table::{Cell, Column, Section};

use super::*;
use crate::config::Config;
use crate::presets;

/// A picture of 4 by 2 pixels.
fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 4, 2);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&[200; 24]).unwrap();
    bytes
}

/// A report with `text` in every place that takes one.
fn html(text: &str, png: &[u8]) -> String {
    let table = Table {
        caption: text.to_owned(),
        columns: vec![Column { group: text.to_owned(), name: text.to_owned() }],
        sections: vec![Section { heading: text.to_owned(), rows: vec![vec![Cell::plain(text)]] }],
        notes: vec![text.to_owned()],
    };
    let report = Report {
        title: text,
        verdict: text,
        holds: true,
        reading: Reading { config: &config("seed") },
        table: &table,
        figures: &[ReportFigure { caption: text, png }],
        settings: text,
        facts: &[(text, text.to_owned())],
    };
    report.to_html()
}

#[test]
fn the_page_refers_to_nothing_outside_itself() {
    let html = html("a run", &png());
    for outside in ["http:", "https:", "//", "url(", "@import", "<script", "<link", "<iframe"] {
        assert!(!html.contains(outside), "the page contains {outside}");
    }
    let sources: Vec<&str> = html.split("src=\"").skip(1).collect();
    assert_eq!(sources.len(), 1);
    assert!(sources.iter().all(|source| source.starts_with("data:image/png;base64,")));
    assert!(html.contains("default-src 'none'"));
}

#[test]
fn every_text_is_escaped() {
    let hostile = "<script>alert(1)</script><img src=x onerror=\"x\">&'";
    let html = html(hostile, &png());
    assert!(!html.contains("<script"), "an element got through");
    assert!(!html.contains("<img src"), "an element got through");
    assert!(!html.contains("onerror=\""), "a quote got through");
    assert!(html.matches("&lt;script&gt;alert(1)").count() >= 13);
}

#[test]
fn an_inlined_picture_decodes_to_the_bytes_given_and_states_its_size_in_points() {
    let png = png();
    let html = html("a run", &png);
    let encoded = html.split("base64,").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(STANDARD.decode(encoded).unwrap(), png);
    assert!(html.contains("<img width=\"2\" height=\"1\""));
}

#[test]
fn bytes_that_are_no_png_are_inlined_without_a_size() {
    assert!(html("a run", b"").contains("<img alt="));
}

#[test]
fn every_element_that_is_opened_is_closed() {
    let html = html("a run", &png());
    let void = ["meta", "img", "br", "!DOCTYPE"];
    let mut open = Vec::new();
    for tag in html.split('<').skip(1) {
        let name = tag.split(|c: char| c.is_whitespace() || c == '>').next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if void.contains(&name) => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

#[test]
fn the_explanation_names_the_halves_of_the_run_and_whether_it_was_routed() {
    let text = |enabled| {
        let mut config = config("seed");
        config.model.encoding = 10;
        config.routing.enabled = enabled;
        (config.routing.bottom, config.routing.top) = (vec![0, 2, 4], vec![7, 8, 9]);
        Reading { config: &config }.paragraphs().map(|(_, text)| text).concat()
    };
    assert!(text(true).contains("(dims 0 to 4) is assigned to the digits 0, 2, 4"));
    assert!(text(true).contains("(dims 5 to 9) to the digits 7-9"));
    assert!(text(false).contains("routing was off") && !text(true).contains("routing was off"));
}

#[test]
fn the_explanation_names_the_terms_of_the_loss_that_there_are() {
    let text = |preset| {
        let config = config(preset);
        Reading { config: &config }.paragraphs().map(|(_, text)| text).concat()
    };
    assert!(text("seed").contains("averaged over the whole batch"));
    assert!(!text("seed").contains("correlation"));
    assert!(text("paper").contains("0.1 times the mean |correlation|"));
    assert!(text("paper").contains("0.003 times the sum of |z| over the encoding"));
    assert!(text("paper-separate-decoders").contains("a second decoder on the digits 0-4"));
    assert!(text("paper-overlap").contains("0.02 times that over the top half"));
    assert!(text("paper-overlap").contains("on the digits 0-4, which teaches the top half"));
    assert!(!text("paper-unrouted-top-only").contains("on the digits 0-4"));
}

fn config(preset: &str) -> Config {
    presets::get(preset).unwrap().config()
}
