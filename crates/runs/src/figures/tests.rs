use proptest::prelude::*;

use super::*;

mod drawing;

/// Width, height and RGB bytes of a PNG.
fn decode(png: &[u8]) -> (usize, usize, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut rgb).unwrap();
    assert_eq!(info.color_type, png::ColorType::Rgb);
    (info.width as usize, info.height as usize, rgb)
}

fn sheet<'a>(originals: &'a [f32], reconstructions: &'a [f32], labels: &'a [u8]) -> Sheet<'a> {
    let (rows, cols) = (28, 28);
    let (title, subtitle, reconstruction) = ("A sheet", "of a test", "top certificate");
    let label_name = "digit";
    Sheet {
        title,
        subtitle,
        reconstruction,
        originals,
        reconstructions,
        rows,
        cols,
        label_name,
        labels,
    }
}

fn uniform_sheet(pixel: f32) -> Vec<u8> {
    let pixels = vec![pixel; 12 * 784];
    decode(&sheet(&pixels, &pixels, &[7; 12]).draw().unwrap().png().unwrap()).2
}

fn curves(steps: &[u64], values: &[Vec<f32>]) -> Result<Vec<u8>, FigureError> {
    let curve = |values: &Vec<f32>| Curve {
        name: "c",
        color: Color::VERMILLION,
        values: values.clone(),
        marks: Vec::new(),
    };
    let panel = Panel { name: "loss", height: 1.0, curves: values.iter().map(curve).collect() };
    Curves { title: "Curves", subtitle: "", steps, panels: &[panel] }
        .draw()
        .and_then(|canvas| canvas.png())
}

fn heat(rows: usize, columns: usize, values: &[f64]) -> Result<Vec<u8>, FigureError> {
    let names = |count: usize| (0..count).map(|i| i.to_string()).collect::<Vec<_>>();
    HeatMap {
        title: "Heat",
        subtitle: "",
        rows: ("digit", &names(rows)),
        columns: ("dim", &names(columns)),
        values,
        most: 1.0,
        text: |value| format!("{value:.2}"),
        blocks: &[],
    }
    .draw()
    .and_then(|canvas| canvas.png())
}

fn rows(size: (usize, usize), labels: &[&str], pixels: &[f32]) -> Result<Vec<u8>, FigureError> {
    let row = ImageRow { name: "a setting", pixels };
    let labels: Vec<String> = labels.iter().map(|label| label.to_string()).collect();
    let (labels, originals) = (&labels, Some(pixels));
    let band = ImageBand { name: "a band", labels, originals, rows: vec![row] };
    let scale = (-1.0, 1.0);
    ImageRows { title: "Rows", subtitle: "", bands: &[band], size, scale }
        .draw()
        .and_then(|canvas| canvas.png())
}

fn count(rgb: &[u8], color: Color) -> usize {
    rgb.chunks(3).filter(|pixel| *pixel == color.rgb()).count()
}

#[test]
fn minus_one_is_white_plus_one_black_and_the_middle_grey() {
    let (white, black) = (uniform_sheet(-1.0), uniform_sheet(1.0));
    // The error below each image is the same, so only image pixels differ: 6 x 6 for each.
    let differing: Vec<usize> = (0..white.len()).filter(|&i| white[i] != black[i]).collect();
    assert_eq!(differing.len(), 3 * 2 * 12 * 28 * 28 * 36);
    assert!(differing.iter().all(|&i| white[i] == 255 && black[i] == 0));
    let grey = uniform_sheet(0.0);
    assert!(differing.iter().all(|&i| grey[i] == 127));
}

#[test]
fn the_grey_scale_does_not_depend_on_the_other_pixels() {
    let alone = uniform_sheet(0.5);
    let mut pixels = vec![0.5; 12 * 784];
    pixels[11 * 784..].fill(9.0);
    let beside_brighter =
        decode(&sheet(&pixels, &pixels, &[7; 12]).draw().unwrap().png().unwrap()).2;
    let differing = (0..alone.len()).filter(|&i| alone[i] != beside_brighter[i]);
    assert_eq!(differing.count(), 3 * 2 * 28 * 28 * 36);
}

#[test]
fn pixels_beyond_the_scale_are_cut_off_and_nan_is_seen() {
    assert_eq!(uniform_sheet(-3.0), uniform_sheet(-1.0));
    let page = uniform_sheet(f32::NAN);
    assert_eq!(count(&page, Color::YELLOW), 2 * 12 * 28 * 28 * 36);
}

#[test]
fn each_image_pixel_is_a_sharp_square_in_its_place() {
    let mut pixels = vec![-1.0; 784];
    pixels[3 * 28 + 5] = 1.0;
    let blank = vec![-1.0; 784];
    let with = sheet(&pixels, &blank, &[1]).draw().unwrap().png().unwrap();
    let without = sheet(&blank, &blank, &[1]).draw().unwrap().png().unwrap();
    let ((width, _, with), (_, _, without)) = (decode(&with), decode(&without));
    let framed = |x: usize, y: usize| (0..6).all(|i| with[((y + i) * width + x + i) * 3] == 0);
    let black: Vec<usize> =
        (0..with.len() / 3).filter(|i| with[i * 3] == 0 && without[i * 3] == 255).collect();
    // A few more pixels differ in the error printed below, but none of them is pure black
    // in a square of 6 x 6.
    let corner = black[0];
    assert!(framed(corner % width, corner / width));
    assert_eq!(black.iter().take_while(|i| **i < corner + 6 * width).count(), 36);
}

#[test]
fn figures_are_the_same_bytes_each_time_and_of_the_stated_size() {
    let pixels = vec![0.25; 12 * 784];
    let steps: Vec<u64> = (0..900).collect();
    let values = vec![steps.iter().map(|s| 1.0 / (*s as f32 + 1.0)).collect(); 2];
    let draw = || {
        [
            sheet(&pixels, &pixels, &[3; 12]).draw().unwrap().png().unwrap(),
            curves(&steps, &values).unwrap(),
        ]
    };
    let (first, second) = (draw(), draw());
    assert_eq!(first, second);
    for (png, height) in first.iter().zip([778, 1520]) {
        let (width, found, rgb) = decode(png);
        assert_eq!((width, found, rgb.len()), (2560, height, 2560 * height * 3));
        assert!(rgb[..3] == [255; 3] && count(&rgb, Color::INK) > 100);
    }
}

#[test]
fn fewer_images_make_a_narrower_sheet() {
    let pixels = vec![0.0; 12 * 784];
    let width = |n: usize| {
        decode(
            &sheet(&pixels[..n * 784], &pixels[..n * 784], &vec![1; n])
                .draw()
                .unwrap()
                .png()
                .unwrap(),
        )
        .0
    };
    assert!(width(1) <= width(7) && width(7) < width(12));
}

#[test]
fn image_rows_draw_each_pixel_as_ink_on_white_in_originals_and_rows_alike() {
    let images = |pixel: f32| rows((28, 28), &["3"; 8], &vec![pixel; 8 * 784]).unwrap();
    let [(_, _, white), (_, _, black)] = [images(-1.0), images(1.0)].map(|png| decode(&png));
    let differing: Vec<usize> = (0..white.len()).filter(|&i| white[i] != black[i]).collect();
    // Eight images twice, six page pixels for one of an image's own on each side.
    assert_eq!(differing.len(), 3 * 2 * 8 * 784 * 36);
    assert!(differing.iter().all(|&i| white[i] == 255 && black[i] == 0));
}

#[test]
fn wrong_input_is_refused_with_figure_field_and_counts() {
    let pixels = vec![0.0; 2 * 784];
    let says = |result: Result<Vec<u8>, FigureError>, parts: &[&str]| {
        let message = result.unwrap_err().to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    };
    says(
        sheet(&[], &[], &[]).draw().and_then(|canvas| canvas.png()),
        &["A sheet", "labels", "empty"],
    );
    says(
        sheet(&pixels, &pixels[1..], &[1, 2]).draw().and_then(|canvas| canvas.png()),
        &["reconstructions", "1567", "1568"],
    );
    says(
        Sheet { rows: 0, ..sheet(&[], &[], &[1]) }.draw().and_then(|canvas| canvas.png()),
        &["rows", "is 0", "1 to 512"],
    );
    says(
        sheet(&pixels, &pixels, &[1; 25]).draw().and_then(|canvas| canvas.png()),
        &["labels", "25", "at most 24"],
    );
    says(rows((28, 28), &["1"], &[0.0; 783]), &["originals", "783", "784"]);
    says(rows((0, 28), &["1"], &[]), &["size.0", "is 0", "1 to 512"]);
    says(rows((28, 28), &[], &[]), &["bands[].labels", "empty"]);
    says(heat(2, 3, &[0.0; 5]), &["values", "5", "6"]);
    says(heat(0, 3, &[]), &["rows", "empty"]);
    says(heat(65, 1, &[0.0; 65]), &["rows", "65", "64"]);
    let names = ["a".to_owned()];
    let most = |most: f64| HeatMap {
        title: "Heat",
        subtitle: "",
        rows: ("row", &names),
        columns: ("column", &names),
        values: &[0.5],
        most,
        text: |value| value.to_string(),
        blocks: &[],
    };
    says(most(0.0).draw().and_then(|canvas| canvas.png()), &["most", "is 0", "above 0"]);
    says(most(f64::NAN).draw().and_then(|canvas| canvas.png()), &["most", "NaN"]);
    let bands = [ImageBand { name: "", labels: &names, originals: None, rows: Vec::new() }];
    for scale in [(1.0, 0.0), (1.0, 1.0), (f32::NAN, 1.0)] {
        let rows = ImageRows { title: "Rows", subtitle: "", bands: &bands, size: (1, 1), scale };
        says(rows.draw().and_then(|canvas| canvas.png()), &["Rows", "scale", "white below"]);
    }
    says(curves(&[], &[vec![]]), &["Curves", "steps", "empty"]);
    says(curves(&[1], &[]), &["curves", "empty"]);
    says(curves(&[1, 2], &[vec![0.5]]), &["`c`", "holds 1", "expected 2"]);
    says(curves(&[1, 5, 5], &[vec![0.5; 3]]), &["steps[2]", "is 5"]);
}

#[test]
fn the_number_of_points_drawn_is_bounded_by_the_pixels_of_the_page() {
    let values: Vec<f32> = (0..300_000).map(|i| 1.0 + (i % 7) as f32).collect();
    let points = values.iter().enumerate().map(|(i, v)| Some((i as f32 / 300.0, *v)));
    let drawn: usize = thinning::lines(points).iter().map(Vec::len).sum();
    assert!(drawn <= 4 * 2001, "{drawn} points");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_losses_are_drawn(
        values in proptest::collection::vec(
            prop_oneof![
                any::<f32>(), 1e-3f32..3.0, Just(0.0), Just(f32::NAN), Just(f32::INFINITY),
            ],
            1..500,
        ),
        first in any::<u32>(),
    ) {
        let steps: Vec<u64> = (0..values.len() as u64).map(|i| i * 3 + u64::from(first)).collect();
        prop_assert!(curves(&steps, &[values.clone(), values]).is_ok());
    }

    #[test]
    fn any_images_within_bounds_are_drawn(
        height in 1usize..60, width in 1usize..60, count in 1usize..40,
    ) {
        let labels: Vec<String> = (0..count).map(|i| (i / 4).to_string()).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        prop_assert!(rows((height, width), &labels, &vec![0.5; count * height * width]).is_ok());
    }

    #[test]
    fn any_image_shape_within_bounds_is_drawn(rows in 1usize..600, cols in 1usize..600) {
        let pixels = vec![0.5; rows * cols];
        let sheet = Sheet { rows, cols, ..sheet(&pixels, &pixels, &[0]) };
        prop_assert_eq!(sheet.draw().and_then(|canvas| canvas.png()).is_ok(), rows <= 512 && cols <= 512);
    }
}

#[test]
fn marks_of_others_stand_where_their_step_and_value_are_and_only_within_the_chart() {
    let steps: Vec<u64> = (0..=100).collect();
    let draw = |marks: Vec<(u64, f32)>| {
        // Its ends keep the axis as it is, whatever is marked.
        let mut values = vec![1.0; steps.len()];
        (values[0], values[100]) = (0.1, 10.0);
        let curve = Curve { name: "c", color: Color::VERMILLION, values, marks };
        let panel = Panel { name: "loss", height: 1.0, curves: vec![curve] };
        let chart = Curves { title: "Curves", subtitle: "", steps: &steps, panels: &[panel] };
        decode(&chart.draw().unwrap().png().unwrap())
    };
    let (width, _, plain) = draw(vec![]);
    let outside = draw(vec![(101, 1.0), (5000, 0.1), (50, f32::NAN), (50, -1.0)]).2;
    assert!(outside == plain);
    // Higher and to the right, by as much as the axes say.
    let centre = |marks| {
        let (_, _, rgb) = draw(marks);
        let differing: Vec<usize> =
            (0..rgb.len() / 3).filter(|i| rgb[i * 3..][..3] != plain[i * 3..][..3]).collect();
        let mean = |of: &dyn Fn(usize) -> usize| {
            differing.iter().map(|i| of(*i) as f64).sum::<f64>() / differing.len() as f64
        };
        (mean(&|i| i % width), mean(&|i| i / width))
    };
    let (left, right) = (centre(vec![(20, 1.5)]), centre(vec![(80, 2.0)]));
    let span = (f64::from(curve::RIGHT - curve::LEFT) - 16.0) * 2.0;
    assert!((right.0 - left.0 - 0.6 * span).abs() < 2.0, "{left:?} {right:?}");
    assert!(right.1 < left.1 - 50.0, "{left:?} {right:?}");
}

#[test]
fn a_heat_map_is_the_darker_the_larger_its_numbers_and_tells_signs_apart() {
    let page = |value: f64| decode(&heat(2, 3, &[value; 6]).unwrap()).2;
    let dark = |value: f64, color: Color| count(&page(value), color);
    assert!(dark(1.0, Color::BLUE) > 6 * 4000 && dark(7.0, Color::BLUE) > 6 * 4000);
    assert!(dark(-1.0, Color::VERMILLION) > 6 * 4000);
    assert_eq!(dark(0.5, Color::BLUE) + dark(f64::NAN, Color::BLUE), 0);
    let ink = |value| page(value).iter().map(|&byte| 255 - u64::from(byte)).sum::<u64>();
    assert!(ink(0.2) < ink(0.4) && ink(0.4) < ink(0.9));
}
