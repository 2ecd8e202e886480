use super::*;
use crate::page::Verdict;
use crate::table::{Cell, Column, Section, Table};

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
    let (caption, file) = (text.to_owned(), "a.png".to_owned());
    let page = Page {
        verdict: Some(Verdict { text: text.to_owned(), holds: true }),
        reading: vec![(text.to_owned(), text.to_owned())],
        figures: vec![Figure { file, caption, png: png.to_vec() }],
        tables: vec![(text.to_owned(), table)],
    };
    let facts = [(text, text.to_owned())];
    Report { title: text, page: &page, settings: text, facts: &facts }.to_html()
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
