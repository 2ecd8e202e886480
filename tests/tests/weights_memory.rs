//! Loading takes memory for what is in the file and in the parameters, never for what a damaged
//! or hostile header claims.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fs;

use gradroute_tape::Params;

struct Measuring;

thread_local! {
    /// The largest allocation on this thread.
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system's allocator as it came.
unsafe impl GlobalAlloc for Measuring {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.set(LARGEST.get().max(layout.size()));
        // SAFETY: the caller keeps the contract of `alloc`, which is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above, and the pointer came from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LARGEST.set(LARGEST.get().max(size));
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Measuring = Measuring;

/// Enough for a path, a message, or the entry of a tensor.
const SMALL: usize = 2048;

#[test]
fn a_size_that_is_only_claimed_takes_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.safetensors");
    let mut params = Params::<f32>::new();
    params.add("w", &[2], || 0.0);
    let huge = 1u64 << 40;
    let entry = |shape: u64, end: u64| {
        format!(r#"{{"w":{{"dtype":"F32","shape":[{shape}],"data_offsets":[0,{end}]}}}}"#)
    };
    for (header, claimed) in [
        (entry(huge, 4 * huge), None),
        (entry(2, 4 * huge), None),
        (entry(huge, 8), None),
        (entry(2, 8), Some(huge)),
        (entry(2, 8), Some(u64::MAX)),
        (entry(2, 8), Some(90_000_000)),
    ] {
        let mut bytes = claimed.unwrap_or(header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.extend([0; 8]);
        fs::write(&file, &bytes).unwrap();
        LARGEST.set(0);
        let error = params.load(&file).expect_err("the sizes don't fit");
        let largest = LARGEST.get();
        assert!(0 < largest && largest < SMALL, "{largest} bytes at once for: {error}");
    }
}

#[test]
fn a_large_file_of_another_model_is_refused_by_its_header_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.safetensors");
    let mut other = Params::<f32>::new();
    other.add("w", &[1_000_000], || 1.0);
    other.save(&file).unwrap();
    let mut params = Params::<f32>::new();
    params.add("w", &[2], || 0.0);
    LARGEST.set(0);
    params.load(&file).expect_err("the shape is another");
    assert!(LARGEST.get() < SMALL, "{} bytes at once", LARGEST.get());
}
