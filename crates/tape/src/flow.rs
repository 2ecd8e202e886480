//! Where gradients are written during a pass: adjoints of values, and gradients of parameters.

use gradroute_kernels::{Real, Write, elementwise};

use crate::adjoints::Adjoints;
use crate::gradients::Gradients;
use crate::info::NodeRef;
use crate::node::Kind;
use crate::routing::edges::{Edge, Share};
use crate::routing::permission::Lines;
use crate::tape::Tape;

/// The adjoints and gradients of one pass. A value that depends on samples has one adjoint, part 0;
/// any other has a part for each of the sinks.
pub(crate) struct Flow<'p, T: Real> {
    pub tape: &'p Tape<T>,
    pub generation: u64,
    /// That of node i, part p is number `p * nodes + i`.
    pub adjoints: &'p mut Adjoints<T>,
    pub sinks: &'p mut [Gradients<T>],
    pub contribution: &'p mut Vec<T>,
    /// Numbered as adjoints are.
    pub taught: &'p mut Vec<bool>,
    /// Whether the sinks are those of groups.
    pub grouped: bool,
    pub watch: Option<&'p mut EdgeWatch<'p, T>>,
}

/// Shown what each edge contributes; says whether that goes on.
pub(crate) type EdgeWatch<'w, T> = dyn FnMut(Edge<'_, T>) -> bool + 'w;

/// What lies behind an edge: the operand at a position of a node, and whose share it gets.
#[derive(Clone, Copy)]
pub(crate) struct Behind {
    pub index: usize,
    pub position: usize,
    pub share: Share,
}

/// Where the adjoint of the node at hand is read.
#[derive(Clone, Copy)]
pub(crate) enum Dout<'d, T> {
    /// The adjoint of this part.
    Of(usize),
    /// What parameters see of it.
    Given(&'d [T]),
}

impl<T: Real> Flow<'_, T> {
    /// Begins with the loss, whose adjoint is 1.
    pub fn start(&mut self, loss: usize) {
        let slots = self.sinks.len() * self.tape.nodes.len();
        self.adjoints.begin(slots);
        self.taught.clear();
        self.taught.resize(slots, false);
        let node = &self.tape.nodes[loss];
        let part = if node.of_samples { 0 } else { self.sinks.len() - 1 };
        if let Kind::Param(p) = node.kind {
            self.sinks[part].allowed(p).add_all();
            let (dx, had) = self.sinks[part].slot(p);
            return first(!had).to(&mut dx[0], T::ONE);
        }
        self.teach(loss, part);
        let slot = self.slot(loss, part);
        self.adjoints.allocate(slot, 1);
        self.adjoints.get_mut(slot)[0] = T::ONE;
    }

    /// How many adjoints a node may have.
    pub fn parts(&self, index: usize) -> usize {
        if self.tape.nodes[index].of_samples { 1 } else { self.sinks.len() }
    }

    /// Whose share a part is.
    pub fn share(&self, part: usize) -> Share {
        match part + 1 == self.sinks.len() {
            true => self.last_share(),
            false => Share::Group(part),
        }
    }

    /// Whose share what does not come apart by groups is.
    pub fn last_share(&self) -> Share {
        if self.grouped { Share::NoSample } else { Share::Whole }
    }

    /// Notes that something may teach a part of a value.
    pub fn teach(&mut self, index: usize, part: usize) {
        let slot = self.slot(index, part);
        self.taught[slot] = true;
    }

    pub fn is_taught(&self, index: usize, part: usize) -> bool {
        self.taught[self.slot(index, part)]
    }

    pub fn part(&self, share: Share) -> usize {
        match share {
            Share::Whole => 0,
            Share::Group(group) => group,
            Share::NoSample => self.sinks.len() - 1,
        }
    }

    fn slot(&self, index: usize, part: usize) -> usize {
        part * self.tape.nodes.len() + index
    }

    pub fn has(&self, index: usize, part: usize) -> bool {
        self.adjoints.has(self.slot(index, part))
    }

    pub fn adjoint(&self, index: usize, part: usize) -> &[T] {
        self.adjoints.get(self.slot(index, part))
    }

    pub fn adjoint_mut(&mut self, index: usize, part: usize) -> &mut [T] {
        let slot = self.slot(index, part);
        self.adjoints.get_mut(slot)
    }

    /// The adjoint of a node, or what is given for it.
    pub fn read<'d>(&'d self, index: usize, dout: Dout<'d, T>) -> &'d [T] {
        match dout {
            Dout::Of(part) => self.adjoint(index, part),
            Dout::Given(dout) => dout,
        }
    }

    pub fn release(&mut self, index: usize, part: usize) {
        self.adjoints.release(self.slot(index, part));
    }

    /// What of a parameter is permitted to be taught.
    pub fn allowed(&mut self, param: usize, share: Share) -> &mut Lines {
        let part = self.part(share);
        self.sinks[part].allowed(param)
    }

    /// Copies the adjoint of a node whose adjoint is to be kept.
    pub fn keep(&mut self, index: usize, part: usize) {
        let slot = self.slot(index, part);
        for &(label, _) in self.tape.kept.iter().filter(|(_, kept)| *kept == index) {
            self.sinks[part].keep(label, self.adjoints.get(slot));
        }
    }

    /// Calls `write` with the adjoint that is read, how to write, and where.
    pub fn send(
        &mut self,
        to: Behind,
        dout: Dout<'_, T>,
        write: impl FnOnce(&[T], Write, &mut [T]),
    ) {
        let Behind { index, position, share } = to;
        let (tape, part) = (self.tape, self.part(share));
        let operands = &tape.operands[tape.nodes[index].operand_range()];
        let target = operands[position] as usize;
        if self.watch.is_some() {
            return self.send_watched(to, target, part, dout, write);
        }
        let from = match dout {
            Dout::Of(part) => self.slot(index, part),
            Dout::Given(_) => usize::MAX,
        };
        if let Kind::Param(p) = tape.nodes[target].kind {
            let (dx, had) = self.sinks[part].slot(p);
            let dout = match dout {
                Dout::Of(_) => self.adjoints.get(from),
                Dout::Given(dout) => dout,
            };
            return write(dout, first(!had), dx);
        }
        let slot = self.slot(target, part);
        let had = self.adjoints.has(slot);
        if !had {
            self.adjoints.allocate(slot, tape.stored[target].shape.len());
        }
        match dout {
            Dout::Of(_) => {
                let (dout, dx) = self.adjoints.read_and_write(from, slot);
                write(dout, first(!had), dx);
            }
            Dout::Given(dout) => write(dout, first(!had), self.adjoints.get_mut(slot)),
        }
    }

    /// As [`Flow::send`], with the contribution on its own first.
    fn send_watched(
        &mut self,
        to: Behind,
        target: usize,
        part: usize,
        dout: Dout<'_, T>,
        write: impl FnOnce(&[T], Write, &mut [T]),
    ) {
        let (tape, generation) = (self.tape, self.generation);
        let mut contribution = std::mem::take(self.contribution);
        contribution.resize(tape.stored[target].shape.len(), T::ZERO);
        write(self.read(to.index, dout), Write::Store, &mut contribution);
        let at = |index| NodeRef { index, tape, generation };
        let goes_on = self.watch.as_mut().is_none_or(|watch| {
            watch(Edge {
                node: at(to.index),
                position: to.position,
                operand: at(target),
                share: to.share,
                contribution: &contribution,
            })
        });
        if !goes_on {
            *self.contribution = contribution;
            return;
        }
        let slot = self.slot(target, part);
        let (dx, had) = match tape.nodes[target].kind {
            Kind::Param(p) => self.sinks[part].slot(p),
            _ => {
                let had = self.adjoints.has(slot);
                if !had {
                    self.adjoints.allocate(slot, contribution.len());
                }
                (self.adjoints.get_mut(slot), had)
            }
        };
        elementwise::map1(first(!had), dx, &contribution, |v| v);
        *self.contribution = contribution;
    }
}

/// The first writer stores and later ones add: adding to a zero fill would turn -0 into +0.
fn first(is_first: bool) -> Write {
    if is_first { Write::Store } else { Write::Add }
}
