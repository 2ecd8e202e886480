//! A node as it would be in a batch of some of its samples.

use gradroute_kernels::{Real, rows};

use crate::op::{Backward, Op};
use crate::shape::Shape;

/// How many operands that count samples an op can have that is handed only some of them.
const MOST: usize = 4;

/// Room for rows that don't lie one behind the other.
#[derive(Default)]
pub(crate) struct SomeSamples<T> {
    room: Vec<T>,
}

impl<T: Real> SomeSamples<T> {
    /// Calls `f` with a node of which only `samples` teach, ascending rows of its output's first axis,
    /// at least one. An op that [works by sample](Op::works_by_sample) sees a smaller batch; any other
    /// one sees the whole batch, with an adjoint of 0 for the other samples.
    pub fn only<R>(
        &mut self,
        op: &'static dyn Op<T>,
        node: Backward<'_, T>,
        samples: &[u32],
        f: impl FnOnce(Backward<'_, T>) -> R,
    ) -> R {
        let Backward { operands, shape, out, dout, .. } = node;
        let count = shape.dims()[0];
        let counts = |shape: Shape| shape.carries_samples() && shape.dims()[0] == count;
        let of_samples = (0..operands.count()).filter(|&i| counts(operands.shape(i)));
        if !op.works_by_sample(operands) || of_samples.clone().count() > MOST {
            return f(Backward { dout: self.with_zeros(dout, samples, count), ..node });
        }
        let values = of_samples.clone().map(|i| operands.value(i));
        let values = [dout, out].into_iter().chain(values);
        let next_to_each_other = samples.windows(2).all(|pair| pair[1] == pair[0] + 1);
        if !next_to_each_other {
            let len = |value: &[T]| value.len() / count * samples.len();
            self.room.resize(values.clone().map(len).sum(), T::ZERO);
            let mut room = &mut self.room[..];
            for value in values {
                let (own, rest) = room.split_at_mut(len(value));
                rows::gather(own, value, samples, value.len() / count);
                room = rest;
            }
        }
        let mut room = &self.room[..];
        let mut take = |value| -> &[T] {
            let row = <[T]>::len(value) / count;
            if next_to_each_other {
                return &value[samples[0] as usize * row..][..samples.len() * row];
            }
            let (own, rest) = room.split_at(samples.len() * row);
            room = rest;
            own
        };
        let (dout, out) = (take(dout), take(out));
        let mut replaced = [(0, Shape::scalar(), &[][..]); MOST];
        let mut end = 0;
        for i in of_samples {
            let fewer = operands.shape(i).with_first(samples.len());
            replaced[end] = (i, fewer, take(operands.value(i)));
            end += 1;
        }
        let operands = operands.with(&replaced[..end]);
        f(Backward { operands, shape: shape.with_first(samples.len()), out, dout, ..node })
    }

    fn with_zeros(&mut self, dout: &[T], samples: &[u32], count: usize) -> &[T] {
        self.room.clear();
        self.room.resize(dout.len(), T::ZERO);
        let row = dout.len() / count;
        for &sample in samples {
            let range = sample as usize * row..(sample as usize + 1) * row;
            self.room[range.clone()].copy_from_slice(&dout[range]);
        }
        &self.room
    }
}
