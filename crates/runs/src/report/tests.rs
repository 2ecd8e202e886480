use super::*;
use crate::figures::{Align, Canvas, Color, TextStyle};
use crate::page::Verdict;
use crate::table::{Cell, Column, Section, Table};

/// A picture with a bit of everything.
fn canvas() -> Canvas {
    let mut canvas = Canvas::new((40.0, 20.0));
    canvas.fill((1.0, 1.0), (5.0, 5.0), Color::BLUE);
    canvas.text("<b>", (2.0, 18.0), Align::Start, TextStyle::regular(8.0, Color::INK));
    canvas.image(&[0.5], 1, 4, (20.0, 2.0));
    canvas
}

/// A report with `text` in every place that takes one.
fn html(text: &str) -> String {
    let table = Table {
        caption: text.to_owned(),
        columns: vec![Column { group: text.to_owned(), name: text.to_owned() }],
        sections: vec![Section { heading: text.to_owned(), rows: vec![vec![Cell::plain(text)]] }],
        notes: vec![text.to_owned()],
    };
    let page = Page {
        verdict: Some(Verdict { text: text.to_owned(), holds: Some(true) }),
        reading: vec![(text.to_owned(), text.to_owned())],
        figures: ["a", "b"].map(|name| Figure::new(name, text, canvas())).to_vec(),
        tables: vec![(text.to_owned(), table)],
    };
    let facts = [(text, text.to_owned())];
    Report {
        title: text,
        origin: &facts,
        page: &page,
        control: None,
        settings: text,
        facts: &facts,
    }
    .to_html()
}

#[test]
fn the_page_refers_to_nothing_outside_itself() {
    let html = html("a run");
    for outside in ["http:", "https:", "//", "url(", "@import", "<script", "<link", "<iframe"] {
        assert!(!html.contains(outside), "the page contains {outside}");
    }
    let sources: Vec<&str> = html.split("href=\"").skip(1).collect();
    assert_eq!(sources.len(), 2 * (1 + 3), "an image and three letters in each picture");
    assert!(sources.iter().all(|s| s.starts_with("data:image/png;base64,") || s.starts_with('#')));
    assert!(html.contains("default-src 'none'"));
}

#[test]
fn every_text_is_escaped() {
    let hostile = "<script>alert(1)</script><img src=x onerror=\"x\">&'";
    let html = html(hostile);
    assert!(!html.contains("<script"), "an element got through");
    assert!(!html.contains("<img"), "an element got through");
    assert!(!html.contains("onerror=\""), "a quote got through");
    assert!(html.matches("&lt;script&gt;alert(1)").count() >= 13);
}

#[test]
fn pictures_take_the_colours_of_the_page_which_has_each_for_light_dark_and_paper() {
    let html = html("a run");
    let style = include_str!("style.css");
    let (screen, print) = style.split_once("@media print").unwrap();
    let (light, dark) = screen.split_once("@media (prefers-color-scheme: dark)").unwrap();
    for property in ["--ink", "--blue", "--line"] {
        assert!(html.contains(&format!("fill=\"var({property})\"")), "{property}");
        let defined = format!("{property}: #");
        assert!([light, dark, print].iter().all(|part| part.contains(&defined)), "{property}");
    }
    assert!(html.contains("<svg aria-label=\"a run\" role=\"img\" width=\"40\" height=\"20\""));
}

#[test]
fn parts_of_pictures_have_names_of_their_own() {
    let html = html("a run");
    let mut names: Vec<&str> =
        html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!((all, names.len()), (6, 6), "{names:?}");
    let used = html.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
    assert!(used.into_iter().all(|name| names.contains(&name)));
}

#[test]
fn every_element_that_is_opened_is_closed() {
    let html = html("a run");
    let void = ["meta", "br", "!DOCTYPE"];
    let mut open = Vec::new();
    for tag in html.split('<').skip(1) {
        let name = tag.split(|c: char| c.is_whitespace() || c == '>').next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if void.contains(&name) || tag.split('>').next().unwrap().ends_with('/') => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

#[test]
fn a_control_stands_beside_the_run_part_by_part_under_a_name_of_its_own() {
    let page = |text: &str| Page {
        verdict: Some(Verdict { text: text.to_owned(), holds: Some(true) }),
        reading: vec![("Term".to_owned(), "text".to_owned())],
        figures: ["a", "b"].map(|name| Figure::new(name, text, canvas())).to_vec(),
        tables: Vec::new(),
    };
    let (run, mut control) = (page("of the run"), page("of the control"));
    control.figures.remove(0);
    let html = |control| {
        let (title, page, settings) = ("t", &run, "");
        Report { title, origin: &[], page, control, settings, facts: &[] }.to_html()
    };
    let (alone, both) = (html(None), html(Some(&control)));
    assert!(!alone.contains("Its control") && !alone.contains("class=\"pair\""));
    assert_eq!(both.matches("<h3>Its control</h3>").count(), 2, "a verdict and one picture");
    let ids: Vec<&str> =
        both.split(" id=\"").skip(1).map(|id| id.split('"').next().unwrap()).collect();
    let distinct: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(distinct.len(), ids.len(), "no two elements have one id");
    assert!(both.contains("without routing"));
}
