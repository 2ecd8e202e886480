//! Cutting a curve at its gaps, and leaving out points that no pixel could show.

use super::style::{Point, SCALE};

/// Lines through the points, a new one after each gap (`None`).
///
/// Of the points that fall into one pixel column only the first, the lowest, the highest and the
/// last are kept: the line covers the same pixels, whatever the number of points.
pub(super) fn lines(points: impl Iterator<Item = Option<Point>>) -> Vec<Vec<Point>> {
    let mut lines = Vec::new();
    let mut line = Vec::new();
    let mut column = Column::default();
    for point in points {
        match point {
            Some(point) => column.push(point, &mut line),
            None => {
                column.flush(&mut line);
                lines.push(std::mem::take(&mut line));
            }
        }
    }
    column.flush(&mut line);
    lines.push(line);
    lines.retain(|line| !line.is_empty());
    lines
}

/// The points of one pixel column that count: first, last and the extremes, in their order.
#[derive(Default)]
struct Column {
    x: i64,
    order: usize,
    first: Option<(usize, Point)>,
    lowest: Option<(usize, Point)>,
    highest: Option<(usize, Point)>,
    last: Option<(usize, Point)>,
}

impl Column {
    fn push(&mut self, point: Point, line: &mut Vec<Point>) {
        let x = (point.0 * SCALE).floor() as i64;
        if self.first.is_some() && x != self.x {
            self.flush(line);
        }
        self.x = x;
        let item = Some((self.order, point));
        self.order += 1;
        self.first = self.first.or(item);
        self.last = item;
        if self.lowest.is_none_or(|(_, p)| point.1 < p.1) {
            self.lowest = item;
        }
        if self.highest.is_none_or(|(_, p)| point.1 > p.1) {
            self.highest = item;
        }
    }

    fn flush(&mut self, line: &mut Vec<Point>) {
        let mut kept: Vec<(usize, Point)> =
            [self.first, self.lowest, self.highest, self.last].into_iter().flatten().collect();
        kept.sort_by_key(|(order, _)| *order);
        kept.dedup_by_key(|(order, _)| *order);
        line.extend(kept.into_iter().map(|(_, point)| point));
        *self = Column::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_starts_a_new_line_and_leading_or_double_gaps_make_none() {
        let p = |x| Some((x as f32, 1.0));
        let found = lines([None, p(0), p(1), None, None, p(3), None].into_iter());
        assert_eq!(found, [vec![(0.0, 1.0), (1.0, 1.0)], vec![(3.0, 1.0)]]);
    }

    #[test]
    fn points_a_pixel_apart_are_all_kept() {
        let points: Vec<Point> = (0..100).map(|x| (x as f32, (x * 7 % 13) as f32)).collect();
        assert_eq!(lines(points.iter().copied().map(Some)), [points]);
    }

    #[test]
    fn many_points_in_a_column_keep_their_extremes_first_and_last() {
        let values = [5.0, 2.0, 8.0, 8.0, 3.0, 4.0];
        let points = values.iter().enumerate().map(|(i, y)| Some((i as f32 * 0.01, *y)));
        let ys: Vec<f32> = lines(points)[0].iter().map(|p| p.1).collect();
        assert_eq!(ys, [5.0, 2.0, 8.0, 4.0]);
    }
}
