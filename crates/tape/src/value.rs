//! Looking at the values of a graph.

use std::cell::Ref;

use gradroute_kernels::Real;
use ndarray::ArrayViewD;

use crate::graph::Graph;
use crate::node::Var;
use crate::shape::Shape;

impl<T: Real> Graph<'_, T> {
    /// The shape of a value.
    #[track_caller]
    pub fn shape(&self, var: Var) -> Shape {
        self.check_var(var, "shape");
        self.state.borrow().tape.stored[var.index()].shape
    }

    /// The elements of a value. Ops can't be applied while the returned guard lives.
    #[track_caller]
    pub fn value(&self, var: Var) -> Value<'_, T> {
        self.check_var(var, "value");
        let shape = self.shape(var);
        let data = Ref::map(self.state.borrow(), |state| {
            state.memory(self.params).read(state.tape.stored[var.index()])
        });
        Value { data, shape }
    }

    /// The value of a single number, a loss for instance.
    ///
    /// # Panics
    /// If the value has more than one element.
    #[track_caller]
    pub fn scalar(&self, var: Var) -> T {
        let value = self.value(var);
        assert!(value.len() == 1, "scalar() needs a value of one element, found {}", value.shape);
        value[0]
    }
}

/// A look at a value; see [`Graph::value`]. Dereferences to its elements, row-major.
pub struct Value<'g, T> {
    data: Ref<'g, [T]>,
    shape: Shape,
}

impl<T> Value<'_, T> {
    /// The shape of the value.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The value as an `ndarray` view.
    pub fn view(&self) -> ArrayViewD<'_, T> {
        ArrayViewD::from_shape(self.shape.dims(), &self.data).expect("length fits shape")
    }
}

impl<T> std::ops::Deref for Value<'_, T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.data
    }
}
