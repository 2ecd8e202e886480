//! An op of your own, checked: the softplus, then the same op with a wrong backward.

use gradroute_tape::check::Check;
use gradroute_tape::{Attrs, Backward, Op, Operands, Params, Real, Shape, Write};

/// `ln(1 + exp(x))`, whose derivative is the logistic function.
struct Softplus;

impl<T: Real> Op<T> for Softplus {
    fn name(&self) -> &'static str {
        "softplus"
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        Ok(operands.shape(0))
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        for (y, &x) in out.iter_mut().zip(operands.value(0)) {
            *y = (T::ONE + x.exp()).ln();
        }
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        for ((slot, &x), &dy) in dx.iter_mut().zip(node.operands.value(0)).zip(node.dout) {
            write.to(slot, dy * x.sigmoid());
        }
    }
}

/// The same with a mistake of one part in ten thousand.
struct AlmostSoftplus;

impl<T: Real> Op<T> for AlmostSoftplus {
    fn name(&self) -> &'static str {
        "almost_softplus"
    }

    fn shape(&self, operands: Operands<'_, T>, attrs: &Attrs) -> Result<Shape, String> {
        Softplus.shape(operands, attrs)
    }

    fn forward(&self, operands: Operands<'_, T>, attrs: &Attrs, out: &mut [T]) {
        Softplus.forward(operands, attrs, out);
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        for ((slot, &x), &dy) in dx.iter_mut().zip(node.operands.value(0)).zip(node.dout) {
            write.to(slot, dy * x.sigmoid() * T::from_f64(1.0001));
        }
    }
}

fn main() {
    let mut params = Params::<f64>::new();
    let mut next = -2.0;
    let x = params.add("x", &[3, 2], || {
        next += 0.7;
        next
    });

    let right = Check::default()
        .elements(&params, |g| g.apply(&Softplus, &[g.param(x)], Attrs::default()))
        .expect("the backward is the derivative");
    println!("softplus: {} numbers agree", right.compared);

    let wrong = Check::default()
        .elements(&params, |g| g.apply(&AlmostSoftplus, &[g.param(x)], Attrs::default()))
        .expect_err("the checker sees 1 part in 10,000");
    println!("almost_softplus: {wrong}");
}
