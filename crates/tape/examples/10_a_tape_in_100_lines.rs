//! A tape in 100 lines, from scratch, without the crate: a list of numbers that know their origin.
//! `list`, `check` or `route` as argument shows one part; without one, all are shown.

/// A number, how it was made, and of what: for each number that it was made of, that one's place
/// in the list and the slope, by how much this one grows when that one grows by 1.
struct Node {
    how: String,
    value: f64,
    made_of: Vec<(usize, f64)>,
}
struct Tape(Vec<Node>);

impl Tape {
    /// Writes a number down; its place in the list stands for it from now on.
    fn push(&mut self, how: String, value: f64, made_of: Vec<(usize, f64)>) -> usize {
        self.0.push(Node { how, value, made_of });
        self.0.len() - 1
    }

    fn input(&mut self, name: &str, value: f64) -> usize {
        self.push(name.to_owned(), value, vec![])
    }

    fn add(&mut self, a: usize, b: usize) -> usize {
        let (x, y) = (self.0[a].value, self.0[b].value);
        self.push(format!("%{a} + %{b}"), x + y, vec![(a, 1.0), (b, 1.0)])
    }

    fn mul(&mut self, a: usize, b: usize) -> usize {
        let (x, y) = (self.0[a].value, self.0[b].value);
        self.push(format!("%{a} * %{b}"), x * y, vec![(a, y), (b, x)])
    }

    /// Forward it is the number itself. Backward the mask stands where the true slope, 1, would.
    fn route(&mut self, a: usize, mask: f64) -> usize {
        self.push(format!("route %{a} by {mask}"), self.0[a].value, vec![(a, mask)])
    }

    /// The slope of the list's last number, the loss, with respect to each number.
    fn backward(&self) -> Vec<f64> {
        let mut gradient = vec![0.0; self.0.len()];
        *gradient.last_mut().expect("the list is not empty") = 1.0;
        for at in (0..self.0.len()).rev() {
            for &(origin, slope) in &self.0[at].made_of {
                gradient[origin] += slope * gradient[at];
            }
        }
        gradient
    }
}

/// `(w x + y)^2`, which uses `w x + y`, in place 4, twice.
fn square(w: f64) -> Tape {
    let mut tape = Tape(vec![]);
    let (w, x, y) = (tape.input("w", w), tape.input("x", 2.0), tape.input("y", -5.0));
    let product = tape.mul(w, x);
    let error = tape.add(product, y);
    tape.mul(error, error);
    tape
}

/// `w a + w b`: two samples, 2 and 10, and each has its number of the mask.
fn two_samples(w: f64, mask: [f64; 2]) -> Tape {
    let mut tape = Tape(vec![]);
    let (w, a, b) = (tape.input("w", w), tape.input("a", 2.0), tape.input("b", 10.0));
    let (a, b) = (tape.mul(w, a), tape.mul(w, b));
    let (a, b) = (tape.route(a, mask[0]), tape.route(b, mask[1]));
    tape.add(a, b);
    tape
}

/// How steep the loss is in w, measured: w a little larger, and a little smaller.
fn measured(tape_of: impl Fn(f64) -> Tape, w: f64) -> f64 {
    let loss = |w| tape_of(w).0.last().expect("the list is not empty").value;
    (loss(w + 1e-4) - loss(w - 1e-4)) / 2e-4
}

fn main() {
    let shows = |part| std::env::args().nth(1).is_none_or(|wanted| wanted == part);
    let (list, slopes) = (square(3.0), square(3.0).backward());
    if shows("list") {
        for (at, Node { how, value, made_of }) in list.0.iter().enumerate() {
            println!("%{at}  {how:<7}  value {value:>2}  gradient {}  {made_of:?}", slopes[at]);
        }
    }
    if shows("check") {
        println!("by the tape {}, measured {:.4}", slopes[0], measured(square, 3.0));
    }
    if shows("route") {
        for mask in [[1.0, 1.0], [1.0, 0.0]] {
            let tape = two_samples(3.0, mask);
            let (loss, slope) = (tape.0[7].value, tape.backward()[0]);
            let by_hand = measured(|w| two_samples(w, mask), 3.0);
            println!("mask {mask:?}: loss {loss}, by the tape {slope}, measured {by_hand:.4}");
        }
    }
    assert_eq!(slopes, [4.0, 6.0, 2.0, 2.0, 2.0, 1.0]);
    assert!((measured(square, 3.0) - slopes[0]).abs() < 1e-6);
    assert_eq!(two_samples(3.0, [1.0, 0.0]).backward()[0], 2.0);
}
