//! The leaves of a graph: inputs and parameters.

use gradroute_kernels::Real;
use ndarray::{ArrayView, Dimension};

use crate::graph::Graph;
use crate::node::{Kind, Var};
use crate::op::Attrs;
use crate::operands::Place;
use crate::params::ParamId;
use crate::shape::Shape;

impl<'a, T: Real> Graph<'a, T> {
    /// A batch of constants: axis 0 counts samples. The array is borrowed, not copied.
    ///
    /// # Panics
    /// If the array is not in standard (row-major, contiguous) layout or has no or too many axes.
    #[doc(alias = "from_numpy")]
    #[track_caller]
    pub fn samples<D: Dimension>(&self, array: ArrayView<'a, T, D>) -> Var {
        self.input(array, true)
    }

    /// A constant whose axes don't count samples. The array is borrowed, not copied.
    ///
    /// # Panics
    /// If the array is not in standard (row-major, contiguous) layout or has too many axes.
    #[track_caller]
    pub fn constant<D: Dimension>(&self, array: ArrayView<'a, T, D>) -> Var {
        self.input(array, false)
    }

    /// A small constant, copied onto the tape: masks and targets written out in code.
    ///
    /// # Panics
    /// If `data` does not have as many elements as `shape`.
    #[track_caller]
    pub fn literal(&self, shape: Shape, data: &[T]) -> Var {
        assert!(
            data.len() == shape.len(),
            "a literal of shape {shape} needs {} elements, found {}",
            shape.len(),
            data.len()
        );
        self.filled(shape, |i| data[i])
    }

    /// A constant on the tape, its elements by their row-major positions.
    #[track_caller]
    pub(crate) fn filled(&self, shape: Shape, mut element: impl FnMut(usize) -> T) -> Var {
        let mut state = self.recording();
        let start = state.reserve(shape.len());
        for (i, slot) in state.tape.slab[start..start + shape.len()].iter_mut().enumerate() {
            *slot = element(i);
        }
        self.push(&mut state, Kind::Input, &[], Attrs::default(), shape, Place::Slab { start })
    }

    /// The class numbers of a batch as samples `[n]`, copied onto the tape: labels for
    /// [`Graph::softmax_cross_entropy`] and [`Graph::accuracy`].
    #[track_caller]
    pub fn labels(&self, labels: &[u8]) -> Var {
        self.filled(Shape::of_samples(&[labels.len()]), |i| T::from_usize(labels[i].into()))
    }

    /// Whole numbers, copied onto the tape: tokens for [`Graph::embedding`] and
    /// [`Graph::softmax_cross_entropy`], actions for [`Graph::pick`]. A graph keeps them as reals.
    ///
    /// # Panics
    /// If `indices` does not have as many elements as `shape`, or one is 2^24 or more, from where on
    /// an f32 does not hold them all.
    #[track_caller]
    pub fn indices(&self, shape: Shape, indices: &[u32]) -> Var {
        assert!(
            indices.len() == shape.len(),
            "indices of shape {shape} need {} elements, found {}",
            shape.len(),
            indices.len()
        );
        if let Some(i) = indices.iter().position(|&index| index >= 1 << 24) {
            panic!("index {i} is {}, but must be below 2^24, to be held by an f32", indices[i]);
        }
        self.filled(shape, |i| T::from_usize(indices[i] as usize))
    }

    /// A mask `[n, dims]` by class, for [`Graph::route`], [`Graph::ablate`] and the like: 1 where
    /// `may_teach(label, dim)` says that samples of this label may teach this dim, else 0.
    /// `labels` has a label for each of the n samples. Beside a value of more axes, reshape it: to
    /// `[n, 1, dims]` for `[n, t, dims]`, or, with a label for each of n * t tokens, to `[n, t, dims]`.
    ///
    /// `may_teach` is asked once for each dim of each label that occurs.
    ///
    /// ```
    /// use gradroute_tape::{Params, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// // Digits below 5 teach dim 0, the others dim 1.
    /// let mask = g.label_mask(&[3, 8, 4], 2, |label, dim| (label < 5) == (dim == 0));
    /// assert_eq!(*g.value(mask), [1.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
    /// ```
    #[track_caller]
    pub fn label_mask(
        &self,
        labels: &[u8],
        dims: usize,
        mut may_teach: impl FnMut(u8, usize) -> bool,
    ) -> Var {
        let shape = Shape::of_samples(&[labels.len(), dims]);
        let start = self.recording().reserve(shape.len());
        let mut first_rows = [None; 1 << u8::BITS];
        for (i, &label) in labels.iter().enumerate() {
            let row = start + i * dims;
            if let Some(first) = first_rows[usize::from(label)] {
                self.recording().tape.slab.copy_within(first..first + dims, row);
                continue;
            }
            first_rows[usize::from(label)] = Some(row);
            for dim in 0..dims {
                // Asked while nothing is borrowed, as the answer may look at the graph.
                let weight = if may_teach(label, dim) { T::ONE } else { T::ZERO };
                self.recording().tape.slab[row + dim] = weight;
            }
        }
        let mut state = self.recording();
        self.push(&mut state, Kind::Input, &[], Attrs::default(), shape, Place::Slab { start })
    }

    #[track_caller]
    fn input<D: Dimension>(&self, array: ArrayView<'a, T, D>, samples: bool) -> Var {
        let dims = array.shape();
        let shape = if samples { Shape::of_samples(dims) } else { Shape::new(dims) };
        let Some(data) = array.to_slice() else {
            panic!(
                "an input must be in standard (row-major, contiguous) layout: {shape}, strides {:?}",
                array.strides()
            );
        };
        let mut state = self.recording();
        let slot = state.inputs.push(data);
        self.push(&mut state, Kind::Input, &[], Attrs::default(), shape, Place::Input { slot })
    }

    /// A parameter. Asking for the same one again gives the same `Var`.
    ///
    /// # Panics
    /// If `id` is of other parameters than this graph's.
    #[track_caller]
    pub fn param(&self, id: ParamId) -> Var {
        let mut state = self.recording();
        let shape = self.params.shape(id);
        if let Some(index) = state.tape.param_nodes[id.index()] {
            return Var { index, generation: self.generation };
        }
        let place = Place::Param { start: self.params.range(id).start };
        let kind = Kind::Param(id.index());
        let var = self.push(&mut state, kind, &[], Attrs::default(), shape, place);
        state.tape.param_nodes[id.index()] = Some(var.index);
        var
    }
}
