//! The files of drawings, and what charts make of unusual numbers.

use super::*;

/// Everything that can be drawn.
fn everything() -> Canvas {
    let mut canvas = Canvas::new((120.0, 80.0));
    canvas.heading("Kern: AVA", "½ – “x”", 5.0, 110.0);
    canvas.fill((4.3, 3.1), (9.9, 2.2), Color::BLUE);
    canvas.tint((10.0, 3.0), (9.0, 9.0), Color::VERMILLION, 0.3);
    let faint = Stroke { alpha: 0.5, ..Stroke::new(Color::GREEN, 3.3) };
    canvas.stroke(&[(60.0, 10.0), (100.5, 31.7), (90.0, 5.0), (70.0, 40.0)], faint);
    canvas.stroke(&[(110.0, 60.0)], Stroke::new(Color::INK, 7.0));
    canvas.dashed((5.0, 70.0), (115.0, 72.0), 6.0, Stroke::new(Color::MUTED, 2.0));
    canvas.image(&[-1.0, 0.0, 1.0, f32::NAN, 0.3, -7.0], 3, 4, (80.0, 50.0));
    canvas.text("9.5%", (40.3, 55.2), Align::End, TextStyle::semibold(13.0, Color::PURPLE));
    canvas
}

#[test]
fn the_same_drawing_has_the_same_pixels_and_the_same_svg_as_ever() {
    let sha256 = |bytes: &[u8]| crate::run::FileDigest::of(bytes).sha256;
    let (width, height, rgb) = decode(&everything().png().unwrap());
    assert_eq!((width, height), (240, 160));
    assert_eq!(sha256(&rgb), "715d151b570fb398ef0a5893742b64aa6c3cce6e42c87913c33e2dd1a2a537dd");
    assert_eq!(
        sha256(everything().svg("all of it").as_bytes()),
        "4c5dbfff21ce5fe9af355506800144aa4b0064a90e8eb30ddc98daed7c1de5d3"
    );
}

#[test]
fn an_svg_file_is_on_white_paper_in_fixed_colours_and_needs_nothing_from_outside() {
    let svg = everything().svg("a < b & \"c\"\u{1b}");
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\""));
    assert!(svg.contains("width=\"120\" height=\"80\" viewBox=\"0 0 1200 800\""));
    assert!(svg.contains("<title>a &lt; b &amp; &quot;c&quot;</title>"));
    assert!(svg.contains("<path fill=\"#ffffff\" d=\"M0 0h1200v800h-1200z\"/>"));
    assert!(!svg.contains("var(") && !svg.contains("<text") && !svg.contains("font"));
    let links = svg.split("href=\"").skip(1);
    assert!(links.into_iter().all(|l| l.starts_with("#g") || l.starts_with("data:image/png")));
    for open in ["svg", "title", "defs", "g"] {
        let count = |tag: String| svg.matches(&tag).count();
        let opened = count(format!("<{open}>")) + count(format!("<{open} "));
        assert_eq!(opened, count(format!("</{open}>")), "{open}");
    }
}

#[test]
fn one_step_or_two_are_dots_at_the_end_and_a_curve_that_ends_early_leads_nowhere() {
    let inked = |values: Vec<f32>, area: std::ops::Range<usize>| {
        let steps: Vec<u64> = (0..values.len() as u64).collect();
        let (width, _, rgb) = decode(&curves(&steps, &[values]).unwrap());
        let colored = |i: &usize| rgb[i * 3..][..3] == Color::VERMILLION.rgb();
        let x_of = |i: &usize| area.contains(&(i % width));
        (0..rgb.len() / 3).filter(|i| colored(i) && x_of(i)).count()
    };
    let (left, right) = (2 * curve::LEFT as usize, 2 * curve::RIGHT as usize);
    let end = right - 40..right;
    let one = inked(vec![0.5], end.clone());
    assert!((100..250).contains(&one), "a dot of seven points has {one} pixels");
    assert_eq!(inked(vec![0.5], left..right - 40), 0, "nothing leads to it");
    assert!(inked(vec![0.5, 0.4], left..left + 40) > 100, "a dot at each end");
    let mut early = vec![f32::NAN; 50];
    early[..5].fill(0.5);
    assert_eq!(inked(early, left + 400..right), 0, "what is no curve looks like one");
}

#[test]
fn losses_below_zero_are_drawn_on_a_linear_axis() {
    let steps: Vec<u64> = (0..50).collect();
    let of = |shift: f32| {
        let values = steps.iter().map(|step| *step as f32 + 1.0 - shift).collect();
        let curve = Curve { name: "c", color: Color::VERMILLION, values, marks: Vec::new() };
        let panel = Panel { name: "reward", height: 1.0, curves: vec![curve] };
        let chart = Curves { title: "Curves", subtitle: "", steps: &steps, panels: &[panel] };
        let drawing = chart.draw().unwrap();
        let text = format!("{drawing:?}");
        assert!(!text.contains("not shown"), "{text}");
        (text.contains("reward, logarithmic scale"), text.contains("\"-20\""))
    };
    assert_eq!(of(0.0), (true, false));
    assert_eq!(of(30.0), (false, true));
}

#[test]
fn a_wide_heat_map_has_narrow_squares_and_frames_its_blocks() {
    let names: Vec<String> = (0..256).map(|i| i.to_string()).collect();
    let draw = |blocks: &[Block<'_>], columns: usize| {
        let map = HeatMap {
            title: "Heat",
            subtitle: "",
            rows: ("row", &names[..2]),
            columns: ("column", &names[..columns]),
            values: &vec![0.0; 2 * columns],
            most: 1.0,
            text: |value| value.to_string(),
            blocks,
        };
        map.draw().map(|canvas| (canvas.size(), canvas.png().unwrap()))
    };
    let block = |columns| Block { name: "a block", color: Color::GREEN, rows: 0..1, columns };
    let ((width, height), png) = draw(&[block(0..128)], 256).unwrap();
    assert!(width <= 1280.0);
    assert!(height > draw(&[], 256).unwrap().0.1, "the block's name has room");
    assert!(count(&decode(&png).2, Color::GREEN) > 2 * 2 * 512 * 3);
    assert_eq!(count(&decode(&draw(&[], 256).unwrap().1).2, Color::GREEN), 0);
    let wrong = draw(&[block(3..6)], 5).unwrap_err().to_string();
    assert!(wrong.contains("blocks") && wrong.contains("3..6"), "{wrong}");
}
