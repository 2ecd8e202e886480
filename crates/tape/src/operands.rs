//! Where values live, and how an op reads those of its operands.

use gradroute_kernels::Real;

use crate::shape::Shape;

/// Where the elements of a node lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the tape's slab of values.
    Slab { start: usize },
    /// In the flat buffer of the parameters.
    Param { start: usize },
    /// In an array borrowed from the caller.
    Input { slot: usize },
}

/// What a reader needs to know of a node's value. Apart from the node, which knows the op: ops are
/// defined by what they read.
#[derive(Clone, Copy)]
pub(crate) struct Stored {
    pub shape: Shape,
    pub place: Place,
    /// Whether the op that made it ignores the adjoint of its zeros.
    pub ignores_adjoint_of_zeros: bool,
}

/// How many borrowed inputs fit before a graph has to allocate for them.
const INLINE_INPUTS: usize = 16;

/// The borrowed inputs of one graph. A plain array first, so that opening a graph allocates
/// nothing; no `Drop`, so that the borrow ends with the graph's last use.
pub(crate) struct Inputs<'a, T> {
    inline: [&'a [T]; INLINE_INPUTS],
    len: usize,
    more: Vec<&'a [T]>,
}

impl<'a, T> Inputs<'a, T> {
    pub fn new() -> Self {
        Self { inline: [&[]; INLINE_INPUTS], len: 0, more: Vec::new() }
    }

    /// Remembers a borrowed array and returns its slot.
    pub fn push(&mut self, data: &'a [T]) -> usize {
        match self.inline.get_mut(self.len) {
            Some(slot) => *slot = data,
            None => self.more.push(data),
        }
        self.len += 1;
        self.len - 1
    }

    fn get(&self, slot: usize) -> &'a [T] {
        if slot < INLINE_INPUTS { self.inline[slot] } else { self.more[slot - INLINE_INPUTS] }
    }
}

/// Everything that values can be read from.
pub(crate) struct Memory<'s, T> {
    pub slab: &'s [T],
    pub params: &'s [T],
    pub inputs: &'s Inputs<'s, T>,
}

impl<T> Clone for Memory<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Memory<'_, T> {}

impl<'s, T: Real> Memory<'s, T> {
    pub fn read(&self, stored: Stored) -> &'s [T] {
        let len = stored.shape.len();
        match stored.place {
            Place::Slab { start } => &self.slab[start..start + len],
            Place::Param { start } => &self.params[start..start + len],
            Place::Input { slot } => self.inputs.get(slot),
        }
    }
}

/// The position of an operand, and what stands in for it.
pub(crate) type Replaced<'s, T> = (usize, Shape, &'s [T]);

/// The operands of one node: shapes and values, by position.
pub struct Operands<'s, T: Real> {
    pub(crate) indices: &'s [u32],
    pub(crate) stored: &'s [Stored],
    pub(crate) memory: Memory<'s, T>,
    /// What stands in for those at some positions.
    pub(crate) replaced: &'s [Replaced<'s, T>],
}

impl<T: Real> Clone for Operands<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Real> Copy for Operands<'_, T> {}

impl<'s, T: Real> Operands<'s, T> {
    /// How many operands there are.
    pub fn count(&self) -> usize {
        self.indices.len()
    }

    /// The shape of operand `i`.
    pub fn shape(&self, i: usize) -> Shape {
        self.replacement(i).map_or_else(|| self.stored(i).shape, |&(_, shape, _)| shape)
    }

    /// The elements of operand `i`, row-major.
    pub fn value(&self, i: usize) -> &'s [T] {
        match self.replacement(i) {
            Some((_, _, value)) => value,
            None => self.memory.read(self.stored(i)),
        }
    }

    /// These operands, with others at some positions.
    pub(crate) fn with<'n>(self, replaced: &'n [Replaced<'n, T>]) -> Operands<'n, T>
    where
        's: 'n,
    {
        let Self { indices, stored, memory, .. } = self;
        Operands { indices, stored, memory, replaced }
    }

    fn replacement(&self, i: usize) -> Option<&'s Replaced<'s, T>> {
        self.replaced.iter().find(|(position, ..)| *position == i)
    }

    /// Whether the op that made operand `i` ignores the adjoint of its zeros, as a ReLU does: see
    /// [`Op::ignores_adjoint_of_zeros`](crate::Op::ignores_adjoint_of_zeros).
    pub fn ignores_adjoint_of_zeros(&self, i: usize) -> bool {
        self.stored(i).ignores_adjoint_of_zeros
    }

    fn stored(&self, i: usize) -> Stored {
        self.stored[self.indices[i] as usize]
    }
}
