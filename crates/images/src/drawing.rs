//! Images drawn by hand: lines on a square pad become grey pixels.
//!
//! Pixels follow from the points alone, by operations that IEEE 754 rounds exactly, so the same lines give
//! the same bytes everywhere, whatever drew them.

/// A point of the pad: from `[0, 0]`, above on the left, to `[1, 1]`.
pub type Point = [f64; 2];

/// Half the thickness of a line, in pixels of an image of 28: as thick as MNIST's lines are in the mean.
const PEN: f64 = 1.2;
/// Pixels of the longer side of a digit in an MNIST image, of 28.
const BOX: f64 = 20.0;
/// Pixels of a side, to which [`PEN`] and [`BOX`] refer.
const MNIST: f64 = 28.0;

/// Why lines make no image.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DrawingError {
    /// A point is not on the pad.
    #[error(
        "line {line}, point {point}: [{x}, {y}] is not on the pad; expected numbers from 0 to 1"
    )]
    Outside {
        /// Which line, from 0.
        line: usize,
        /// Which of its points, from 0.
        point: usize,
        /// From the left.
        x: f64,
        /// From above.
        y: f64,
    },
}

/// The image `[side, side]` of lines, each a row of points; a line of one point is a dot. With `framed`, it is
/// made as MNIST's images are: scaled until its longer side is 20 pixels of 28, and moved so that the
/// centre of mass of its pixels is at the centre of the image, within a third of a pixel of 28. The thickness of lines is the same either way.
///
/// ```
/// use gradroute_images::drawing::draw;
///
/// let one = [vec![[0.1, 0.1], [0.1, 0.3]]]; // a short stroke in a corner
/// let as_drawn = draw(&one, 28, false)?;
/// let framed = draw(&one, 28, true)?; // a whole 1, in the middle
/// assert_eq!((as_drawn[5 * 28 + 2], as_drawn[14 * 28 + 14]), (255, 0));
/// assert_eq!(framed[5 * 28 + 2], 0);
/// assert!(framed[14 * 28 + 13] > 150 && framed[14 * 28 + 14] > 150);
/// # Ok::<(), gradroute_images::drawing::DrawingError>(())
/// ```
///
/// # Errors
/// When a point is not on the pad.
pub fn draw(lines: &[Vec<Point>], side: usize, framed: bool) -> Result<Vec<u8>, DrawingError> {
    for (line, points) in lines.iter().enumerate() {
        for (point, &[x, y]) in points.iter().enumerate() {
            if ![x, y].iter().all(|v| (0.0..=1.0).contains(v)) {
                return Err(DrawingError::Outside { line, point, x, y });
            }
        }
    }
    let pixels = side as f64;
    let at = Placed { scale: pixels, shift: [0.0; 2] };
    Ok(match framed {
        true => framed_image(lines, side),
        false => raster(lines, side, at),
    })
}

/// Where the pad lies on the image: a point becomes `scale * point + shift`, in pixels.
#[derive(Clone, Copy)]
struct Placed {
    scale: f64,
    shift: [f64; 2],
}

impl Placed {
    fn point(self, point: Point) -> Point {
        [0, 1].map(|axis| self.scale * point[axis] + self.shift[axis])
    }
}

fn framed_image(lines: &[Vec<Point>], side: usize) -> Vec<u8> {
    let Some([low, high]) = bounds(lines) else { return vec![0; side * side] };
    let pixels = side as f64;
    let longer = (high[0] - low[0]).max(high[1] - low[1]);
    // What the pen adds on both sides is within the box.
    let wanted = (BOX - 2.0 * PEN) * pixels / MNIST;
    let scale = if longer > 0.0 { wanted / longer } else { 0.0 };
    let shift = [0, 1].map(|axis| 0.5 * pixels - scale * 0.5 * (low[axis] + high[axis]));
    let at = Placed { scale, shift };
    let mass = centre_of_mass(&raster(lines, side, at), side);
    let shift = [0, 1].map(|axis| at.shift[axis] + 0.5 * pixels - mass[axis]);
    raster(lines, side, Placed { scale, shift })
}

/// The smallest and the largest coordinates; none without points.
fn bounds(lines: &[Vec<Point>]) -> Option<[Point; 2]> {
    let points = lines.iter().flatten().map(|&point| [point, point]);
    points.reduce(|[low, high], [point, _]| {
        [
            [0, 1].map(|axis| point[axis].min(low[axis])),
            [0, 1].map(|axis| point[axis].max(high[axis])),
        ]
    })
}

/// In pixels, where a pixel's own centre is half a pixel from its sides.
fn centre_of_mass(image: &[u8], side: usize) -> Point {
    let (mut mass, mut sums) = (0.0, [0.0; 2]);
    for (i, &value) in image.iter().enumerate() {
        let value = f64::from(value);
        mass += value;
        sums[0] += value * ((i % side) as f64 + 0.5);
        sums[1] += value * ((i / side) as f64 + 0.5);
    }
    sums.map(|sum| sum / mass)
}

/// A pixel is as bright as the pen covers it along the shortest way from its centre to a line.
fn raster(lines: &[Vec<Point>], side: usize, at: Placed) -> Vec<u8> {
    let pen = PEN * side as f64 / MNIST;
    let mut image = vec![0u8; side * side];
    for line in lines {
        let dot = [line.first(), line.first()];
        let parts = line.windows(2).map(|part| [part.first(), part.last()]);
        for part in parts.chain((line.len() == 1).then_some(dot)) {
            let [Some(&from), Some(&to)] = part else { continue };
            let (from, to) = (at.point(from), at.point(to));
            let reach = |axis: usize| {
                let (low, high) = (from[axis].min(to[axis]), from[axis].max(to[axis]));
                let cut = |v: f64| v.clamp(0.0, side as f64) as usize;
                cut(low - pen - 1.0)..cut(high + pen + 2.0)
            };
            for y in reach(1) {
                for x in reach(0) {
                    let distance = to_part([x as f64 + 0.5, y as f64 + 0.5], from, to);
                    let covered = (pen + 0.5 - distance).clamp(0.0, 1.0);
                    let pixel = &mut image[y * side + x];
                    *pixel = (*pixel).max((255.0 * covered).round() as u8);
                }
            }
        }
    }
    image
}

/// The distance of a point from the straight part between two others.
fn to_part(point: Point, from: Point, to: Point) -> f64 {
    let way = [to[0] - from[0], to[1] - from[1]];
    let offset = [point[0] - from[0], point[1] - from[1]];
    let length = way[0] * way[0] + way[1] * way[1];
    let along = offset[0] * way[0] + offset[1] * way[1];
    let share = if length > 0.0 { (along / length).clamp(0.0, 1.0) } else { 0.0 };
    let [x, y] = [offset[0] - share * way[0], offset[1] - share * way[1]];
    (x * x + y * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIDE: usize = 28;

    #[test]
    fn the_same_lines_give_these_bytes_everywhere() {
        let seven = [vec![[0.3, 0.2], [0.7, 0.2], [0.45, 0.8]], vec![[0.4, 0.5]]];
        let sum = |framed| {
            let image = draw(&seven, SIDE, framed).unwrap();
            let weighted = image.iter().zip(1u64..).map(|(&v, i)| u64::from(v) * i).sum::<u64>();
            (image.iter().map(|&v| u64::from(v)).sum::<u64>(), weighted)
        };
        assert_eq!([sum(false), sum(true)], [(20_267, 6_388_621), (21_090, 8_271_593)]);
    }

    #[test]
    fn nothing_drawn_is_black_and_a_dot_is_seen() {
        for framed in [false, true] {
            assert_eq!(draw(&[], SIDE, framed).unwrap(), vec![0; SIDE * SIDE]);
            assert_eq!(draw(&[vec![]], SIDE, framed).unwrap(), vec![0; SIDE * SIDE]);
            let dot = draw(&[vec![[0.5, 0.5]]], SIDE, framed).unwrap();
            assert_eq!((dot[14 * SIDE + 14], dot[13 * SIDE + 13], dot[0]), (253, 253, 0));
        }
    }

    #[test]
    fn a_point_beside_the_pad_is_refused_by_its_place() {
        for bad in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            let lines = [vec![[0.0, 1.0]], vec![[0.5, 0.5], [0.5, bad]]];
            let Err(DrawingError::Outside { line, point, .. }) = draw(&lines, SIDE, true) else {
                panic!("{bad} was taken")
            };
            assert_eq!((line, point), (1, 1));
        }
    }

    fn lines() -> impl Strategy<Value = Vec<Vec<Point>>> {
        let point = (0.3..0.7, 0.3..0.7).prop_map(|(x, y)| [x, y]);
        prop::collection::vec(prop::collection::vec(point, 1..8), 1..5)
    }

    proptest! {
        #[test]
        fn framed_an_image_does_not_depend_on_where_and_how_large_it_was_drawn(
            lines in lines(), scale in 0.3f64..1.4, x in -0.05..0.05, y in -0.05..0.05,
        ) {
            let [low, high] = bounds(&lines).unwrap();
            prop_assume!((high[0] - low[0]).max(high[1] - low[1]) > 0.01);
            let moved: Vec<Vec<Point>> = lines.iter().map(|line| {
                line.iter().map(|p| [0.5 + scale * (p[0] - 0.5) + x, 0.5 + scale * (p[1] - 0.5) + y]).collect()
            }).collect();
            let (a, b) = (draw(&lines, SIDE, true).unwrap(), draw(&moved, SIDE, true).unwrap());
            for (a, b) in a.iter().zip(&b) {
                prop_assert!(a.abs_diff(*b) <= 2, "{a} and {b}");
            }
        }

        #[test]
        fn framed_the_centre_of_mass_is_within_a_third_of_a_pixel_of_the_centre(lines in lines()) {
            let image = draw(&lines, SIDE, true).unwrap();
            let at_a_side = |i: usize| [i % SIDE, i / SIDE].iter().any(|&at| at == 0 || at == SIDE - 1);
            prop_assume!((0..image.len()).all(|i| image[i] == 0 || !at_a_side(i)));
            let mass = centre_of_mass(&image, SIDE);
            for v in mass {
                prop_assert!((v - 14.0).abs() < 1.0 / 3.0, "{mass:?}");
            }
        }

        #[test]
        fn the_order_and_direction_of_lines_do_not_matter(lines in lines(), framed: bool) {
            let mut other: Vec<Vec<Point>> = lines.clone();
            other.reverse();
            other.iter_mut().for_each(|line| line.reverse());
            let (a, b) = (draw(&lines, SIDE, framed).unwrap(), draw(&other, SIDE, framed).unwrap());
            for (a, b) in a.iter().zip(&b) {
                prop_assert!(a.abs_diff(*b) <= 1);
            }
        }
    }
}
