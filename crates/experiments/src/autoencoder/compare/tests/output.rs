use gradroute_runs::StepLine;
use gradroute_runs::compare::{csv, html, markdown};
use gradroute_runs::run::jsonl::JsonLinesWriter;
use serde_json::json;

use super::*;
use crate::autoencoder::compare::losses::losses;

#[test]
fn the_group_table_shows_means_intervals_published_values_and_floors() {
    let runs = Folder::new();
    let folders = [
        runs.add("a", Made { preset: "seed", mae: 0.2, ..RUN }),
        runs.add("b", Made { preset: "seed", mae: 0.3, seed: 1, ..RUN }),
        runs.add("c", RUN),
    ];
    let mut comparison = read(&folders).unwrap();
    comparison.settings[0].runs[0].manifest.data.canonical = true;
    let text = group_table(&comparison, Weighting::BySample).to_string();
    let expected = "\
Test errors on each half's digits, pixels in [-1, 1]; every sample counts the same

                                   ---------------- MAE -----------------    ---------------- MSE -----------------
setting                    runs    digits 0-4       ±  digits 5-9       ±    digits 0-4       ±  digits 5-9       ±

Top certificate, sees the half of digits 5-9
quick                         1        0.2200       –      0.2700       –        0.0486       –      0.0731       –
seed                          2        0.2700  0.6353      0.3200  0.6353        0.0756  0.3431      0.1051  0.4066
↳ replication, 200 epochs              0.2146              0.1262
↳ replication, 300 epochs              0.2293              0.1219
↳ replication, 400 epochs              0.2201              0.1181
↳ PyTorch, 101 epochs                  0.2310              0.1564                0.2801              0.1376
";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("median image                           0.2500"), "{text}");
    assert!(text.contains("Student's t with n-1 degrees") && text.contains("one run only"));
}

#[test]
fn the_papers_spread_is_explained_where_it_is_shown() {
    let runs = Folder::new();
    let folder = runs.add("a", RUN);
    let mut comparison = read(&[folder]).unwrap();
    let shown = |c: &Runs| {
        group_table(c, Weighting::BySample).to_markdown().contains("1.96 std / sqrt(runs x digits)")
    };
    assert!(!shown(&comparison));
    comparison.settings[0].preset = "paper".to_owned();
    comparison.settings[0].runs[0].manifest.data.canonical = true;
    assert!(shown(&comparison));
    let text = group_table(&comparison, Weighting::BySample).to_markdown();
    assert!(
        text.contains("| ↳ paper, 20 runs |  |  |  |  |  | 0.32 | 0.02 | 0.08 | 0.00 |"),
        "{text}"
    );
}

#[test]
fn csv_has_one_number_a_line_that_reads_back_and_quotes_names_with_commas() {
    let runs = Folder::new();
    let folders = [
        runs.add("a", Made { set: &["model.hidden=[8,4]"], ..RUN }),
        runs.add("b", Made { set: &["model.hidden=[8,4]"], seed: 1, mae: 0.4, ..RUN }),
        runs.add("c", RUN),
    ];
    let comparison = read(&folders).unwrap();
    let text = csv(&comparison, &page(&comparison, None).unwrap());
    let lines: Vec<&str> = text.lines().collect();
    // By sample and over digits for two halves, and ten digits.
    let (settings, per_subject) = (2, (2 * 2 + 10) * Metric::BOTH.len());
    // Three decoders by two metrics on two halves, with floors, and two margins without.
    let measures = settings * (2 * 12 + 2);
    assert_eq!(lines.len(), 1 + measures + (settings * 3 + 3) * per_subject);
    assert_eq!(
        lines[0],
        "setting,source,runs,measure,part,mean,value,ci95_low,ci95_high,published_spread"
    );
    let name = "\"quick, model.hidden=[8, 4]\"";
    let start = format!("{name},measured,2,top certificate MAE,3,by sample,");
    let line = lines.iter().find_map(|line| line.strip_prefix(&start)).expect(&text);
    let numbers: Vec<f64> =
        line.trim_end_matches(',').split(',').map(|n| n.parse().unwrap()).collect();
    let estimate = estimate(&comparison.settings[0], TOP_ON_3);
    let (low, high) = estimate.interval().unwrap();
    assert_eq!(numbers, [estimate.mean, low, high]);
    assert!(text.contains("\nquick,measured,1,decoder MSE,5 6 7 8 9,over digits,"));
    assert!(text.contains("\n,no information,,median image MAE,0 1 2 3 4,by sample,0.25,,,\n"));
}

#[test]
fn the_pages_hold_tables_pictures_and_the_method_and_nothing_from_outside() {
    let runs = Folder::new();
    let folder = runs.add("a<b>&", RUN);
    let comparison = read(&[folder]).unwrap();
    let mut canvas = gradroute_runs::figures::Canvas::new((20.0, 10.0));
    canvas.image(&[0.5], 1, 4, (2.0, 2.0));
    let figure = gradroute_runs::Figure::new("settings-mse", "A <figure>", canvas);
    let mut page = page(&comparison, None).unwrap();
    page.figures = vec![figure];
    page.missing = vec!["No reconstructions.".to_owned()];
    let (html, markdown) = (html(&comparison, &page), markdown(&comparison, &page));
    assert!(html.contains("data:image/png;base64,") && !html.contains("http:"), "{html}");
    assert!(!html.contains("<figure>\"") && html.contains("A &lt;figure&gt;"));
    assert!(html.contains("a&lt;b&gt;&amp;"), "the run's folder is escaped");
    for text in [&html, &markdown] {
        for part in ["Student's t", "No reconstructions.", "Top certificate", "median image"] {
            let found = text.contains(part) || text.contains(&part.replace('\'', "&#39;"));
            assert!(found, "{part} is missing in {text}");
        }
    }
    assert!(markdown.contains("](settings-mse.png)"));
}

#[test]
fn training_losses_stand_beside_published_ones_at_the_steps_that_both_have() {
    let runs = Folder::new();
    let folder = runs.add("a", Made { preset: "seed", ..RUN });
    let file = RunDirectory::open(&folder).unwrap().metrics();
    let mut metrics = JsonLinesWriter::create(&file).unwrap();
    for step in 0..400u32 {
        let line: StepLine = serde_json::from_value(json!({
            "step": step, "total": 3.0 - f64::from(step) / 1000.0,
            "decoder": 0.9, "top": 0.8, "bottom": 0.7, "l1": 0.1, "lr": 0.001,
        }))
        .unwrap();
        metrics.write(&line).unwrap();
    }
    let mut comparison = read(&[folder]).unwrap();
    assert!(losses(&comparison).unwrap().is_empty(), "the data are not MNIST");
    comparison.settings[0].runs[0].manifest.data.canonical = true;
    let found = losses(&comparison).unwrap();
    let text = found[0].table().to_markdown();
    assert!(text.contains("| seed 0 | 2.7000 | 0.9000 | 0.7000 | 0.8000 | 0.10000 |"), "{text}");
    assert!(text.contains("| replication, 200 epochs | 0.6993 | 0.2292 |  | 0.2398 | 0.00116 |"));
    assert!(!text.contains("Step 600"), "no run of ours has come so far");
    assert_eq!(found[0].figure(1).unwrap().name, "losses-1");

    // With other batches a step is something else.
    comparison.settings[0].runs[0].resolved.config.train.batch = 256;
    assert!(losses(&comparison).unwrap().is_empty());
}
