//! Parallel tasks: a fixed number of pieces, picked up dynamically by the threads of the current
//! rayon pool.
//!
//! What a task computes depends on its index alone, never on the thread that runs it or on how
//! many there are; that is what makes results independent of the thread count.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::Isa;

static STARTED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static ALONE: Cell<bool> = const { Cell::new(false) };
}

/// The number of tasks that kernels have handed out since the process started, on all threads.
///
/// A piece of work too small to be split counts nothing. The number grows by the same amount at
/// every thread count, so it says that work *could* spread over threads.
pub fn count() -> u64 {
    STARTED.load(Ordering::Relaxed)
}

/// Runs `task(0)` to `task(count - 1)`, each once, in any order, on the current rayon pool.
/// Allocates nothing.
pub(crate) fn for_each(count: usize, task: impl Fn(usize) + Sync) {
    share_out(count, &task);
}

/// As [`for_each`], without type parameters: rayon's code is compiled here, once, and not for each
/// kernel in each program.
fn share_out(count: usize, task: &(dyn Fn(usize) + Sync)) {
    let alone = count <= 1 || ALONE.get();
    if !alone {
        STARTED.fetch_add(count as u64, Ordering::Relaxed);
    }
    let threads = if alone { 1 } else { rayon::current_num_threads().min(count) };
    if threads == 1 {
        return (0..count).for_each(task);
    }
    let next = AtomicUsize::new(0);
    // A task may call kernels, which are to run on what was chosen here.
    let isa = Isa::current();
    fan_out(threads, &|| {
        isa.run(|| {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    break;
                }
                task(index);
            }
        });
    });
}

/// Runs `work` with all kernels that it calls on this thread alone, where it is itself one of many
/// small tasks: handing out pieces of it would take longer than they do.
pub(crate) fn alone<R>(work: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            ALONE.set(self.0);
        }
    }
    let _restore = Restore(ALONE.replace(true));
    work()
}

/// Offers `work` to `threads` threads. `join` keeps its jobs on the stack, unlike `scope`.
fn fan_out(threads: usize, work: &(impl Fn() + Sync)) {
    if threads == 1 {
        work();
    } else {
        let half = threads / 2;
        rayon::join(|| fan_out(threads - half, work), || fan_out(half, work));
    }
}

/// Piece `index` of `0..len` cut into pieces of `size`, the last one shorter.
pub(crate) fn piece(index: usize, size: usize, len: usize) -> Range<usize> {
    index * size..((index + 1) * size).min(len)
}

/// A slice that tasks write disjoint parts of.
pub(crate) struct Shared<'a, T> {
    start: *mut T,
    len: usize,
    owner: PhantomData<&'a mut [T]>,
}

// SAFETY: a `Shared` is a `&mut [T]` that is handed out in parts, and `part` obliges its callers
// to take disjoint ones; sending those to other threads asks no more than `T: Send`.
unsafe impl<T: Send> Sync for Shared<'_, T> {}

impl<'a, T> Shared<'a, T> {
    pub fn new(slice: &'a mut [T]) -> Self {
        Shared { start: slice.as_mut_ptr(), len: slice.len(), owner: PhantomData }
    }

    /// Where element `index`, which need not exist, would be: an address to prefetch.
    pub fn address(&self, index: usize) -> *const T {
        self.start.wrapping_add(index)
    }

    /// The elements of `range`.
    ///
    /// # Safety
    /// While the returned slice lives, no overlapping part is alive.
    #[expect(clippy::mut_from_ref, reason = "the parts are disjoint, as the caller vouches")]
    pub unsafe fn part(&self, range: Range<usize>) -> &mut [T] {
        assert!(range.start <= range.end && range.end <= self.len);
        // SAFETY: inside the slice, which is borrowed for `'a`; disjoint from the other living
        // parts, as the caller vouches.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(range.start), range.len()) }
    }
}
