//! An op of your own, checked: the softsign, then the same op with two kinds of wrong backwards.

use gradroute_tape::check::{Check, CheckError};
use gradroute_tape::{Attrs, Backward, Op, Operands, Params, Real, Shape, Write};

/// `x / (1 + |x|)`, whose derivative is `1 / (1 + |x|)^2`.
struct Softsign;

impl<T: Real> Op<T> for Softsign {
    fn name(&self) -> &'static str {
        "softsign"
    }

    fn shape(&self, operands: Operands<'_, T>, _: &Attrs) -> Result<Shape, String> {
        Ok(operands.shape(0))
    }

    fn forward(&self, operands: Operands<'_, T>, _: &Attrs, out: &mut [T]) {
        for (y, &x) in out.iter_mut().zip(operands.value(0)) {
            *y = x / (T::ONE + x.abs());
        }
    }

    fn backward(&self, node: Backward<'_, T>, _: usize, write: Write, dx: &mut [T]) {
        for ((slot, &x), &dy) in dx.iter_mut().zip(node.operands.value(0)).zip(node.dout) {
            let below = T::ONE + x.abs();
            write.to(slot, dy / (below * below));
        }
    }
}

/// The same with a mistake.
enum Wrong {
    /// Of one part in ten thousand.
    Slightly,
    /// It stores, whether it is told to store or to add: nothing is wrong with that as long as its
    /// operand is used once.
    IgnoresWrite,
}

impl<T: Real> Op<T> for Wrong {
    fn name(&self) -> &'static str {
        match self {
            Wrong::Slightly => "almost_softsign",
            Wrong::IgnoresWrite => "storing_softsign",
        }
    }

    fn shape(&self, operands: Operands<'_, T>, attrs: &Attrs) -> Result<Shape, String> {
        Softsign.shape(operands, attrs)
    }

    fn forward(&self, operands: Operands<'_, T>, attrs: &Attrs, out: &mut [T]) {
        Softsign.forward(operands, attrs, out);
    }

    fn backward(&self, node: Backward<'_, T>, operand: usize, write: Write, dx: &mut [T]) {
        match self {
            Wrong::IgnoresWrite => Softsign.backward(node, operand, Write::Store, dx),
            Wrong::Slightly => {
                let more: Vec<T> = node.dout.iter().map(|&dy| dy * T::from_f64(1.0001)).collect();
                Softsign.backward(Backward { dout: &more, ..node }, operand, write, dx);
            }
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
    let check = |op: &'static dyn Op<f64>| {
        Check::default().elements(&params, |g| g.apply(op, &[g.param(x)], Attrs::default()))
    };

    let right = check(&Softsign).expect("the backward is the derivative");
    println!("softsign: {} numbers agree", right.compared);

    let wrong = check(&Wrong::Slightly).expect_err("the checker sees 1 part in 10,000");
    println!("almost_softsign: {wrong}");

    let wrong = check(&Wrong::IgnoresWrite).expect_err("the checker lets each backward add");
    assert!(matches!(wrong, CheckError::Write { .. }));
    println!("{wrong}");
}
