//! The paths of an SVG, as short as they can be written.

use std::fmt;

use super::style::Point;

/// A place in tenths of a point; far outside any page where it would be further still.
pub(super) fn tenths(points: f32) -> i32 {
    const FAR: f32 = 1e6;
    (points.clamp(-FAR, FAR) * 10.0).round() as i32
}

/// What stands in the attribute `d` of a path: lines and rectangles, in tenths of a point.
#[derive(Default)]
pub(super) struct Path(String);

impl Path {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A rectangle between two corners; nothing where it has no area.
    pub(super) fn rectangle(&mut self, from: Point, to: Point) {
        let ((x, y), (right, bottom)) =
            ((tenths(from.0), tenths(from.1)), (tenths(to.0), tenths(to.1)));
        let (width, height) = (right - x, bottom - y);
        if width > 0 && height > 0 {
            self.0 += &format!("M{x} {y}h{width}v{height}h-{width}z");
        }
    }

    /// A line through points, with gaps where one is not finite. One alone, or several in one
    /// place, are a dot.
    pub(super) fn line(&mut self, points: &[Point]) {
        for part in points.split(|(x, y)| !(x.is_finite() && y.is_finite())) {
            let mut points = part.iter().map(|(x, y)| (tenths(*x), tenths(*y)));
            let Some((mut x, mut y)) = points.next() else { continue };
            self.0 += &format!("M{x} {y}");
            let before = self.0.len();
            for (next_x, next_y) in points {
                if (next_x, next_y) == (x, y) {
                    continue;
                }
                self.0.push_str(if self.0.len() == before { "l" } else { "" });
                self.number(next_x - x);
                self.number(next_y - y);
                (x, y) = (next_x, next_y);
            }
            if self.0.len() == before {
                self.0.push_str("h0");
            }
        }
    }

    /// A number, parted from the one before it by its sign where it has one.
    fn number(&mut self, number: i32) {
        if number >= 0 && self.0.ends_with(|c: char| c.is_ascii_digit()) {
            self.0.push(' ');
        }
        self.0 += &number.to_string();
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: &[Point]) -> String {
        let mut path = Path::default();
        path.line(points);
        path.to_string()
    }

    #[test]
    fn lines_are_steps_in_tenths_of_a_point_and_dots_lines_without_length() {
        assert_eq!(line(&[(1.0, 2.0), (1.5, 1.0), (2.5, 1.26)]), "M10 20l5-10 10 3");
        assert_eq!(line(&[(1.0, 2.0)]), "M10 20h0");
        assert_eq!(line(&[(1.0, 2.0), (1.01, 2.01)]), "M10 20h0");
    }

    #[test]
    fn what_is_not_finite_parts_a_line() {
        let points = [(1.0, 1.0), (2.0, 1.0), (f32::NAN, 1.0), (f32::INFINITY, 0.0), (3.0, 1.0)];
        assert_eq!(line(&points), "M10 10l10 0M30 10h0");
        assert_eq!(line(&[(f32::NAN, 1.0)]), "");
    }

    #[test]
    fn a_rectangle_without_area_is_left_out() {
        let mut path = Path::default();
        path.rectangle((1.0, 1.0), (1.0, 5.0));
        path.rectangle((1.0, 1.0), (f32::NAN, 5.0));
        assert!(path.is_empty());
        path.rectangle((1.0, 1.0), (2.5, 2.0));
        assert_eq!(path.to_string(), "M10 10h15v10h-15z");
    }
}
