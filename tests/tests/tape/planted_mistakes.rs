//! The checker catches wrong backwards. Each kind of mistake is planted in an op that is right
//! without it, so that what is caught is the mistake and nothing else.

use gradroute_kernels::random::Stream;
use gradroute_tape::check::{Agreement, Check, CheckError, Place};
use gradroute_tape::{Attrs, Backward, Graph, Op, Operands, Params, Shape, Var, Write};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mistake {
    None,
    Sign,
    TransposedOperand,
    FactorSlightlyOff,
    MissingSecondUse,
    StoreWhereAddIsDue,
    ColumnShifted,
    MaskIgnored,
    MaskAppliedInForward,
    LastRowDropped,
    BiasNotReduced,
}

/// `x wᵀ + b` with `x` and `w` square, or with a mistake.
struct Layer(Mistake);

const SIZE: usize = 3;

impl Op<f64> for Layer {
    fn name(&self) -> &'static str {
        "layer"
    }

    fn shape(&self, operands: Operands<'_, f64>, _: &Attrs) -> Result<Shape, String> {
        Ok(operands.shape(0))
    }

    fn forward(&self, operands: Operands<'_, f64>, _: &Attrs, out: &mut [f64]) {
        let [x, w, b] = [0, 1, 2].map(|i| operands.value(i));
        for n in 0..SIZE {
            for o in 0..SIZE {
                let products = (0..SIZE).map(|i| x[n * SIZE + i] * w[o * SIZE + i]);
                out[n * SIZE + o] = products.sum::<f64>() + b[o];
            }
        }
    }

    fn backward(&self, node: Backward<'_, f64>, operand: usize, write: Write, dx: &mut [f64]) {
        let write = if self.0 == Mistake::StoreWhereAddIsDue { Write::Store } else { write };
        let [x, w, _] = [0, 1, 2].map(|i| node.operands.value(i));
        let dy = node.dout;
        let sum = |term: &dyn Fn(usize) -> f64| (0..SIZE).map(term).sum::<f64>();
        match operand {
            0 => {
                for n in 0..SIZE {
                    for i in 0..SIZE {
                        let to = if self.0 == Mistake::ColumnShifted { (i + 1) % SIZE } else { i };
                        let gradient = match self.0 {
                            Mistake::TransposedOperand => {
                                sum(&|o| dy[n * SIZE + o] * w[i * SIZE + o])
                            }
                            Mistake::Sign => -sum(&|o| dy[n * SIZE + o] * w[o * SIZE + i]),
                            _ => sum(&|o| dy[n * SIZE + o] * w[o * SIZE + i]),
                        };
                        write.to(&mut dx[n * SIZE + to], gradient);
                    }
                }
            }
            1 => {
                let rows = if self.0 == Mistake::LastRowDropped { SIZE - 1 } else { SIZE };
                let factor = if self.0 == Mistake::FactorSlightlyOff { 1.0 + 1e-4 } else { 1.0 };
                for o in 0..SIZE {
                    for i in 0..SIZE {
                        let terms = (0..rows).map(|n| dy[n * SIZE + o] * x[n * SIZE + i]);
                        write.to(&mut dx[o * SIZE + i], factor * terms.sum::<f64>());
                    }
                }
            }
            _ => {
                for o in 0..SIZE {
                    let gradient = match self.0 {
                        Mistake::BiasNotReduced => dy[o],
                        _ => sum(&|n| dy[n * SIZE + o]),
                    };
                    write.to(&mut dx[o], gradient);
                }
            }
        }
    }
}

/// `a * b` for each element, or with a mistake when both are the same value.
struct Product(Mistake);

impl Op<f64> for Product {
    fn name(&self) -> &'static str {
        "product"
    }

    fn shape(&self, operands: Operands<'_, f64>, _: &Attrs) -> Result<Shape, String> {
        Ok(operands.shape(0))
    }

    fn forward(&self, operands: Operands<'_, f64>, _: &Attrs, out: &mut [f64]) {
        let pairs = operands.value(0).iter().zip(operands.value(1));
        out.iter_mut().zip(pairs).for_each(|(y, (a, b))| *y = a * b);
    }

    fn backward(&self, node: Backward<'_, f64>, operand: usize, write: Write, dx: &mut [f64]) {
        let seen = self.0 != Mistake::MissingSecondUse || operand == 0;
        let other = node.operands.value(1 - operand);
        for ((slot, &dy), &other) in dx.iter_mut().zip(node.dout).zip(other) {
            write.to(slot, if seen { dy * other } else { 0.0 });
        }
    }
}

/// A route with a mask of the value's extents, or with a mistake.
struct Routed(Mistake);

impl Op<f64> for Routed {
    fn name(&self) -> &'static str {
        "routed"
    }

    fn shape(&self, operands: Operands<'_, f64>, _: &Attrs) -> Result<Shape, String> {
        Ok(operands.shape(0))
    }

    fn forward(&self, operands: Operands<'_, f64>, _: &Attrs, out: &mut [f64]) {
        for (i, y) in out.iter_mut().enumerate() {
            let mask = operands.value(1)[i];
            let factor = if self.0 == Mistake::MaskAppliedInForward { mask } else { 1.0 };
            *y = factor * operands.value(0)[i];
        }
    }

    fn differentiable(&self, operand: usize, _: &Attrs) -> bool {
        operand == 0
    }

    fn backward(&self, node: Backward<'_, f64>, _: usize, write: Write, dx: &mut [f64]) {
        let mask = node.operands.value(1);
        for ((slot, &dy), &mask) in dx.iter_mut().zip(node.dout).zip(mask) {
            write.to(slot, if self.0 == Mistake::MaskIgnored { dy } else { mask * dy });
        }
    }

    fn has_surrogate(&self, _: &Attrs) -> bool {
        true
    }

    fn surrogate(
        &self,
        operands: Operands<'_, f64>,
        recorded: &[Vec<f64>],
        _: &Attrs,
        out: &mut [f64],
    ) {
        for (i, y) in out.iter_mut().enumerate() {
            let (x, mask, x0) = (operands.value(0)[i], operands.value(1)[i], recorded[0][i]);
            *y = x0 + mask * (x - x0);
        }
    }
}

fn check(build: impl Fn(&Graph<'_, f64>, [Var; 3]) -> Var) -> Result<Agreement, CheckError> {
    let mut stream = Stream::new(7, "planted mistakes", 0);
    let mut params = Params::new();
    let [x, w] = ["x", "w"].map(|name| params.add(name, &[SIZE, SIZE], || stream.normal()));
    let b = params.add("b", &[SIZE], || stream.normal());
    Check::default().elements(&params, |g| build(g, [x, w, b].map(|id| g.param(id))))
}

fn layer(op: &'static Layer) -> Result<Agreement, CheckError> {
    check(|g, operands| g.tanh(g.apply(op, &operands, Attrs::default())))
}

/// The layer's input has another use, whose backward comes first.
fn layer_after_another_use(op: &'static Layer) -> Result<Agreement, CheckError> {
    check(|g, [x, w, b]| {
        let y = g.apply(op, &[x, w, b], Attrs::default());
        g.add(g.tanh(y), g.exp(x))
    })
}

fn square(op: &'static Product) -> Result<Agreement, CheckError> {
    check(|g, [x, w, b]| g.add(g.apply(op, &[x, x], Attrs::default()), g.mul(w, b)))
}

fn mask(g: &Graph<'_, f64>) -> Var {
    g.literal(Shape::new(&[SIZE, SIZE]), &[0.0, 1.0, 0.5, -2.0, 0.0, 1.0, 3.0, 0.0, 1.0])
}

/// Where the masked value is the result itself, the loss is linear in it.
fn routed(op: &'static Routed) -> Result<Agreement, CheckError> {
    check(|g, [x, w, b]| g.apply(op, &[g.linear(x, w, Some(b)), mask(g)], Attrs::default()))
}

fn routed_into_a_curve(op: &'static Routed) -> Result<Agreement, CheckError> {
    check(|g, [x, w, b]| g.tanh(g.apply(op, &[g.linear(x, w, Some(b)), mask(g)], Attrs::default())))
}

#[track_caller]
fn is_caught_in(parameter: &str, result: Result<Agreement, CheckError>) {
    match result {
        Err(CheckError::Mismatch { place: Place::Element(name, _), .. }) => {
            assert_eq!(name, parameter, "the mismatch is where the mistake is");
        }
        other => panic!("expected a mismatch in `{parameter}`, got {other:?}"),
    }
}

#[test]
fn the_ops_without_a_mistake_pass() {
    let count = 2 * SIZE * SIZE + SIZE;
    for result in [
        layer(&Layer(Mistake::None)),
        layer_after_another_use(&Layer(Mistake::None)),
        square(&Product(Mistake::None)),
        routed(&Routed(Mistake::None)),
        routed_into_a_curve(&Routed(Mistake::None)),
    ] {
        assert_eq!(result.expect("right backwards pass").compared, count);
    }
}

#[test]
fn a_wrong_sign_is_caught() {
    is_caught_in("x", layer(&Layer(Mistake::Sign)));
}

#[test]
fn a_transposed_operand_is_caught() {
    is_caught_in("x", layer(&Layer(Mistake::TransposedOperand)));
}

#[test]
fn a_factor_of_one_and_a_ten_thousandth_is_caught() {
    is_caught_in("w", layer(&Layer(Mistake::FactorSlightlyOff)));
}

#[test]
fn a_missing_second_use_is_caught() {
    is_caught_in("x", square(&Product(Mistake::MissingSecondUse)));
}

#[test]
fn a_store_where_an_add_is_due_is_caught() {
    // Also where each operand has one use, so that there is nothing to add.
    let wrong = &Layer(Mistake::StoreWhereAddIsDue);
    for result in [layer(wrong), layer_after_another_use(wrong)] {
        let error = result.expect_err("the backward ignores Write");
        assert!(matches!(error, CheckError::Write { operand: 0, .. }), "{error}");
        assert!(error.to_string().contains("layer: the backward of operand 0"), "{error}");
    }
}

#[test]
fn a_shifted_column_is_caught() {
    is_caught_in("x", layer(&Layer(Mistake::ColumnShifted)));
}

#[test]
fn an_ignored_mask_is_caught() {
    is_caught_in("x", routed(&Routed(Mistake::MaskIgnored)));
    is_caught_in("x", routed_into_a_curve(&Routed(Mistake::MaskIgnored)));
}

#[test]
fn a_mask_applied_in_the_forward_is_caught() {
    for result in [
        routed(&Routed(Mistake::MaskAppliedInForward)),
        routed_into_a_curve(&Routed(Mistake::MaskAppliedInForward)),
    ] {
        let error = result.expect_err("a route's forward is the identity");
        assert!(matches!(error, CheckError::OtherValue { .. }), "{error}");
        assert!(error.to_string().contains("routed"), "{error}");
    }
}

#[test]
fn a_dropped_last_row_is_caught() {
    is_caught_in("w", layer(&Layer(Mistake::LastRowDropped)));
}

#[test]
fn a_bias_that_is_not_reduced_is_caught() {
    is_caught_in("b", layer(&Layer(Mistake::BiasNotReduced)));
}
