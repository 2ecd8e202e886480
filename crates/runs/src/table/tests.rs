use proptest::prelude::*;

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
fn plain_text_aligns_numbers_to_the_right_and_marks_with_an_asterisk() {
    let column = |group: &str, name: &str| Column { group: group.into(), name: name.into() };
    let marked = Cell { text: "10".into(), marked: true };
    let table = Table {
        caption: "c".into(),
        columns: vec![column("", "class"), column("g", "a"), column("g", "b")],
        sections: vec![Section {
            heading: "h".into(),
            rows: vec![
                vec![Cell::plain("0"), marked, Cell::plain("1")],
                vec![Cell::plain("1"), Cell::plain("2"), Cell::plain("300")],
            ],
        }],
        notes: vec![],
    };
    let expected = [
        "c",
        "",
        "         -- g ---",
        "class     a     b",
        "",
        "h",
        "0        10*    1",
        "1         2   300",
    ];
    assert_eq!(table.to_string().lines().collect::<Vec<_>>(), expected);
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

proptest! {
    #[test]
    fn latex_reads_any_text_as_text_and_as_many_cells_as_there_are_columns(
        text in "[ -~±×−↳≥é\n]{0,20}",
    ) {
        let latex = small(&text).to_latex();
        // What is left when commands and escaped characters are taken out has no character that
        // means something to LaTeX but the braces, and those are balanced.
        let mut plain = String::new();
        let mut characters = latex.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' => {
                    let name = characters.next().unwrap();
                    while name.is_ascii_alphabetic()
                        && characters.next_if(|c| c.is_ascii_alphabetic()).is_some()
                    {}
                }
                _ => plain.push(character),
            }
        }
        prop_assert!(!plain.contains(['#', '%', '~', '_', '`', '|', '<', '>']), "{}", latex);
        prop_assert!(!plain.contains("--"), "{}", latex);
        prop_assert_eq!(plain.matches('$').count() % 2, 0, "{}", latex);
        prop_assert_eq!(plain.matches('{').count(), plain.matches('}').count(), "{}", latex);
        // In the row of groups, if there are any, in the heads and in the one row.
        prop_assert_eq!(plain.matches('&').count(), 2 + usize::from(!text.is_empty()), "{}", latex);
        let rows = latex.lines().filter(|line| line.ends_with(" \\\\"));
        prop_assert!(rows.clone().all(|row| !row.starts_with(['[', '*'])), "{}", latex);
        let heading_and_groups = 2 * usize::from(!text.is_empty());
        prop_assert_eq!(rows.count(), 2 + heading_and_groups, "{}", latex);
    }
}
