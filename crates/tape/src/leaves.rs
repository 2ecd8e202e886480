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
        let mut state = self.recording();
        let start = state.reserve(shape.len());
        state.tape.slab[start..start + data.len()].copy_from_slice(data);
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
        assert!(
            id.index() < self.params.count(),
            "parameter number {} does not exist; the graph was opened over {} parameters",
            id.index(),
            self.params.count()
        );
        if let Some(index) = state.tape.param_nodes[id.index()] {
            return Var { index, generation: self.generation };
        }
        let place = Place::Param { start: self.params.range(id).start };
        let (kind, shape) = (Kind::Param(id.index()), self.params.shape(id));
        let var = self.push(&mut state, kind, &[], Attrs::default(), shape, place);
        state.tape.param_nodes[id.index()] = Some(var.index);
        var
    }
}
