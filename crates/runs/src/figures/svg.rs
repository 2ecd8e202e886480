//! A drawing as SVG.

use std::collections::BTreeMap;
use std::fmt::Write;

use ab_glyph::{Font, GlyphId, OutlineCurve};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::canvas::{Canvas, Shape};
use super::image::Image;
use super::palette::Color;
use super::path::{Path, tenths};
use super::style::{Align, Point, SCALE, Stroke, TextStyle, Weight};
use super::text::{Line, font};
use crate::table::escape_html;

/// The drawing is counted in tenths of a point, so that whole numbers are exact enough.
const TENTHS: f32 = 10.0;

impl Canvas {
    /// The drawing on white paper as the text of an SVG file, which looks the same everywhere: it
    /// needs no font, as letters are outlines, and nothing from outside. `about` says what it
    /// shows, for those who can't see it. The same drawing gives the same bytes.
    pub fn svg(&self, about: &str) -> String {
        Writer::new("g", false).write(self, about)
    }

    /// The same as an element of a page: it is drawn on the page's own background in the page's
    /// colours. `ids` begins the names of its parts, so it must be another for each drawing.
    pub(crate) fn svg_element(&self, about: &str, ids: &str) -> String {
        Writer::new(ids, true).write(self, about)
    }
}

/// What a path is painted with.
#[derive(Clone, Copy, PartialEq)]
enum Paint {
    Fill(Color),
    Line(Stroke),
}

struct Writer<'a> {
    ids: &'a str,
    on_page: bool,
    /// The outlines of the letters, each once, by their numbers.
    glyphs: BTreeMap<(Weight, GlyphId), usize>,
    outlines: String,
    /// A path that goes on as long as the paint stays the same.
    path: Option<(Paint, Path)>,
    body: String,
}

impl<'a> Writer<'a> {
    fn new(ids: &'a str, on_page: bool) -> Writer<'a> {
        let (glyphs, outlines, body) = (BTreeMap::new(), String::new(), String::new());
        Writer { ids, on_page, glyphs, outlines, path: None, body }
    }

    fn write(mut self, canvas: &Canvas, about: &str) -> String {
        for shape in canvas.shapes() {
            match shape {
                Shape::Fill { corner, size, color, share } => {
                    self.fill(*corner, *size, *color, *share);
                }
                Shape::Line { points, stroke } => self.line(points, *stroke),
                Shape::Band { edges, color, share } => self.band(edges, *color, *share),
                Shape::Text { text, at, align, style } => self.text(text, *at, *align, *style),
                Shape::Image(image) => self.image(image),
            }
        }
        self.end_path();
        // As many whole pixels as the PNG has.
        let [width, height] = [canvas.size().0, canvas.size().1].map(|side| (side * SCALE).floor());
        let (w, h) = (width / SCALE, height / SCALE);
        let [wide, high] = [w, h].map(tenths);
        let about: String = about.chars().filter(|c| !c.is_control()).collect();
        let about = escape_html(&about);
        let (space, title, paper) = if self.on_page {
            (format!(" aria-label=\"{about}\""), String::new(), String::new())
        } else {
            (
                " xmlns=\"http://www.w3.org/2000/svg\"".to_owned(),
                format!("<title>{about}</title>\n"),
                format!("<path fill=\"#ffffff\" d=\"M0 0h{wide}v{high}h-{wide}z\"/>\n"),
            )
        };
        format!(
            "<svg{space} role=\"img\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {wide} {high}\" \
             fill=\"none\" stroke-linecap=\"round\" stroke-linejoin=\"round\">\n{title}<defs>\n{}\
             </defs>\n{paper}{}</svg>\n",
            self.outlines, self.body
        )
    }

    fn color(&self, color: Color) -> String {
        match color.property() {
            Some(property) if self.on_page => format!("var({property})"),
            _ => {
                let [r, g, b] = color.rgb();
                format!("#{r:02x}{g:02x}{b:02x}")
            }
        }
    }

    /// The path of what is painted so. What is translucent has one of its own.
    fn path(&mut self, paint: Paint) -> &mut Path {
        let opaque =
            matches!(paint, Paint::Fill(_)) || matches!(paint, Paint::Line(s) if s.alpha >= 1.0);
        if !(opaque && self.path.as_ref().is_some_and(|(open, _)| *open == paint)) {
            self.end_path();
        }
        &mut self.path.get_or_insert_with(|| (paint, Path::default())).1
    }

    fn end_path(&mut self) {
        let Some((paint, path)) = self.path.take() else { return };
        if path.is_empty() {
            return;
        }
        let looks = match paint {
            Paint::Fill(color) => format!("fill=\"{}\"", self.color(color)),
            Paint::Line(Stroke { color, width, alpha }) => {
                let color = self.color(color);
                let width = decimal(width * TENTHS);
                let alpha = match alpha {
                    1.0.. => String::new(),
                    alpha => format!(" stroke-opacity=\"{}\"", decimal(alpha)),
                };
                format!("stroke=\"{color}\" stroke-width=\"{width}\"{alpha}")
            }
        };
        self.push(&format!("<path {looks} d=\"{path}\"/>\n"));
    }

    fn fill(&mut self, corner: Point, size: Point, color: Color, share: f64) {
        let snap = |v: f32| (v * SCALE).round() / SCALE;
        let (from, to) = ((snap(corner.0), snap(corner.1)), (corner.0 + size.0, corner.1 + size.1));
        let to = (snap(to.0), snap(to.1));
        if share >= 1.0 {
            self.path(Paint::Fill(color)).rectangle(from, to);
        } else if share > 0.0 {
            self.end_path();
            let mut path = Path::default();
            path.rectangle(from, to);
            let (color, share) = (self.color(color), decimal(share as f32));
            if !path.is_empty() {
                let looks = format!("fill=\"{color}\" fill-opacity=\"{share}\"");
                self.push(&format!("<path {looks} d=\"{path}\"/>\n"));
            }
        }
    }

    fn band(&mut self, edges: &[(f32, [f32; 2])], color: Color, share: f64) {
        self.end_path();
        let there = edges.iter().map(|(x, [above, _])| (*x, *above));
        let back = edges.iter().rev().map(|(x, [_, below])| (*x, *below));
        let points: Vec<Point> = there.chain(back).collect();
        if edges.len() < 2 || points.iter().any(|(x, y)| !(x.is_finite() && y.is_finite())) {
            return;
        }
        let point = |(x, y): &Point| format!("{} {}", tenths(*x), tenths(*y));
        let path = points.iter().map(point).collect::<Vec<_>>().join("L");
        let (color, share) = (self.color(color), decimal(share as f32));
        let looks = format!("fill=\"{color}\" fill-opacity=\"{share}\"");
        self.push(&format!("<path {looks} d=\"M{path}z\"/>\n"));
    }

    fn line(&mut self, points: &[Point], stroke: Stroke) {
        self.path(Paint::Line(stroke)).line(points);
    }

    fn text(&mut self, text: &str, at: Point, align: Align, style: TextStyle) {
        self.end_path();
        let line = Line::of(text, style);
        let left = at.0 - line.before(align) / SCALE;
        if !(left.is_finite() && at.1.is_finite()) {
            return;
        }
        let em = line.font.units_per_em().expect("the bundled font states its em");
        let mut uses = String::new();
        for &(glyph, x) in &line.glyphs {
            let Some(number) = self.glyph(style.weight, glyph) else { continue };
            let x = (x / SCALE / style.size * em).round() as i32;
            write!(uses, "<use x=\"{x}\" href=\"#{}{number}\"/>", self.ids).expect("a string");
        }
        if uses.is_empty() {
            return;
        }
        let (x, y, scale) = (tenths(left), tenths(at.1), decimal(style.size * TENTHS / em));
        let (class, color) =
            (if self.on_page { " class=\"text\"" } else { "" }, self.color(style.color));
        self.push(&format!(
            "<g{class} fill=\"{color}\" transform=\"translate({x} {y})scale({scale})\">{uses}</g>\n"
        ));
    }

    /// The number of a letter's outline; none for what has none, such as a space.
    fn glyph(&mut self, weight: Weight, glyph: GlyphId) -> Option<usize> {
        if let Some(&number) = self.glyphs.get(&(weight, glyph)) {
            return Some(number);
        }
        let outline = font(weight).outline(glyph)?;
        if outline.curves.is_empty() {
            return None;
        }
        let number = self.glyphs.len();
        self.glyphs.insert((weight, glyph), number);
        let mut end = None;
        let mut path = String::new();
        for curve in &outline.curves {
            let (first, rest) = match curve {
                OutlineCurve::Line(a, b) => (a, vec![b]),
                OutlineCurve::Quad(a, b, c) => (a, vec![b, c]),
                OutlineCurve::Cubic(a, b, c, d) => (a, vec![b, c, d]),
            };
            if end != Some(*first) {
                write!(path, "M{} {}", first.x.round(), -first.y.round()).expect("a string");
            }
            path.push(['L', 'Q', 'C'][rest.len() - 1]);
            // Upwards in the font, downwards on the page.
            let numbers: Vec<String> = rest
                .iter()
                .map(|point| format!("{} {}", point.x.round(), -point.y.round() + 0.0))
                .collect();
            path.push_str(&numbers.join(" "));
            end = rest.last().map(|point| **point);
        }
        writeln!(self.outlines, "<path id=\"{}{number}\" d=\"{path}\"/>", self.ids)
            .expect("a string");
        Some(number)
    }

    fn image(&mut self, image: &Image) {
        let pixel = (TENTHS / SCALE) as i32;
        let place = |at: f32| (at * SCALE) as i32 * pixel;
        let (x, y) = (place(image.corner.0), place(image.corner.1));
        let side = |own: usize| (own * image.factor) as i32 * pixel;
        let (width, height) = (side(image.cols), side(image.rows()));
        let edge = pixel as f32 / TENTHS;
        let (left, top) = (x as f32 / TENTHS - edge, y as f32 / TENTHS - edge);
        let (right, bottom) =
            ((x + width) as f32 / TENTHS + edge, (y + height) as f32 / TENTHS + edge);
        self.path(Paint::Fill(Color::GRID)).rectangle((left, top), (right, bottom));
        self.end_path();
        let Some(png) = encoded(image) else { return };
        self.push(&format!(
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
             preserveAspectRatio=\"none\" image-rendering=\"pixelated\" \
             href=\"data:image/png;base64,{png}\"/>\n"
        ));
    }

    fn push(&mut self, element: &str) {
        self.body.push_str(element);
    }
}

/// The image's own pixels as PNG in base 64, grey where all of them are numbers; none without
/// pixels.
fn encoded(image: &Image) -> Option<String> {
    let (width, height) = (image.cols as u32, image.rows() as u32);
    let grey: Option<Vec<u8>> = image.pixels.iter().map(|&pixel| image.grey(pixel)).collect();
    let (kind, bytes) = match grey {
        Some(grey) => (png::ColorType::Grayscale, grey),
        None => {
            let colors = image.pixels.iter().flat_map(|&pixel| image.color(pixel));
            (png::ColorType::Rgb, colors.collect())
        }
    };
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, width, height);
    encoder.set_color(kind);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(&bytes).ok()?;
    writer.finish().ok()?;
    Some(STANDARD.encode(png))
}

/// A number with at most four decimals.
fn decimal(value: f32) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
