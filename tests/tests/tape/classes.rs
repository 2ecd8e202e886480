//! Class numbers: reading them off logits, and labels and masks made of them.

use std::collections::BTreeMap;

use gradroute_tape::{Graph, Params, Shape, Tape};
use proptest::prelude::*;

/// Logits among which ties and NaN are frequent.
fn logit() -> impl Strategy<Value = f32> {
    prop::sample::select(vec![-1.0, -0.0, 0.0, 1.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN])
}

/// Rows of logits `[n, classes]`, and a label for each.
fn batch() -> impl Strategy<Value = (Vec<Vec<f32>>, Vec<u8>)> {
    (1usize..=6, 1usize..=5).prop_flat_map(|(n, classes)| {
        let row = prop::collection::vec(logit(), classes);
        (prop::collection::vec(row, n), prop::collection::vec(0..classes as u8, n))
    })
}

/// NumPy's rule, word for word: the first NaN, or else the first of the greatest.
fn numpy_argmax(row: &[f32]) -> usize {
    let greatest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let nan = row.iter().position(|v| v.is_nan());
    nan.unwrap_or_else(|| row.iter().position(|&v| v == greatest).expect("it is one of them"))
}

fn nodes(g: &Graph<'_, f32>) -> usize {
    let mut nodes = 0;
    g.for_each_node(|_| nodes += 1);
    nodes
}

proptest! {
    #[test]
    fn argmax_and_accuracy_keep_numpys_rule_and_record_nothing((rows, labels) in batch()) {
        let params = Params::new();
        let mut tape = Tape::new();
        let g = tape.graph(&params);
        let shape = Shape::of_samples(&[rows.len(), rows[0].len()]);
        let (logits, classes) = (g.literal(shape, &rows.concat()), g.labels(&labels));
        let before = nodes(&g);
        let expected: Vec<usize> = rows.iter().map(|row| numpy_argmax(row)).collect();
        prop_assert_eq!(g.argmax(logits), &expected[..]);
        let is_right = |&i: &usize| {
            expected[i] == usize::from(labels[i]) && !rows[i][expected[i]].is_nan()
        };
        let right = (0..rows.len()).filter(is_right).count();
        prop_assert_eq!(g.accuracy(logits, classes), right as f64 / rows.len() as f64);
        prop_assert_eq!(nodes(&g), before);
    }

    #[test]
    fn labels_are_the_class_numbers_as_samples(labels: Vec<u8>) {
        let params = Params::<f64>::new();
        let mut tape = Tape::new();
        let g = tape.graph(&params);
        let var = g.labels(&labels);
        let expected: Vec<f64> = labels.iter().map(|&label| label.into()).collect();
        prop_assert_eq!(g.shape(var), Shape::of_samples(&[labels.len()]));
        prop_assert_eq!(&*g.value(var), &expected[..]);
    }

    #[test]
    fn a_label_mask_is_its_rule_and_asks_once_for_each_dim_of_each_label_that_occurs(
        labels in prop::collection::vec(any::<u8>().prop_map(|label| label / 32 * 36), 0..20),
        dims in 0usize..5,
        rule: u64,
    ) {
        let may_teach =
            |label: u8, dim: usize| (rule >> ((usize::from(label) + 7 * dim) % 64)) & 1 == 1;
        let params = Params::<f32>::new();
        let mut tape = Tape::new();
        // What an earlier step left in the tape's memory must not show.
        let g = tape.graph(&params);
        g.literal(Shape::new(&[120]), &[0.5; 120]);
        let g = tape.graph(&params);
        let mut asked = BTreeMap::new();
        let mask = g.label_mask(&labels, dims, |label, dim| {
            *asked.entry((label, dim)).or_insert(0) += 1;
            may_teach(label, dim)
        });
        let expected: Vec<f32> = labels
            .iter()
            .flat_map(|&label| (0..dims).map(move |dim| f32::from(u8::from(may_teach(label, dim)))))
            .collect();
        prop_assert_eq!(g.shape(mask), Shape::of_samples(&[labels.len(), dims]));
        prop_assert_eq!(&*g.value(mask), &expected[..]);
        prop_assert!(asked.values().all(|&times| times == 1), "{:?}", asked);
        let occur: std::collections::BTreeSet<u8> = labels.iter().copied().collect();
        prop_assert_eq!(asked.len(), occur.len() * dims);
    }
}

#[test]
fn labels_serve_the_cross_entropy() {
    let params = Params::<f32>::new();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let logits = g.literal(Shape::of_samples(&[2, 3]), &[0.3, -1.0, 2.0, 0.0, 0.5, 0.25]);
    let by_hand = g.literal(Shape::of_samples(&[2]), &[2.0, 1.0]);
    let [by_hand, ours] =
        [by_hand, g.labels(&[2, 1])].map(|labels| g.softmax_cross_entropy(logits, labels));
    assert_eq!(*g.value(by_hand), *g.value(ours));
}

#[test]
fn the_rule_of_a_label_mask_may_use_the_graph() {
    let params = Params::<f32>::new();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = g.literal(Shape::new(&[2]), &[0.0, 3.0]);
    let mask = g.label_mask(&[1, 0, 1], 2, |label, dim| {
        let doubled = g.add(x, x);
        (g.value(doubled)[dim] > 1.0) == (label == 1)
    });
    let after = g.add(mask, x);
    assert_eq!(*g.value(mask), [0.0, 1.0, 1.0, 0.0, 0.0, 1.0]);
    assert_eq!(*g.value(after), [0.0, 4.0, 1.0, 3.0, 0.0, 4.0]);
}
