//! The axes in another order.

use gradroute_kernels::strided::{self, Strided, contiguous};
use gradroute_kernels::{Real, Write};

use crate::graph::Graph;
use crate::node::Var;
use crate::op::{Attrs, Backward, Op, Rule};
use crate::operands::Operands;
use crate::shape::{MAX_AXES, Shape};

/// `ints`: which axis of the operand becomes each axis of the result, then the number of axes.
struct Permute;

const RANK: usize = MAX_AXES;

fn axes(attrs: &Attrs) -> &[usize] {
    &attrs.ints[..attrs.ints[RANK]]
}

/// For each axis of a result of shape `out`, padded in front, the stride of the operand's axis, padded
/// as well, that became it.
fn strides(x: Shape, attrs: &Attrs) -> [usize; MAX_AXES] {
    let (of_x, front) = (contiguous(x.padded()), MAX_AXES - x.rank());
    let mut strides = of_x;
    for (slot, &axis) in strides[front..].iter_mut().zip(axes(attrs)) {
        *slot = of_x[front + axis];
    }
    strides
}

impl<T: Real> Op<T> for Permute {
    fn name(&self) -> &'static str {
        "permute"
    }

    fn shape(&self, operands: Operands<'_, T>, attrs: &Attrs) -> Result<Shape, String> {
        let (x, axes) = (operands.shape(0), axes(attrs));
        let each_once = (0..x.rank()).all(|axis| axes.contains(&axis));
        if axes.len() != x.rank() || !each_once {
            return Err(format!("the order {axes:?} must name each of {} axes once", x.rank()));
        }
        let mut dims = [1; MAX_AXES];
        dims.iter_mut().zip(axes).for_each(|(slot, &axis)| *slot = x.dims()[axis]);
        let samples = x.carries_samples() && axes[0] == 0;
        Ok(Shape::new(&dims[..x.rank()]).with_samples(samples))
    }

    fn forward(&self, operands: Operands<'_, T>, attrs: &Attrs, out: &mut [T]) {
        let x = operands.shape(0);
        let mut dims = [1; MAX_AXES];
        let front = MAX_AXES - x.rank();
        dims[front..].iter_mut().zip(axes(attrs)).for_each(|(slot, &axis)| *slot = x.dims()[axis]);
        let x = Strided { data: operands.value(0), strides: strides(x, attrs) };
        strided::map1(Write::Store, out, dims, x, |x| x);
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        let x = node.operands.shape(0);
        let (of_out, front) = (contiguous(node.shape.padded()), MAX_AXES - x.rank());
        let mut strides = of_out;
        for (to, &axis) in axes(node.attrs).iter().enumerate() {
            strides[front + axis] = of_out[front + to];
        }
        let dy = Strided { data: node.dout, strides };
        strided::map1(write, dx, x.padded(), dy, |dy| dy);
    }

    fn describe(&self, attrs: &Attrs) -> String {
        format!("order {:?}", axes(attrs))
    }

    fn rule(&self, _: &Attrs) -> Rule {
        Rule {
            forward: "y = permute(x, order)",
            backward: "dx = permute(dy, the order undone)",
            words: "Each number's gradient goes back to the place that the number came from.",
        }
    }
}

impl<T: Real> Graph<'_, T> {
    /// The same elements with the axes in the order `axes`: axis `i` of the result is axis `axes[i]`
    /// of `x`, as in NumPy's `transpose` and PyTorch's `permute`. Axis 0 goes on counting samples if
    /// it stays first.
    ///
    /// ```
    /// use gradroute_tape::{Params, Shape, Tape};
    ///
    /// let params = Params::<f32>::new();
    /// let mut tape = Tape::new();
    /// let g = tape.graph(&params);
    /// let x = g.literal(Shape::new(&[2, 3]), &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    /// assert_eq!(*g.value(g.permute(x, &[1, 0])), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    /// ```
    ///
    /// # Panics
    /// If `axes` does not name each axis once.
    #[doc(alias = "transpose")]
    #[track_caller]
    pub fn permute(&self, x: Var, axes: &[usize]) -> Var {
        assert!(
            axes.len() <= MAX_AXES,
            "permute: the order {axes:?} names more axes than the {MAX_AXES} that a value can have"
        );
        let mut attrs = Attrs::of(axes);
        attrs.ints[RANK] = axes.len();
        self.apply(&Permute, &[x], attrs)
    }
}
