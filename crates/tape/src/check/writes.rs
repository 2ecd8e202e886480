//! Whether backwards obey [`Write`]: an op that stores where it must add is right in every graph that
//! uses its operands once, and so in most checks.

use gradroute_kernels::Write;

use super::error::{CheckError, labelled};
use crate::graph::Graph;
use crate::info::NodeRef;
use crate::node::Kind;
use crate::op::{Backward, Op};

/// Calls the backward of a node by itself, for each operand that a gradient flows to: once to store
/// over NaN, once to add to numbers. Both must give the same; and of an adjoint of 0, storing must make
/// 0.
pub(super) fn obey(
    graph: &Graph<'_, f64>,
    node: &NodeRef<'_, f64>,
    adjoint: &[f64],
) -> Result<(), CheckError> {
    let state = graph.state.borrow();
    let (tape, index) = (&state.tape, node.index());
    let entry = &tape.nodes[index];
    let Kind::Apply(op) = entry.kind else { return Ok(()) };
    let op: &dyn Op<f64> = op;
    let operands = state.operands(entry, graph.params());
    let (attrs, shape) = (&entry.attrs, tape.stored[index].shape);
    let out = operands.memory.read(tape.stored[index]);
    let (mut dout, mut zeros) = (adjoint.to_vec(), vec![0.0; adjoint.len()]);
    op.prepare_backward(operands, attrs, out, &mut dout);
    op.prepare_backward(operands, attrs, out, &mut zeros);

    for position in (0..operands.count()).filter(|&i| node.passes_gradient_to(i)) {
        let view = Backward { operands, attrs, out, shape, dout: &dout };
        let mut of_zeros = vec![f64::NAN; operands.shape(position).len()];
        op.backward(Backward { dout: &zeros, ..view }, position, Write::Store, &mut of_zeros);
        if let Some(element) = of_zeros.iter().position(|&v| v != 0.0) {
            let op = labelled(op.name(), &tape.labels.path(entry.label));
            let (operand, found) = (position, of_zeros[element]);
            return Err(CheckError::ZeroAdjoint { op, operand, element, found });
        }
        let mut stored = vec![f64::NAN; operands.shape(position).len()];
        op.backward(view, position, Write::Store, &mut stored);
        let before: Vec<f64> = (0..stored.len()).map(|i| 1.0 + (i % 5) as f64).collect();
        let mut sums = before.clone();
        op.backward(view, position, Write::Add, &mut sums);
        for (element, (&stored, &sum)) in stored.iter().zip(&sums).enumerate() {
            let before = before[element];
            let expected = before + stored;
            let fits = (sum - expected).abs() <= 1e-9 * (before + stored.abs());
            // Infinities and NaN can't be subtracted.
            let same = fits || sum.total_cmp(&expected).is_eq() || sum.is_nan() && stored.is_nan();
            if !same {
                let op = labelled(op.name(), &tape.labels.path(entry.label));
                let [operand, element] = [position, element];
                return Err(CheckError::Write { op, operand, element, stored, before, sum });
            }
        }
    }
    Ok(())
}
