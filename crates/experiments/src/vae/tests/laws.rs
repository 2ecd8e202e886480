//! What holds exactly of the gradients of a step.

use gradroute_tape::{Gradients, Graph, Real, Tape, Var};

use super::*;

/// What records a loss: on a graph, of a case.
pub type Recorder<'r, T> = &'r dyn Fn(&Graph<'_, T>, &Case<T>) -> Terms;

/// Which term the backward pass starts from.
type Pick = fn(&Terms) -> Var;

/// What a backward pass from one term leaves: gradients of the parameters, and the adjoints of both
/// heads, if it reached them.
struct Pass<T: Real> {
    value: T,
    gradients: Gradients<T>,
    heads: [Option<Vec<T>>; 2],
}

fn pass<T: Real>(case: &Case<T>, record: Recorder<'_, T>, pick: Pick) -> Pass<T> {
    let mut gradients = Gradients::new(&case.params);
    let mut tape = Tape::new();
    let g = tape.graph(&case.params);
    let terms = record(&g, case);
    let mut heads = [None, None];
    let watched = [terms.heads.mean.index(), terms.heads.c.index()];
    g.backward_watched(pick(&terms), &mut gradients, |node, adjoint| {
        if let Some(head) = watched.iter().position(|&index| index == node.index()) {
            heads[head] = Some(adjoint.to_vec());
        }
    });
    let value = g.scalar(pick(&terms));
    drop(g);
    Pass { value, gradients, heads }
}

pub fn unrouted<T: Real>(g: &Graph<'_, T>, case: &Case<T>) -> Terms {
    record(g, &case.network, &LOSS, Batch { mask: None, ..case.batch(g) })
}

pub fn routed<T: Real>(g: &Graph<'_, T>, case: &Case<T>) -> Terms {
    record(g, &case.network, &LOSS, case.batch(g))
}

/// Equal to the bit.
fn same<T: Real>(a: &[T], b: &[T]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_f64().to_bits() == b.to_f64().to_bits())
}

/// Whether what `record` records is routed as it should be, or which law it breaks:
///
/// - the values are those of the unrouted loss;
/// - from the reconstruction, what arrives at both heads is exactly 0 outside the dim of a sample's
///   own digit, and there what arrives without routing, as it is in the decoder;
/// - from the penalty, everything arrives as without routing.
pub fn obeys<T: Real>(case: &Case<T>, record: Recorder<'_, T>) -> Result<(), String> {
    let passes = |pick: Pick| [pass(case, record, pick), pass(case, &unrouted, pick)];
    let [found, reference] = passes(|terms| terms.reconstruction);
    if !same(&[found.value], &[reference.value]) {
        return Err(format!("reconstruction is {} for {}", found.value, reference.value));
    }
    for (head, (found, reference)) in found.heads.iter().zip(&reference.heads).enumerate() {
        let reference = reference.as_ref().expect("the unrouted loss reaches both heads");
        let Some(found) = found else { return Err(format!("head {head} is not reached")) };
        for (i, (found, reference)) in found.iter().zip(reference).enumerate() {
            let (digit, dim) = (case.labels[i / DIGITS], i % DIGITS);
            let own = usize::from(digit) == dim;
            if if own { !same(&[*found], &[*reference]) } else { *found != T::ZERO } {
                return Err(format!("head {head}: a {digit} sends {found} to dim {dim}"));
            }
        }
    }
    for id in of_part(&case.params, "decoder") {
        let [found, reference] = [&found, &reference].map(|pass| pass.gradients.get(id).unwrap());
        if !same(found, reference) {
            return Err(format!("{} has another gradient", case.params.name(id)));
        }
    }
    let [found, reference] = passes(|terms| terms.penalty);
    if !same(&[found.value], &[reference.value]) {
        return Err(format!("penalty is {} for {}", found.value, reference.value));
    }
    for id in case.params.ids() {
        let [found, reference] = [&found, &reference].map(|pass| pass.gradients.get(id));
        if found.is_some() != reference.is_some()
            || !same(found.unwrap_or_default(), reference.unwrap_or_default())
        {
            return Err(format!("the penalty teaches {} otherwise", case.params.name(id)));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn each_digit_teaches_its_own_dim_exactly_and_no_other(seed: u64) {
        obeys(&Case::<f32>::new(seed), &routed).map_err(TestCaseError::fail)?;
        obeys(&Case::<f64>::new(seed), &routed).map_err(TestCaseError::fail)?;
    }
}
