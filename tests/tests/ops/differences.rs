//! Gradients agree with fourth-order central differences in f64 (step 1e-5, relative tolerance 1e-6,
//! absolute 1e-8), on random extents, 0 and 1 among them, and are written as they are told.

use gradroute_tape::check::{Check, CheckError};

use crate::case::{Case, Constants, Sizes};
use crate::registry::cases;

/// Random extents and points for each case.
const POINTS: u64 = 60;
/// Points to try before giving up on finding one away from all kinks.
const TRIES: u64 = 200;

fn agrees(case: &Case, seed: u64) -> Result<(), CheckError> {
    let sizes = (case.sizes)(Sizes::small(seed));
    let (params, ids) = case.params::<f64>(sizes, seed);
    let agreement = Check::default().elements(&params, |g| {
        let x: Vec<_> = ids.iter().map(|&id| g.param(id)).collect();
        (case.double)(g, &x, sizes, Constants { seed })
    })?;
    assert_eq!(agreement.compared, params.flat().len(), "every element was compared");
    Ok(())
}

#[test]
fn every_op_has_the_gradient_that_differences_have() {
    for case in cases() {
        for point in 0..POINTS {
            let fine = (0..TRIES).any(|attempt| match agrees(&case, point + attempt * POINTS) {
                Ok(()) => true,
                Err(CheckError::NearKink { .. }) => false,
                Err(wrong) => panic!("{}: {wrong}", case.name),
            });
            assert!(fine, "{}: {TRIES} points in a row were near a kink", case.name);
        }
    }
}
