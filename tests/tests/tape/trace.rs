//! What a trace says of a backward pass.

use gradroute_tape::trace::{Arrived, Number, Tensor};
use gradroute_tape::{
    Gradients, Graph, GroupGradients, Params, Shape, Tape, Trace, TraceOptions, Var,
};
use proptest::prelude::*;

use super::groups::{Model, assert_close};

fn entries(tensor: &Tensor<f64>) -> Vec<f64> {
    tensor.entries.as_ref().unwrap().iter().map(|v| v.0).collect()
}

fn at(trace: &Trace<f64>, term: usize, node: usize) -> &Arrived<f64> {
    trace.passes[term].steps.iter().find(|step| step.node == node).unwrap()
}

/// A graph of the groups' model over two groups, with its trace.
fn traced(n: usize, seed: u64, look: impl FnOnce(&Graph<'_, f64>, Var, &[u8], &Trace<f64>)) {
    let mut params = Params::new();
    let model = Model::new(&mut params);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let loss = model.loss(&g, n, seed, &vec![1.0; n], true);
    let of_samples: Vec<u8> = (0..n).map(|sample| u8::from(sample % 3 == 0)).collect();
    let options = TraceOptions::of([("loss", loss)]).groups(["a", "b"], of_samples.clone());
    let trace = g.trace(&options);
    look(&g, loss, &of_samples, &trace);
}

proptest! {
    #[test]
    fn gradients_are_those_of_the_backward_passes_to_the_bit_or_as_contributions_add(
        n in 2usize..8,
        seed: u64,
    ) {
        traced(n, seed, |g, loss, of_samples, trace| {
            let mut whole = Gradients::new(g.params());
            let mut by_edge = Gradients::new(g.params());
            let mut apart = GroupGradients::new(g.params(), 2);
            g.backward(loss, &mut whole);
            g.backward_by_edge(loss, &mut by_edge, |_| {});
            g.backward_by_group(loss, of_samples, &mut apart);
            let mut params = 0;
            for (node, seen) in trace.nodes.iter().enumerate() {
                let Some(name) = &seen.param else { continue };
                let id = g.params().ids().find(|id| g.params().name(*id) == name).unwrap();
                let shares = &at(trace, 0, node).gradient;
                assert_eq!(entries(&shares.all), by_edge.get(id).unwrap());
                assert_close(&entries(&shares.all), whole.get(id).unwrap());
                for (part, found) in [
                    (&shares.parts[1], apart.group(0).get(id)),
                    (&shares.parts[2], apart.group(1).get(id)),
                    (&shares.parts[3], apart.no_sample().get(id)),
                ] {
                    match (part, found) {
                        (Some(part), Some(found)) => assert_close(&entries(part), found),
                        (part, found) => assert_eq!(part.is_some(), found.is_some()),
                    }
                }
                params += 1;
            }
            assert!(params > 3);
        });
    }

    #[test]
    fn contributions_add_up_to_the_gradient_and_samples_to_the_groups(n in 2usize..8, seed: u64) {
        traced(n, seed, |_, _, of_samples, trace| {
            for step in &trace.passes[0].steps {
                let all = entries(&step.gradient.all);
                if step.contributions.len() > 1 {
                    let mut sum = vec![0.0; all.len()];
                    for contribution in &step.contributions {
                        let share = entries(&contribution.share.as_ref().unwrap().all);
                        sum.iter_mut().zip(share).for_each(|(sum, v)| *sum += v);
                    }
                    assert_close(&sum, &all);
                }
                let parts = &step.gradient.parts;
                if parts.is_empty() {
                    continue;
                }
                for group in 0..2u8 {
                    let own = (0..n).filter(|sample| of_samples[*sample] == group);
                    let mut sum = vec![0.0; all.len()];
                    for sample in own {
                        if let Some(part) = &parts[4 + sample] {
                            sum.iter_mut().zip(entries(part)).for_each(|(sum, v)| *sum += v);
                        }
                    }
                    if let Some(part) = &parts[1 + usize::from(group)] {
                        assert_close(&sum, &entries(part));
                    }
                }
                let mut sum = vec![0.0; all.len()];
                for part in parts[1..4].iter().flatten() {
                    sum.iter_mut().zip(entries(part)).for_each(|(sum, v)| *sum += v);
                }
                assert_close(&sum, &all);
            }
        });
    }

    #[test]
    fn norms_of_rows_are_those_of_their_samples(n in 2usize..8, seed: u64) {
        traced(n, seed, |_, _, of_samples, trace| {
            let mut seen = 0;
            for step in &trace.passes[0].steps {
                if !trace.nodes[step.node].carries_samples {
                    continue;
                }
                let (all, norms) = (entries(&step.gradient.all), &step.gradient.norms);
                let row = all.len() / n;
                let of = |sample: usize| all[sample * row..(sample + 1) * row].iter().copied();
                for sample in 0..n {
                    assert_eq!(norms[4 + sample], Some(Number(gradroute_tape::norm(of(sample)))));
                }
                for group in 0..2u8 {
                    let own = (0..n).filter(|sample| of_samples[*sample] == group);
                    let of_group = gradroute_tape::norm(own.clone().flat_map(of));
                    let wanted = own.clone().next().map(|_| Number(of_group));
                    assert_eq!(norms[1 + usize::from(group)], wanted);
                }
                assert_eq!(norms[3], None, "no row belongs to no sample");
                seen += 1;
            }
            assert!(seen > 3);
        });
    }
}

/// Sample 0 may teach dim 1 only; a penalty beside the route reaches both.
pub(super) fn leak(g: &Graph<'_, f64>, w: Var) -> Trace<f64> {
    let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, 5.0]);
    let z = g.linear(x, w, None);
    let mask = g.literal(Shape::of_samples(&[2, 2]), &[0.0, 1.0, 1.0, 1.0]);
    let task = g.sum(g.route(z, mask));
    let l1 = g.scale(g.l1_norm(z), 0.1);
    let options = TraceOptions::of([("task", task), ("l1", l1), ("total", g.add(task, l1))])
        .groups(["blocked", "open"], [0, 1])
        .part("dim 0", z, 0..1, ["blocked"]);
    g.trace(&options)
}

#[test]
fn a_leak_is_the_contribution_that_is_not_0_in_a_region_that_its_group_must_not_teach() {
    let mut params = Params::new();
    let w = params.add("w", &[2, 1], || 1.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let trace = leak(&g, g.param(w));
    let region = &trace.regions[0];
    assert_eq!((region.columns, &region.closed_to[..]), (Some([0, 1]), &[0][..]));
    let of = |term: usize, selection: usize| region.norms[term][selection].unwrap().0;
    assert_eq!([of(0, 1), of(1, 1), of(2, 1)], [0.0, 0.1, 0.1]);
    assert_eq!([of(0, 2), of(1, 2), of(2, 2)], [1.0, 0.1, 1.1]);
    let uses = &at(&trace, 2, region.nodes[0]).contributions;
    let norms: Vec<_> = uses
        .iter()
        .map(|of| (trace.nodes[of.from].op, of.regions[0].norms[1].unwrap().0))
        .collect();
    assert_eq!(norms, [("abs", 0.1), ("route", 0.0)]);
    // What came before the mask is there as well.
    let route = uses.iter().find(|of| trace.nodes[of.from].op == "route").unwrap();
    assert_eq!(entries(&at(&trace, 2, route.from).gradient.all), [1.0; 4]);
    assert_eq!(entries(&route.share.as_ref().unwrap().all), [0.0, 1.0, 1.0, 1.0]);
}

/// The norms of a region by selection, of the first term.
fn norms(trace: &Trace<f64>) -> Vec<Option<f64>> {
    trace.regions[0].norms[0].iter().map(|norm| norm.map(|Number(norm)| norm)).collect()
}

#[test]
fn a_part_of_a_value_made_of_parameters_is_taught_by_the_groups_and_samples_that_teach_it() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[1, 2], || 1.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[3, 2]), &[2.0, 3.0, 0.0, 5.0, 0.0, 7.0]);
    // A parameter is as good as what is made of it.
    for value in [g.scale(g.param(w), 2.0), g.param(w)] {
        let error = g.sum(g.linear(x, value, None));
        let penalty = g.scale(g.l1_norm(value), 0.5);
        let options = TraceOptions::of([("loss", g.add(error, penalty)), ("error", error)])
            .groups(["a", "b", "absent"], [0, 1, 1])
            .part("first column", value, 0..1, ["b"]);
        let trace = g.trace(&options);
        assert_eq!(trace.selections[4], "no sample");
        let [a, b, no_sample] = [Some(2.0), Some(0.0), Some(0.5)];
        assert_eq!(norms(&trace), [Some(2.5), a, b, None, no_sample, a, b, b]);
        // Use by use: samples by one of them, the penalty by the other. The second term has only one.
        let uses = &at(&trace, 0, value.index()).contributions;
        let of = |op: &str| {
            let of = uses.iter().find(|of| trace.nodes[of.from].op == op).unwrap();
            of.regions[0].norms.iter().map(|norm| norm.map(|Number(norm)| norm)).collect::<Vec<_>>()
        };
        assert_eq!(of("linear"), [Some(2.0), a, b, None, None, a, b, b]);
        assert_eq!(of("abs"), [no_sample, None, None, None, no_sample, None, None, None]);
        let single = &at(&trace, 1, value.index()).contributions[0];
        assert_eq!(single.regions[0].norms, trace.regions[0].norms[1]);
        assert_eq!(single.regions[0].norms[1], Some(Number(2.0)));
    }
}

#[test]
fn where_values_count_different_samples_nothing_is_told_apart_and_said_to_be_of_no_sample() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[1, 1], || 1.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let sum_of = |numbers: &[f64]| {
        let x = g.literal(Shape::of_samples(&[numbers.len(), 1]), numbers);
        g.sum(g.linear(x, g.param(w), None))
    };
    let loss = g.add(sum_of(&[1.0, 2.0]), sum_of(&[3.0, 4.0, 5.0]));
    let trace = g.trace(&TraceOptions::of([("loss", loss)]));
    assert_eq!(trace.selections, ["all", "not told apart"]);
    let param = trace.nodes.iter().position(|node| node.param.is_some()).unwrap();
    let gradient = &at(&trace, 0, param).gradient;
    assert_eq!(gradient.norms, [Some(Number(15.0)); 2]);
}

#[test]
fn without_samples_everything_belongs_to_no_sample() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[2], || 3.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let w_ = g.param(w);
    let y = g.scale(w_, 2.0);
    let trace = g.trace(&TraceOptions::of([("loss", g.sum(g.mul(y, y)))]));
    assert_eq!(trace.selections, ["all", "no sample"]);
    let shares = &at(&trace, 0, w_.index()).gradient;
    assert_eq!(entries(&shares.all), [24.0, 24.0]);
    assert_eq!(entries(shares.parts[1].as_ref().unwrap()), [24.0, 24.0]);
    // Both uses of y, each by itself.
    let uses = &at(&trace, 0, y.index()).contributions;
    assert_eq!(uses.iter().map(|of| of.position).collect::<Vec<_>>(), [0, 1]);
    let share = uses[0].share.as_ref().unwrap();
    assert_eq!(entries(share.parts[1].as_ref().unwrap()), entries(&share.all));
}

#[test]
#[should_panic(
    expected = "the groups are those of 3 samples, but the values that the terms depend on count [2]"
)]
fn groups_of_another_batch_are_refused() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[1, 1], || 1.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, 5.0]);
    let loss = g.sum(g.linear(x, g.param(w), None));
    g.trace(&TraceOptions::of([("loss", loss)]).groups(["a"], [0, 0, 0]));
}

#[test]
#[should_panic(expected = "there is no group `c`")]
fn a_part_that_is_closed_to_a_group_that_there_is_not_is_refused() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[1, 1], || 1.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = g.literal(Shape::of_samples(&[2, 1]), &[3.0, 5.0]);
    let z = g.linear(x, g.param(w), None);
    let options = TraceOptions::of([("loss", g.sum(z))]).groups(["a", "b"], [0, 1]);
    g.trace(&options.part("all of it", z, 0..1, ["c"]));
}

#[test]
#[should_panic(expected = "trace: `rows` is numbers 1..5 of the parameter `w`, which has 4")]
fn numbers_that_a_parameter_does_not_have_are_refused_by_name() {
    let mut params = Params::<f64>::new();
    let w = params.add("w", &[2, 2], || 1.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let loss = g.sum(g.param(w));
    g.trace(&TraceOptions::of([("loss", loss)]).params("rows", [(w, 1..5)], [""; 0]));
}

#[test]
#[should_panic(expected = "two groups are called `a`")]
fn two_groups_of_one_name_are_refused() {
    let _ = TraceOptions::default().groups(["a", "a"], [0, 1]);
}
