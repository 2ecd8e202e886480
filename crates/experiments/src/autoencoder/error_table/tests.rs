use super::*;
use crate::autoencoder::evaluation::{ErrorSums, Floors, Results};
use crate::autoencoder::halves::{CLASSES, Halves};

/// An evaluation in which each digit's own half has the lower error.
fn evaluation(halves: Halves) -> Results {
    let mut sums = [(); 4].map(|_| ErrorSums::new());
    for digit in 0..CLASSES as u8 {
        let (top, bottom) = if halves.top.contains(&digit) { (0.1, 0.2) } else { (0.3, 0.15) };
        for (sums, mae) in sums.iter_mut().zip([0.09, bottom, top, 0.26]) {
            sums.add(digit, mae, mae * 1.5);
        }
    }
    let [decoder, bottom, top, floor] = sums;
    let floor = floor.errors(&halves);
    let floors = Floors { constant: floor.clone(), median: floor.clone(), mean: floor };
    Results::new(halves, &decoder, None, &top, &bottom, floors)
}

fn halves(bottom: &[u8], top: &[u8]) -> Halves {
    Halves { bottom: bottom.to_vec(), top: top.to_vec() }
}

#[test]
fn columns_of_the_error_table_end_at_the_same_character_in_every_row() {
    let text = error_table(&evaluation(Halves::default())).to_string();
    let ends = |line: &str| -> Vec<usize> {
        let digits: Vec<bool> = line.chars().map(|c| c.is_ascii_digit()).collect();
        (0..digits.len())
            .filter(|&i| {
                digits[i]
                    && !digits.get(i + 1).is_some_and(|d| *d || line[i + 1..].starts_with('.'))
            })
            .collect()
    };
    let rows: Vec<Vec<usize>> = text
        .lines()
        .filter(|line| line.contains('.') && line.matches("0.").count() == 8)
        .map(|line| ends(line).split_off(ends(line).len() - 8))
        .collect();
    assert_eq!(rows.len(), 14, "ten digits and two means for each half:\n{text}");
    assert!(rows.iter().all(|row| *row == rows[0]), "{text}");
}

#[test]
fn the_error_table_fits_into_100_columns_for_any_halves() {
    for halves in
        [Halves::default(), halves(&[0, 2, 4, 6, 8], &[1, 3, 5, 7, 9]), halves(&[1], &[3])]
    {
        let text = error_table(&evaluation(halves)).to_string();
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= 100, "{widest} columns:\n{text}");
        assert!(text.lines().all(|line| line.trim_end() == line), "trailing spaces:\n{text}");
    }
}

#[test]
fn the_lower_certificate_is_marked_on_every_digit_and_metric() {
    let table = error_table(&evaluation(Halves::default()));
    for (section, own) in table.sections.iter().zip(["bottom", "top"]) {
        for row in &section.rows {
            let marked: Vec<&str> = (0..row.len())
                .filter(|&i| row[i].marked)
                .map(|i| table.columns[i].name.as_str())
                .collect();
            assert_eq!(marked, [own, own], "MAE and MSE of {row:?}");
        }
    }
    let text = table.to_string();
    assert_eq!(text.matches('*').count(), 2 * 14);
    assert_eq!(table.to_markdown().matches("**").count(), 2 * 2 * 14);
    assert_eq!(table.to_html().matches("<strong>").count(), 2 * 14);
}

#[test]
fn equal_or_undefined_errors_mark_neither_certificate() {
    let mut evaluation = evaluation(Halves::default());
    evaluation.top.mae = evaluation.bottom.mae;
    evaluation.top.mse = [f64::NAN; CLASSES];
    let table = error_table(&evaluation);
    for section in &table.sections {
        assert!(section.rows[..5].iter().flatten().all(|cell| !cell.marked));
    }
    assert!(table.to_string().contains("NaN"));
}

#[test]
fn digits_of_neither_half_stand_apart_and_digits_without_samples_are_left_out() {
    let mut evaluation = evaluation(halves(&[0, 1, 2], &[7, 9]));
    evaluation.counts[4] = 0;
    let table = error_table(&evaluation);
    let headings: Vec<&str> = table.sections.iter().map(|s| s.heading.as_str()).collect();
    let expected = ["Bottom half: digits 0-2", "Top half: digits 7, 9", "No half: digits 3-6, 8"];
    assert_eq!(headings, expected);
    let digits: Vec<&str> = table.sections[2].rows.iter().map(|r| r[0].text.as_str()).collect();
    assert_eq!(digits, ["3", "5", "6", "8"]);
}
