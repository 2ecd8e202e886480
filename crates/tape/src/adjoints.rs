//! The slab of adjoints: a region lives from the first write of an adjoint to the backward of
//! its node, then its place is used again.

use std::ops::Range;

use gradroute_kernels::Real;

/// Regions start at multiples of this many elements, so that vectors of neighbours don't share
/// cache lines.
pub(crate) const ALIGN: usize = 16;

pub(crate) struct Adjoints<T> {
    slab: Vec<T>,
    /// Unused regions below `top`, ascending and never adjacent.
    free: Vec<Range<usize>>,
    /// Everything from here on is unused.
    top: usize,
    /// The region of each node's adjoint, while it lives.
    regions: Vec<Option<(usize, usize)>>,
}

impl<T> Default for Adjoints<T> {
    fn default() -> Self {
        Self { slab: Vec::new(), free: Vec::new(), top: 0, regions: Vec::new() }
    }
}

impl<T: Real> Adjoints<T> {
    /// Forgets all regions; `nodes` nodes may get new ones.
    pub fn begin(&mut self, nodes: usize) {
        self.free.clear();
        self.top = 0;
        self.regions.clear();
        self.regions.resize(nodes, None);
    }

    pub fn capacity(&self) -> usize {
        self.slab.capacity()
    }

    /// Whether node `index` has received an adjoint.
    pub fn has(&self, index: usize) -> bool {
        self.regions[index].is_some()
    }

    /// Gives node `index` a region of `len` elements with arbitrary content.
    pub fn allocate(&mut self, index: usize, len: usize) {
        if len == 0 {
            // At the slab's start, where it lies inside no other region.
            self.regions[index] = Some((0, 0));
            return;
        }
        let room = len.next_multiple_of(ALIGN);
        // Best fit: the smallest hole that is large enough.
        let hole = (0..self.free.len())
            .filter(|&i| self.free[i].len() >= room)
            .min_by_key(|&i| self.free[i].len());
        let start = match hole {
            Some(i) => {
                let start = self.free[i].start;
                self.free[i].start += room;
                if self.free[i].is_empty() {
                    self.free.remove(i);
                }
                start
            }
            None => {
                let start = self.top;
                self.top += room;
                if self.slab.len() < self.top {
                    self.slab.resize(self.top, T::ZERO);
                }
                start
            }
        };
        self.regions[index] = Some((start, len));
    }

    /// Gives the region of node `index` back.
    pub fn release(&mut self, index: usize) {
        let Some((start, len)) = self.regions[index].take() else { return };
        if len == 0 {
            return;
        }
        let end = start + len.next_multiple_of(ALIGN);
        let at = self.free.partition_point(|r| r.start < start);
        self.free.insert(at, start..end);
        if at + 1 < self.free.len() && self.free[at].end == self.free[at + 1].start {
            self.free[at].end = self.free.remove(at + 1).end;
        }
        if at > 0 && self.free[at - 1].end == self.free[at].start {
            self.free[at - 1].end = self.free.remove(at).end;
        }
    }

    /// The adjoint of node `index`.
    ///
    /// # Panics
    /// If it has none.
    pub fn get(&self, index: usize) -> &[T] {
        &self.slab[self.range(index)]
    }

    /// The adjoint of node `index`, to write.
    ///
    /// # Panics
    /// If it has none.
    pub fn get_mut(&mut self, index: usize) -> &mut [T] {
        let range = self.range(index);
        &mut self.slab[range]
    }

    /// The adjoints of two different nodes: the first to read, the second to write.
    ///
    /// # Panics
    /// If one has none, or both are the same.
    pub fn read_and_write(&mut self, read: usize, write: usize) -> (&[T], &mut [T]) {
        let ranges = [self.range(read), self.range(write)];
        let [read, write] = self.slab.get_disjoint_mut(ranges).expect("regions never overlap");
        (read, write)
    }

    fn range(&self, index: usize) -> Range<usize> {
        let (start, len) = self.regions[index].expect("the node has received an adjoint");
        start..start + len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn released_regions_are_merged_and_used_again() {
        let mut adjoints = Adjoints::<f32>::default();
        adjoints.begin(4);
        for node in 0..3 {
            adjoints.allocate(node, 100);
        }
        let top = adjoints.top;
        adjoints.release(0);
        adjoints.release(2);
        adjoints.release(1);
        adjoints.allocate(3, 300);
        assert_eq!(adjoints.top, top, "three merged holes of 112 hold 300");
    }

    #[test]
    fn regions_alive_at_once_never_overlap() {
        let mut adjoints = Adjoints::<f64>::default();
        adjoints.begin(60);
        let mut alive = Vec::new();
        for node in 0..60 {
            let len = (node * 37) % 90;
            adjoints.allocate(node, len);
            adjoints.get_mut(node).fill(node as f64);
            alive.push(node);
            if node % 3 == 2 {
                adjoints.release(alive.remove((node * 7) % alive.len()));
            }
            for &other in &alive {
                assert!(adjoints.get_mut(other).iter().all(|&v| v == other as f64));
            }
        }
    }

    #[test]
    fn an_adjoint_without_elements_is_disjoint_from_a_region_around_it() {
        let mut adjoints = Adjoints::<f32>::default();
        adjoints.begin(4);
        adjoints.allocate(0, 32);
        adjoints.allocate(1, 0);
        adjoints.allocate(2, 32);
        adjoints.release(0);
        adjoints.release(2);
        adjoints.allocate(3, 64);
        let (nothing, around) = adjoints.read_and_write(1, 3);
        assert_eq!((nothing.len(), around.len()), (0, 64));
    }
}
