use super::*;

fn small(text: &str) -> Table {
    Table {
        caption: text.to_owned(),
        columns: vec![
            Column { group: String::new(), name: text.to_owned() },
            Column { group: text.to_owned(), name: "v".to_owned() },
        ],
        sections: vec![Section {
            heading: text.to_owned(),
            rows: vec![vec![Cell::plain(text), Cell { text: text.to_owned(), marked: true }]],
        }],
        notes: vec![text.to_owned()],
    }
}

#[test]
fn html_and_markdown_escape_what_would_be_markup() {
    let text = r#"<b a="1">&'|*_`"#;
    let table = small(text);
    let html = table.to_html();
    assert!(!html.contains("<b"), "{html}");
    assert_eq!(html.matches("&lt;b a=&quot;1&quot;&gt;&amp;&#39;|*_`").count(), 7);
    let markdown = table.to_markdown();
    assert_eq!(markdown.matches(r#"\<b a="1"\>&'\|\*\_\`"#).count(), 7, "{markdown}");
}

#[test]
fn rows_with_missing_or_surplus_cells_still_fill_every_column() {
    let mut table = small("x");
    table.sections[0].rows = vec![vec![], vec![Cell::plain("a"); 5]];
    assert_eq!(table.to_html().matches("<td").count(), 1 + 2);
    assert!(
        table
            .to_markdown()
            .lines()
            .filter(|l| l.starts_with('|'))
            .all(|l| { l.matches(" |").count() == 2 })
    );
    assert!(table.to_string().contains("a  ") && !table.to_string().contains("a  a  a"));
}
