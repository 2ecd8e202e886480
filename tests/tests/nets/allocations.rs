//! After the first step, training a transformer or a convolutional net allocates nothing.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use gradroute_tests::nets::{ConvNet, Net, Training, Transformer};

struct Counting;

thread_local! {
    /// Allocations on this thread. Constant and without a destructor, so that looking at it
    /// allocates nothing itself.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`, which is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above, and the pointer came from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Counted on one thread: which thread takes which task, and so which buffers grow, is chance.
fn allocates_nothing<N: Net<f32> + Send>() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let counts = pool.install(|| {
        let mut training = Training::<f32, N>::new();
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(|step| {
            let before = ALLOCATIONS.get();
            training.step(step);
            ALLOCATIONS.get() - before
        })
    });
    assert!(counts[0] > 0, "the first step takes its memory");
    assert_eq!(counts[1..], [0; 11], "allocations in the steps after it");
}

#[test]
fn a_transformers_steps_allocate_nothing_after_the_first() {
    allocates_nothing::<Transformer<f32>>();
}

#[test]
fn a_convolutional_nets_steps_allocate_nothing_after_the_first() {
    allocates_nothing::<ConvNet<f32>>();
}
