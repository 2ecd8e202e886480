use gradroute_runs::figures::{Canvas, Color, FigureError, Spread};
use proptest::prelude::*;

use super::*;
use crate::autoencoder::halves::{Half, Halves};
use crate::autoencoder::palette::{BOTTOM, TOP};

fn decode(png: &[u8]) -> (usize, usize, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut rgb).unwrap();
    (info.width as usize, info.height as usize, rgb)
}

/// Where the pixels of a colour lie: their mean x and y.
fn centre(png: &[u8], color: Color, area: impl Fn(usize, usize) -> bool) -> (f64, f64) {
    let (width, _, rgb) = decode(png);
    let found: Vec<(usize, usize)> = rgb
        .chunks(3)
        .enumerate()
        .filter(|(_, pixel)| *pixel == color.rgb())
        .map(|(i, _)| (i % width, i / width))
        .filter(|(x, y)| area(*x, *y))
        .collect();
    let mean = |of: fn(&(usize, usize)) -> usize| {
        found.iter().map(|p| of(p) as f64).sum::<f64>() / found.len() as f64
    };
    (mean(|p| p.0), mean(|p| p.1))
}

fn bars(values: [f64; 3]) -> Vec<DigitBars> {
    let [bottom, top, floor] = values;
    let own = |digit| if digit < 5 { OwnHalf::Bottom } else { OwnHalf::Top };
    (0..10).map(|digit| DigitBars { digit, own: own(digit), bottom, top, floor }).collect()
}

fn bar_chart(digits: &[DigitBars]) -> Result<Vec<u8>, FigureError> {
    Bars { title: "Bars", subtitle: "", metric: "MAE", floor: "median image", digits }.draw()?.png()
}

fn count(png: &[u8], color: Color) -> usize {
    decode(png).2.chunks(3).filter(|pixel| *pixel == color.rgb()).count()
}

fn single(value: f64) -> Spread {
    Spread { values: vec![value], mean: value, interval: None, references: Vec::new() }
}

fn settings(rows: &[(&str, [f64; 2])]) -> Result<Vec<u8>, FigureError> {
    let panels = [SettingPanel { name: "a certificate", floors: [f64::NAN; 2] }];
    let rows: Vec<SettingRow<'_>> = rows
        .iter()
        .map(|(name, values)| SettingRow { name, panels: vec![values.map(single)] })
        .collect();
    Settings {
        title: "Settings",
        subtitle: "",
        metric: "MSE",
        floor: "mean image",
        groups: ["on 0-4", "on 5-9"],
        panels: &panels,
        rows: &rows,
    }
    .draw()?
    .png()
}

fn panel(value: Spread) -> DigitPanel<'static> {
    let errors = |digit: u8| DigitErrors {
        digit,
        own: if digit < 5 { OwnHalf::Bottom } else { OwnHalf::Top },
        decoder: value.clone(),
        bottom: value.clone(),
        top: value.clone(),
        floor: 0.3,
    };
    DigitPanel { name: "a setting", digits: (0..10).map(errors).collect() }
}

fn digits(panels: &[DigitPanel<'_>]) -> Result<Vec<u8>, FigureError> {
    Digits { title: "Digits", subtitle: "", metric: "MAE", floor: "median image", panels }
        .draw()?
        .png()
}

#[test]
fn bars_stand_in_proportion_to_their_values_and_own_colours() {
    let area = |values, color| count(&bar_chart(&bars(values)).unwrap(), color) as f64;
    // What is not bar: legend and bracket.
    let rest = area([0.0, 0.0, 0.4], BOTTOM);
    let (half, whole) =
        (area([0.2, 0.1, 0.4], BOTTOM) - rest, area([0.4, 0.1, 0.4], BOTTOM) - rest);
    assert!((whole / half - 2.0).abs() < 0.1, "{half} and {whole} pixels");
}

#[test]
fn bars_are_the_same_bytes_each_time_and_of_the_stated_size() {
    let draw = || bar_chart(&bars([0.1, 0.2, 0.3])).unwrap();
    let (width, height, _) = decode(&draw());
    assert_eq!((draw(), width, height), (draw(), 2560, 1380));
}

#[test]
fn means_stand_in_proportion_to_their_values_along_the_common_axis() {
    let png = settings(&[("first", [0.1, 0.4]), ("second", [0.2, 0.3])]).unwrap();
    let (width, height, _) = decode(&png);
    assert_eq!((width, height), (2560, (190 + 2 * 58 + 86) * 2));
    // Rows begin at 190 points and are 58 high; names and legend lie elsewhere.
    let x = |color, row: usize| {
        let top = (190 + row * 58) * 2;
        centre(&png, color, |x, y| x > 600 && (top..top + 116).contains(&y)).0
    };
    let [a, b] = [x(BOTTOM, 0), x(BOTTOM, 1)];
    let [d, c] = [x(TOP, 0), x(TOP, 1)];
    let step = b - a;
    assert!(step > 100.0 && (c - b - step).abs() < 3.0 && (d - c - step).abs() < 3.0);
}

#[test]
fn settings_have_rows_and_digit_panels_of_their_own() {
    let height = |png: Vec<u8>| decode(&png).1;
    let row = ("x", [0.1, 0.2]);
    let step = height(settings(&[row; 3]).unwrap()) - height(settings(&[row; 2]).unwrap());
    assert_eq!(step, 116);
    let of = |count| height(digits(&vec![panel(single(0.2)); count]).unwrap());
    assert_eq!(of(1), of(2), "two stand beside each other");
    assert!(of(3) > of(2) && of(3) == of(4));
}

#[test]
fn the_same_comparison_gives_the_same_bytes() {
    let values = Spread {
        values: vec![0.1, 0.2],
        mean: 0.15,
        interval: Some((-0.4, 0.7)),
        references: vec![0.12],
    };
    let draw = || digits(&[panel(values.clone()), panel(single(0.1))]).unwrap();
    assert_eq!(draw(), draw());
}

#[test]
fn wrong_input_is_refused_with_figure_and_field() {
    let says = |result: Result<Vec<u8>, FigureError>, parts: &[&str]| {
        let message = result.unwrap_err().to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    };
    says(settings(&[]), &["Settings", "rows", "empty"]);
    says(settings(&[("x", [0.1, 0.2]); 41]), &["rows", "41", "at most 40"]);
    says(digits(&[]), &["Digits", "panels", "empty"]);
    says(bar_chart(&[]), &["Bars", "digits", "empty"]);
}

/// The heat map where each digit uses its own half of `dims` dims, and what it takes from them.
fn encoding(dims: usize, halves: &Halves, shown: &[u8]) -> Canvas {
    let sizes = std::array::from_fn(|digit| {
        let digit = digit as u8;
        let of_dim = |dim: usize| match Half::BOTH[dim / (dims / 2)] {
            _ if !shown.contains(&digit) => f64::NAN,
            half if half.digits(halves).contains(&digit) => 2.0,
            _ => 0.0,
        };
        (0..dims).map(of_dim).collect()
    });
    encoding_map(halves, &sizes).unwrap()
}

#[test]
fn an_encoding_of_any_size_has_the_colour_of_its_dims_in_the_frames_of_the_halves() {
    let digits: Vec<u8> = (0..10).collect();
    // Halves that are no neighbours in the order of digits.
    let halves = Halves { bottom: vec![9, 1, 5], top: vec![0, 4] };
    for dims in [2, 4, 32, 34, 68, 70, 256, 258, 1024] {
        let canvas = encoding(dims, &halves, &digits);
        assert!(canvas.size().0 <= 1280.0, "{dims} dims are {} points wide", canvas.size().0);
        let png = canvas.png().unwrap();
        // Rows are 40 points high from 150 on: three digits of the bottom half, two of the top one.
        let in_rows = |rows: std::ops::Range<usize>| {
            let (from, to) = (300 + 80 * rows.start + 10, 300 + 80 * rows.end - 10);
            centre(&png, BOTTOM, |_, y| (from..to).contains(&y)).0
        };
        let (bottom, top) = (in_rows(0..3), in_rows(3..5));
        assert!(bottom < top, "{dims} dims: {bottom} and {top}");
        assert!(in_rows(6..10).is_nan(), "{dims} dims: digits of neither half use none");
    }
}

#[test]
fn an_encoding_of_digits_of_one_half_has_one_frame() {
    let (halves, shown) = (Halves::default(), [5, 6]);
    let png = encoding(8, &halves, &shown).png().unwrap();
    assert!(count(&png, TOP) > 1000);
    assert_eq!(decode(&png).1, (150 + 2 * 40 + 42 + 28) * 2);
    let sizes = [(); 10].map(|()| vec![f64::NAN; 8]);
    let nothing = encoding_map(&halves, &sizes).unwrap_err().to_string();
    assert!(nothing.contains("rows") && nothing.contains("empty"), "{nothing}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_errors_of_settings_are_drawn(
        values in proptest::collection::vec(any::<f64>(), 1..4),
        ends in any::<Option<(f64, f64)>>(),
        name in "[a-z=, -]{0,200}",
    ) {
        let spread = Spread {
            mean: values[0],
            interval: ends,
            references: values.clone(),
            values,
        };
        let row = SettingRow { name: &name, panels: vec![[spread.clone(), spread.clone()]] };
        let panels = [SettingPanel { name: &name, floors: [spread.mean; 2] }];
        let chart = Settings {
            title: &name,
            subtitle: &name,
            metric: &name,
            floor: &name,
            groups: [&name, &name],
            panels: &panels,
            rows: &[row],
        };
        prop_assert!(chart.draw().is_ok());
        let panel = DigitPanel { name: &name, ..panel(spread) };
        prop_assert!(digits(&[panel]).is_ok());
    }

    #[test]
    fn any_errors_are_drawn_as_bars(values in any::<[f64; 3]>()) {
        prop_assert!(bar_chart(&bars(values)).is_ok());
    }
}
