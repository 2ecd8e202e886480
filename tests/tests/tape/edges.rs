//! What each edge contributes, and adjoints that are kept.

use std::collections::BTreeMap;

use gradroute_tape::{Gradients, GroupGradients, Params, Shape, Share, Tape};
use proptest::prelude::*;

use super::groups::{Model, assert_close, flat};

proptest! {
    #[test]
    fn contributions_add_up_to_the_adjoint_of_what_they_go_to(n in 2usize..8, seed: u64) {
        let mut params = Params::new();
        let model = Model::new(&mut params);
        let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
        let g = tape.graph(&params);
        let loss = model.loss(&g, n, seed, &vec![1.0; n], true);
        let mut adjoints = BTreeMap::new();
        g.backward_watched(loss, &mut gradients, |node, adjoint| {
            // What feeds a ReLU may leave out elements that it ignores.
            adjoints.insert(node.index(), (node.op_name(), adjoint.to_vec()));
        });
        let whole = flat(&params, &gradients);
        let mut sums: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        g.backward_by_edge(loss, &mut gradients, |edge| {
            assert_eq!(edge.share, Share::Whole);
            let operands: Vec<_> = edge.node.operands().collect();
            assert_eq!(operands[edge.position], edge.operand.var());
            let sum = sums
                .entry(edge.operand.index())
                .or_insert_with(|| vec![0.0; edge.contribution.len()]);
            sum.iter_mut().zip(edge.contribution).for_each(|(sum, v)| *sum += v);
        });
        for (index, (op, adjoint)) in adjoints {
            if index != loss.index() && op != "linear" {
                assert_close(&sums[&index], &adjoint);
            }
        }
        assert_close(&flat(&params, &gradients), &whole);
    }

    #[test]
    fn contributions_of_groups_add_up_to_the_gradients_of_groups(n in 2usize..8, seed: u64) {
        let mut params = Params::new();
        let model = Model::new(&mut params);
        let ids: Vec<_> = params.ids().collect();
        let (mut tape, mut apart) = (Tape::new(), GroupGradients::new(&params, 2));
        let g = tape.graph(&params);
        let loss = model.loss(&g, n, seed, &vec![1.0; n], true);
        let groups: Vec<u8> = (0..n).map(|sample| u8::from(sample % 3 == 0)).collect();
        let mut sums = [(); 3].map(|()| vec![0.0; params.flat().len()]);
        g.backward_by_group_and_edge(loss, &groups, &mut apart, |edge| {
            let Some(p) = edge.operand.param() else { return true };
            let part = match edge.share {
                Share::Group(group) => group,
                Share::NoSample => 2,
                Share::Whole => panic!("a parameter's share is one of a group"),
            };
            let range = params.range(ids[p]);
            sums[part][range].iter_mut().zip(edge.contribution).for_each(|(sum, v)| *sum += v);
            true
        });
        assert_close(&sums[0], &flat(&params, apart.group(0)));
        assert_close(&sums[1], &flat(&params, apart.group(1)));
        assert_close(&sums[2], &flat(&params, apart.no_sample()));
    }
}

#[test]
fn a_leak_through_a_penalty_shows_as_the_one_edge_that_is_not_zero() {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[2, 1], || 1.0);
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[1, 1]), &[3.0]);
    let z = g.linear(x, g.param(w), None);
    let blocked = g.literal(Shape::of_samples(&[1, 2]), &[0.0, 1.0]);
    let loss = g.add(g.sum(g.route(z, blocked)), g.scale(g.l1_norm(z), 0.1));
    let mut to_z = Vec::new();
    g.backward_by_edge(loss, &mut gradients, |edge| {
        if edge.operand.var() == z {
            to_z.push((edge.node.op_name(), edge.contribution.to_vec()));
        }
    });
    to_z.sort_by_key(|&(name, _)| name);
    assert_eq!(to_z, [("abs", vec![0.1, 0.1]), ("route", vec![0.0, 1.0])]);
}

#[test]
fn a_contribution_that_does_not_go_on_is_as_if_its_edge_were_not_there() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[2, 1], || 1.0);
    let (mut tape, mut apart) = (Tape::new(), GroupGradients::new(&params, 2));
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, 5.0]);
    let z = g.linear(x, g.param(w), None);
    let loss = g.sum(g.add(g.scale(z, 2.0), g.mul(z, z)));
    for (op, of_first) in [("mul", [6.0, 6.0]), ("affine", [18.0, 18.0])] {
        g.backward_by_group_and_edge(loss, &[0, 1], &mut apart, |edge| edge.node.op_name() != op);
        assert_eq!(apart.group(0).get(w).unwrap(), of_first, "without {op}");
    }
    g.backward_by_group_and_edge(loss, &[0, 1], &mut apart, |edge| edge.operand.var() != z);
    assert_eq!(apart.group(0).get(w), None, "nothing goes on");
}

#[test]
fn a_kept_adjoint_is_the_one_of_the_last_pass() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[2], || 3.0);
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let g = tape.graph(&params);
    let (y, z) = (g.scale(g.param(w), 2.0), g.scale(g.param(w), 5.0));
    g.keep("y", y);
    g.keep("z", z);
    assert_eq!(gradients.kept("y"), None, "before the first pass");
    g.backward(g.sum(g.mul(y, y)), &mut gradients);
    assert_eq!((gradients.kept("y"), gradients.kept("z")), (Some(&[12.0, 12.0][..]), None));
    g.backward(g.sum(z), &mut gradients);
    assert_eq!((gradients.kept("y"), gradients.kept("z")), (None, Some(&[1.0, 1.0][..])));
    assert_eq!(gradients.kept("w"), None, "there is no such label");
}

#[test]
fn in_a_pass_by_group_the_whole_adjoint_is_kept() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[1, 1], || 3.0);
    let (mut tape, mut apart) = (Tape::new(), GroupGradients::new(&params, 2));
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[3, 1]), &[1.0, 2.0, 3.0]);
    let (head, y) = (g.scale(g.param(w), 2.0), g.linear(x, g.param(w), None));
    let y = g.add(y, g.linear(x, head, None));
    g.keep("y", y);
    g.keep("head", head);
    g.backward_by_group(g.sum(y), &[0, 1, 0], &mut apart);
    assert_eq!(apart.kept("y"), Some(&[1.0, 1.0, 1.0][..]));
    assert_eq!(apart.group(0).kept("head"), Some(&[4.0][..]));
    assert_eq!(apart.group(1).kept("head"), Some(&[2.0][..]));
}

#[test]
#[should_panic(expected = "this label is taken")]
fn a_label_is_for_one_value() {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[2], || 3.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let y = g.scale(g.param(w), 2.0);
    g.keep("y", y);
    g.keep("y", y);
}

#[test]
#[should_panic(expected = "only what an op computed has a gradient to keep")]
fn the_gradient_of_a_parameter_is_kept_already() {
    let mut params = Params::<f32>::new();
    let w = params.add("w", &[2], || 3.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    g.keep("w", g.param(w));
}

#[test]
fn a_value_may_be_kept_under_two_labels() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[2], || 3.0);
    let (mut tape, mut gradients) = (Tape::new(), Gradients::new(&params));
    let g = tape.graph(&params);
    let y = g.scale(g.param(w), 2.0);
    g.keep("a", y);
    g.keep("b", y);
    g.backward(g.sum(y), &mut gradients);
    assert_eq!(gradients.kept("a"), gradients.kept("b"));
    assert_eq!(gradients.kept("a"), Some(&[1.0, 1.0][..]));
}
