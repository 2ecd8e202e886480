use super::*;

fn spread(mean: f64, half: f64) -> Option<Spread> {
    let values = vec![mean - half / 2.0, mean + half / 2.0];
    let interval = Some((mean - half, mean + half));
    Some(Spread { values, mean, interval, references: Vec::new() })
}

fn panel<'a>(name: &'a str, at: Vec<Option<Spread>>) -> BandPanel<'a> {
    BandPanel { name: "error", curves: vec![BandCurve { name, at }], floor: Some(0.5) }
}

fn bands<'a>(places: Places, panels: &'a [BandPanel<'a>]) -> Bands<'a> {
    Bands { title: "Errors", subtitle: "", setting: "model.size", places, panels }
}

fn numbers(numbers: &[f64]) -> Places {
    Places::Numbers(numbers.to_vec())
}

#[test]
fn means_have_a_curve_and_their_intervals_a_band_in_every_format() {
    let panels = [panel("routed", vec![spread(0.2, 0.1), spread(0.3, 0.1), spread(0.1, 0.05)])];
    let canvas = bands(numbers(&[1.0, 2.0, 3.0]), &panels).draw().unwrap();
    let svg = canvas.svg("Errors");
    assert_eq!(svg.matches("fill-opacity").count(), 1, "one band");
    assert!(canvas.png().unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn a_band_covers_what_lies_between_its_edges_and_nothing_else() {
    let mut canvas = Canvas::new((60.0, 40.0));
    let edges = vec![(10.0, [10.0, 30.0]), (50.0, [20.0, 30.0])];
    canvas.band(edges, Color::BLUE, 1.0);
    let png = canvas.png().unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut rgb).unwrap();
    let pixel = |x: f32, y: f32| {
        let at = ((y * 2.0) as usize * 120 + (x * 2.0) as usize) * 3;
        [rgb[at], rgb[at + 1], rgb[at + 2]]
    };
    let (blue, white) = (Color::BLUE.rgb(), [255; 3]);
    for (x, y) in [(12.0, 12.0), (30.0, 17.0), (48.0, 29.0)] {
        assert_eq!(pixel(x, y), blue, "{x}, {y}");
    }
    for (x, y) in [(8.0, 20.0), (52.0, 25.0), (30.0, 13.0), (30.0, 32.0)] {
        assert_eq!(pixel(x, y), white, "{x}, {y}");
    }
}

#[test]
fn a_place_without_runs_is_a_gap_and_a_lone_interval_a_bar() {
    let at = vec![spread(0.2, 0.1), None, spread(0.1, 0.05)];
    let panels = [panel("routed", at)];
    let svg = bands(numbers(&[1.0, 2.0, 3.0]), &panels).draw().unwrap().svg("");
    assert_eq!(svg.matches("fill-opacity").count(), 0);
    assert!(svg.contains("stroke-opacity"));
}

#[test]
fn numbers_that_are_eight_times_apart_are_drawn_on_a_logarithmic_scale() {
    assert!(numbers(&[4.0, 8.0, 32.0]).is_logarithmic());
    assert!(!numbers(&[4.0, 31.0]).is_logarithmic());
    assert!(!numbers(&[0.0, 0.1, 10.0]).is_logarithmic());
    let xs = numbers(&[1.0, 10.0, 100.0]).xs();
    assert!((xs[1] - (xs[0] + xs[2]) / 2.0).abs() < 1e-3);
}

#[test]
fn what_is_not_finite_is_left_out() {
    let nan =
        Spread { mean: f64::NAN, interval: Some((f64::NAN, f64::INFINITY)), ..Spread::default() };
    let panels = [panel("routed", vec![Some(nan), spread(1e300, 1e299)])];
    let canvas = bands(numbers(&[1.0, 2.0]), &panels).draw().unwrap();
    assert!(!canvas.svg("").contains("NaN") && !canvas.svg("").contains("inf"));
}

#[test]
fn what_can_not_be_drawn_is_refused_by_its_field() {
    let one = || vec![panel("routed", vec![spread(0.2, 0.1), spread(0.3, 0.1)])];
    let refused = |places: Places, panels: &[BandPanel<'_>], part: &str| {
        let error = bands(places, panels).draw().unwrap_err().to_string();
        assert!(error.contains("Errors") && error.contains(part), "{error}");
    };
    refused(numbers(&[]), &one(), "`places` is empty");
    refused(numbers(&[2.0, 1.0]), &one(), "1 behind 2");
    refused(numbers(&[1.0, 2.0, 3.0]), &one(), "curve `routed`` holds 2 values, expected 3");
    refused(numbers(&[1.0, 2.0]), &[], "`panels` is empty");
    let many = vec![BandCurve { name: "c", at: vec![None, None] }; 9];
    let crowded = [BandPanel { name: "error", curves: many, floor: None }];
    refused(numbers(&[1.0, 2.0]), &crowded, "at most 8 curves");
}
