//! A table of vectors, one for each token.

use gradroute_kernels::Real;

use super::init;
use crate::graph::Graph;
use crate::node::Var;
use crate::params::{ParamId, Params};

/// The parameter `NAME.weight` `[entries, d]`.
#[derive(Clone, Debug)]
pub struct Embedding {
    name: String,
    /// The table, `[entries, d]`.
    pub weight: ParamId,
}

impl Embedding {
    /// Adds the table, normal with mean 0 and variance 1 as PyTorch's `nn.Embedding`, from a random
    /// stream of its own.
    ///
    /// # Panics
    /// If a parameter of that name exists.
    #[track_caller]
    pub fn new<T: Real>(
        params: &mut Params<T>,
        name: &str,
        entries: usize,
        d: usize,
        seed: u64,
    ) -> Self {
        let weight = init::normal(params, &format!("{name}.weight"), &[entries, d], 1.0, seed);
        Self { name: name.to_owned(), weight }
    }

    /// The rows that `indices` `[..]` name, as `[.., d]`; see [`Graph::embedding`].
    ///
    /// ```
    /// use gradroute_tape::layers::Embedding;
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let mut params = Params::<f32>::new();
    /// let tokens = Embedding::new(&mut params, "tokens", 100, 8, 0);
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = tokens.forward(&g, g.indices(Shape::of_samples(&[2, 3]), &[5, 1, 4, 4, 0, 99]));
    /// assert_eq!(g.shape(x), Shape::of_samples(&[2, 3, 8]));
    /// ```
    ///
    /// # Panics
    /// If an index is not the number of an entry.
    #[track_caller]
    pub fn forward<T: Real>(&self, g: &Graph<'_, T>, indices: Var) -> Var {
        let _scope = g.scope(&self.name);
        g.embedding(g.param(self.weight), indices)
    }
}
