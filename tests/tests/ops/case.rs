//! What a case of the registry is made of: sizes, operands, constants, and a function of them.

use gradroute_kernels::random::Stream;
use gradroute_tape::{Graph, ParamId, Params, Real, Shape, Var};

/// Extents of a case.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Samples.
    pub n: usize,
    /// Rows of a sample.
    pub t: usize,
    /// Elements of a row.
    pub d: usize,
    /// Another extent.
    pub k: usize,
}

impl Sizes {
    /// Small extents, 0 and 1 among them.
    pub fn small(seed: u64) -> Self {
        let mut stream = Stream::new(seed, "sizes", 0);
        let [n, t, d, k] = [(); 4].map(|()| stream.below(5) as usize);
        Sizes { n, t, d, k }
    }

    /// Extents for which work is shared by threads.
    pub const LARGE: Self = Sizes { n: 67, t: 9, d: 70, k: 33 };

    /// The same extents, none of which is 0.
    pub fn filled(self) -> Self {
        let Sizes { n, t, d, k } = self;
        Sizes { n: n.max(1), t: t.max(1), d: d.max(1), k: k.max(1) }
    }
}

/// A differentiable operand: its extents, whether its axis 0 counts samples each of which matters for its
/// own row of the result alone, and whether its elements are at least a half.
#[derive(Clone, Copy)]
pub struct Operand {
    pub shape: Shape,
    pub positive: bool,
}

/// Elements of the normal distribution.
pub fn normal(dims: &[usize]) -> Operand {
    Operand { shape: Shape::new(dims), positive: false }
}

/// Elements of at least a half, for functions with a pole at 0.
pub fn positive(dims: &[usize]) -> Operand {
    Operand { positive: true, ..normal(dims) }
}

impl Operand {
    /// Axis 0 counts samples that don't mix.
    pub fn by_sample(self) -> Self {
        Operand { shape: self.shape.with_samples(true), ..self }
    }

    /// An element.
    pub fn draw(&self, stream: &mut Stream) -> f64 {
        match self.positive {
            true => 0.5 + stream.normal().abs(),
            false => stream.normal(),
        }
    }
}

/// Draws the constants of a case, each by its name. Masks say whose gradient passes, so they count
/// samples; of the others those with an odd seed do.
#[derive(Clone, Copy, Debug)]
pub struct Constants {
    pub seed: u64,
}

impl Constants {
    /// Weights of a mask: 0, 1 and any other real number, a third each.
    pub fn mask<T: Real>(&self, g: &Graph<'_, T>, name: &str, dims: &[usize]) -> Var {
        self.filled(g, name, (dims, true), |stream| match stream.below(3) {
            0 => 0.0,
            1 => 1.0,
            _ => 2.0 * stream.normal(),
        })
    }

    /// Weights of a mask over which a mean is taken: 0 and positive numbers.
    pub fn weights<T: Real>(&self, g: &Graph<'_, T>, name: &str, dims: &[usize]) -> Var {
        self.filled(g, name, (dims, self.seed % 2 == 1), |stream| match stream.below(3) {
            0 => 0.0,
            _ => 0.5 + stream.uniform(),
        })
    }

    /// Numbers from 0 to 1.
    pub fn shares<T: Real>(&self, g: &Graph<'_, T>, name: &str, dims: &[usize]) -> Var {
        self.filled(g, name, (dims, self.seed % 2 == 1), Stream::uniform)
    }

    /// Whole numbers below `count`.
    pub fn indices<T: Real>(
        &self,
        g: &Graph<'_, T>,
        name: &str,
        dims: &[usize],
        count: usize,
    ) -> Var {
        self.filled(g, name, (dims, self.seed % 2 == 1), |stream| stream.below(count as u64) as f64)
    }

    fn filled<T: Real>(
        &self,
        g: &Graph<'_, T>,
        name: &str,
        (dims, by_sample): (&[usize], bool),
        mut draw: impl FnMut(&mut Stream) -> f64,
    ) -> Var {
        let mut stream = Stream::new(self.seed, &format!("constant {name}"), 0);
        let shape = Shape::new(dims).with_samples(!dims.is_empty() && by_sample);
        let data: Vec<T> = (0..shape.len()).map(|_| T::from_f64(draw(&mut stream))).collect();
        g.literal(shape, &data)
    }
}

/// A function of operands, for one precision.
pub type Build<T> = fn(&Graph<'_, T>, &[Var], Sizes, Constants) -> Var;

/// An op, or a way to use it, as a function of operands that are drawn by a seed.
pub struct Case {
    pub name: &'static str,
    /// Sizes that the op can take, from any.
    pub sizes: fn(Sizes) -> Sizes,
    pub operands: fn(Sizes) -> Vec<Operand>,
    pub single: Build<f32>,
    pub double: Build<f64>,
}

impl Case {
    /// Parameters that hold operands drawn by `seed`, with their handles.
    pub fn params<T: Real>(&self, sizes: Sizes, seed: u64) -> (Params<T>, Vec<ParamId>) {
        let mut params = Params::new();
        let operands = (self.operands)(sizes);
        let ids = operands.iter().enumerate().map(|(i, operand)| {
            let mut stream = Stream::new(seed, &format!("operand {i}"), 0);
            let mut draw = || T::from_f64(operand.draw(&mut stream));
            params.add(&format!("x{i}"), operand.shape.dims(), &mut draw)
        });
        let ids = ids.collect();
        (params, ids)
    }
}

/// A precision, and the case's function for it.
pub trait Precision: Real {
    fn build(case: &Case) -> Build<Self>;
}

impl Precision for f32 {
    fn build(case: &Case) -> Build<f32> {
        case.single
    }
}

impl Precision for f64 {
    fn build(case: &Case) -> Build<f64> {
        case.double
    }
}
