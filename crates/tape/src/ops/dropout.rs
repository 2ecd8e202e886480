//! Dropout.

use gradroute_kernels::{Real, random::Stream};

use crate::graph::Graph;
use crate::node::Var;

impl<T: Real> Graph<'_, T> {
    /// `x` with each element set to 0 with probability `p`, the others divided by `1 - p`, so that
    /// their mean stays (Srivastava et al. 2014, JMLR 15). It is an [`ablate`](Graph::ablate) with a
    /// mask that `stream` draws, one number an element in row-major order: the same stream gives the
    /// same mask on every machine. So give each step a stream of its own, by its number, and each
    /// dropout of a step another purpose, or the same stream to go on with. Leave dropout out when you
    /// evaluate: the tape has no modes.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Stream, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let (seed, numbers) = (0, [1.0; 4]);
    /// for step in 0..3 {
    ///     let mut stream = Stream::new(seed, "dropout", step);
    ///     let g = tape.graph(&params);
    ///     let x = g.literal(Shape::of_samples(&[1, 4]), &numbers);
    ///     let y = g.dropout(x, 0.5, &mut stream);
    ///     assert!(g.value(y).iter().all(|&y| y == 0.0 || y == 2.0));
    /// }
    /// ```
    ///
    /// # Panics
    /// If `p` is not from 0 to below 1.
    #[track_caller]
    pub fn dropout(&self, x: Var, p: f64, stream: &mut Stream) -> Var {
        assert!((0.0..1.0).contains(&p), "dropout: p must be from 0 to below 1, found {p}");
        let shape = self.shape(x);
        let kept = T::from_f64(1.0 / (1.0 - p));
        let mask = self.filled(shape, |_| if stream.uniform() < p { T::ZERO } else { kept });
        self.ablate(x, mask)
    }
}
