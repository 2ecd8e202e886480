//! Graphs, shapes and handles.

use gradroute_tape::layers::{Conv2d, Embedding, Mlp, TransformerBlock};
use gradroute_tape::{Gradients, Params, Shape, Tape};
use ndarray::{Array2, s};

use super::panics::{panic_of, says};

fn zeros(g: &gradroute_tape::Graph<'_, f32>, shape: Shape) -> gradroute_tape::Var {
    g.literal(shape, &vec![0.0; shape.len()])
}

#[test]
fn shapes_that_do_not_fit_name_op_operands_labels_and_rule() {
    let mut params = Params::<f32>::new();
    let mlp = Mlp::new(&mut params, "encoder", &[5, 4, 3], true, 0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let images = {
        let _scope = g.scope("batch");
        zeros(&g, Shape::of_samples(&[7, 6]))
    };
    let text = panic_of(|| mlp.forward(&g, images));
    says(
        &text,
        &[
            "linear in encoder.0: the input has 6 columns, but the weight expects 5",
            "operand 0: input [n=7, 6] (batch, ",
            "operand 1: param `encoder.0.weight` [4, 5] (encoder.0, ",
            "operand 2: param `encoder.0.bias` [4]",
            "graphs.rs:",
        ],
    );
}

#[test]
fn every_op_with_a_shape_rule_states_it() {
    let params = Params::<f32>::new();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let z = |dims: &[usize]| zeros(&g, Shape::new(dims));
    let (a, b, v) = (z(&[2, 3]), z(&[4, 5]), z(&[3]));
    says(&panic_of(|| g.linear(a, v, None)), &["linear: the weight must be [out, in]"]);
    says(&panic_of(|| g.linear(a, a, Some(v))), &["linear: the bias must be [2]"]);
    says(&panic_of(|| g.matmul(a, b)), &["matmul: [2, 3] times [4, 5]: inner extents must agree"]);
    says(&panic_of(|| g.matmul(a, v)), &["matmul: operands must be matrices"]);
    for (name, text) in [
        ("add", panic_of(|| g.add(a, b))),
        ("sub", panic_of(|| g.sub(a, b))),
        ("mul", panic_of(|| g.mul(a, b))),
        ("div", panic_of(|| g.div(a, b))),
        ("ablate", panic_of(|| g.ablate(a, b))),
    ] {
        says(&text, &[&format!("{name}: "), "aligned at the last axis", "[2, 3]", "[4, 5]"]);
    }
    says(&panic_of(|| g.route(v, a)), &["route: the mask must have the value's extents"]);
    says(&panic_of(|| g.slice_columns(a, 2..4)), &["slice_columns: columns 2..4 don't lie within"]);
    says(&panic_of(|| g.slice_columns(v, 0..1)), &["slice_columns: the operand must be a matrix"]);
    says(&panic_of(|| g.concat_columns(&[a, b])), &["concat_columns: ", "same number of rows"]);
    says(&panic_of(|| g.concat_columns(&[])), &["concat_columns: at least one operand"]);
    says(&panic_of(|| g.reshape(a, &[4])), &["reshape: [4] holds 4 elements", "operand has 6"]);
    says(&panic_of(|| g.reshape(a, &[1, 1, 1, 2, 3])), &["at most 4 axes, found 5"]);
    says(&panic_of(|| g.sum_axis(a, 2)), &["sum_axis: there is no axis 2", "[2, 3]"]);
    says(&panic_of(|| g.mean_axis(z(&[2, 0]), 1)), &["mean_axis: axis 1 of [2, 0] has extent 0"]);
    says(&panic_of(|| g.mean(z(&[0, 2]))), &["mean: the operand [0, 2] has no elements"]);
    says(&panic_of(|| g.absolute_error(a, b)), &["absolute_error: prediction and target must"]);
    says(&panic_of(|| g.squared_error(a, v)), &["squared_error: prediction and target must"]);
    says(&panic_of(|| g.absolute_error(z(&[2, 0]), z(&[2, 0]))), &["mean over no elements"]);
    says(&panic_of(|| g.weighted_sum(a, v)), &["weighted_sum: there must be one weight for each"]);
    says(&panic_of(|| g.softmax_cross_entropy(v, v)), &["logits must be [.., classes] with two"]);
    says(&panic_of(|| g.softmax_cross_entropy(a, v)), &["labels must be [2], one a row"]);
    says(&panic_of(|| g.literal(Shape::new(&[2]), &[0.0])), &["needs 2 elements, found 1"]);
    says(&panic_of(|| g.scalar(a)), &["one element, found [2, 3]"]);
    says(&panic_of(|| Shape::of_samples(&[])), &["needs an axis to count"]);
}

#[test]
fn a_label_that_is_no_class_is_named_with_its_position() {
    let params = Params::<f32>::new();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let logits = zeros(&g, Shape::of_samples(&[3, 10]));
    for wrong in [10.0, -1.0, 2.5, f32::NAN] {
        let labels = g.literal(Shape::of_samples(&[3]), &[0.0, wrong, 9.0]);
        let text = panic_of(|| g.softmax_cross_entropy(logits, labels));
        says(&text, &["label 1 is ", &wrong.to_string(), "a whole number from 0 to 9"]);
    }
}

#[test]
fn classes_are_read_off_logits_and_labels_that_fit() {
    let params = Params::<f32>::new();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let z = |dims: &[usize]| zeros(&g, Shape::of_samples(dims));
    for dims in [&[3, 0][..], &[3, 2, 0]] {
        let rule = format!("must be [.., classes] with a class or more, not {}", g.shape(z(dims)));
        says(&panic_of(|| g.argmax(z(dims))), &["argmax: ", &rule]);
    }
    let logits = z(&[3, 10]);
    says(&panic_of(|| g.accuracy(z(&[3]), z(&[3]))), &["accuracy: logits must be [.., classes]"]);
    says(
        &panic_of(|| g.accuracy(logits, z(&[3, 1]))),
        &["accuracy: labels must be [3], one a row", "logits [n=3, 10]", "labels [n=3, 1]"],
    );
    says(&panic_of(|| g.accuracy(z(&[0, 10]), z(&[0]))), &["accuracy: there is no sample"]);
    let text = panic_of(|| g.accuracy(logits, g.labels(&[0, 9, 10])));
    says(&text, &["label 2 is 10, but must be a whole number from 0 to 9"]);
}

#[test]
fn a_parameter_with_the_formats_own_name_cannot_be_saved() {
    let mut params = Params::<f32>::new();
    params.add("__metadata__", &[1], || 0.0);
    says(&panic_of(|| params.save("never.safetensors")), &["`__metadata__`", "name it otherwise"]);
}

#[test]
fn a_var_of_an_earlier_step_or_of_another_tape_is_refused() {
    let params = Params::<f32>::new();
    let (mut tape, mut other) = (Tape::new(), Tape::new());
    let stale = zeros(&tape.graph(&params), Shape::scalar());
    let foreign = zeros(&other.graph(&params), Shape::scalar());
    let g = tape.graph(&params);
    let mut gradients = Gradients::new(&params);
    for var in [stale, foreign] {
        says(&panic_of(|| g.relu(var)), &["relu: this Var", "belongs to another graph"]);
        says(&panic_of(|| g.value(var)), &["value: this Var", "belongs to another graph"]);
        says(&panic_of(|| g.shape(var)), &["shape: this Var", "belongs to another graph"]);
        says(&panic_of(|| g.argmax(var)), &["argmax: this Var", "belongs to another graph"]);
        says(&panic_of(|| g.accuracy(var, var)), &["accuracy: this Var"]);
        says(&panic_of(|| g.mean(var)), &["belongs to another graph"]);
        says(&panic_of(|| g.backward(var, &mut gradients)), &["backward: this Var"]);
    }
}

#[test]
fn backward_from_more_than_one_number_is_refused() {
    let params = Params::<f32>::new();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let losses = zeros(&g, Shape::of_samples(&[4]));
    let mut gradients = Gradients::new(&params);
    says(
        &panic_of(|| g.backward(losses, &mut gradients)),
        &["a single number", "the loss is [n=4]", "sum it or take its mean"],
    );
}

#[test]
fn gradients_of_other_parameters_are_refused() {
    let mut params = Params::<f32>::new();
    params.add("a", &[2], || 0.0);
    let mut early = Gradients::new(&params);
    let b = params.add("b", &[3], || 0.0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let loss = g.sum(g.param(b));
    says(
        &panic_of(|| g.backward(loss, &mut early)),
        &["made for other parameters (1 entries, 2 numbers)", "(2, 5)", "make them by `new`"],
    );
}

#[test]
fn the_graph_says_why_it_cannot_grow_while_a_value_is_looked_at() {
    let mut params = Params::<f32>::new();
    let mlp = Mlp::new(&mut params, "net", &[2, 1], true, 0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = zeros(&g, Shape::of_samples(&[1, 2]));
    let held = g.value(x);
    for text in [
        panic_of(|| g.relu(x)),
        panic_of(|| g.labels(&[0])),
        panic_of(|| g.label_mask(&[0], 2, |_, _| true)),
        panic_of(|| zeros(&g, Shape::scalar())),
        panic_of(|| g.scope("layer")),
        panic_of(|| mlp.forward(&g, x)),
    ] {
        says(&text, &["while one of its values is being looked at", "drop the guard"]);
    }
    drop(held);
    mlp.forward(&g, x);
}

#[test]
fn an_input_in_another_layout_is_refused() {
    let params = Params::<f32>::new();
    let images = Array2::<f32>::zeros((4, 6));
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    says(
        &panic_of(|| g.samples(images.t())),
        &["standard (row-major, contiguous) layout", "[n=6, 4]", "strides [1, 6]"],
    );
    says(&panic_of(|| g.constant(images.slice(s![.., ..3]))), &["[4, 3], strides [6, 1]"]);
}

#[test]
fn a_parameter_name_can_be_used_once_only() {
    let mut params = Params::<f32>::new();
    params.add("w", &[1], || 0.0);
    says(&panic_of(|| params.add("w", &[1], || 0.0)), &["`w` exists already"]);
}

#[test]
fn a_parameter_of_other_params_is_refused() {
    let (mut params, empty) = (Params::<f32>::new(), Params::<f32>::new());
    let w = params.add("w", &[1], || 0.0);
    let mut tape = Tape::new();
    let g = tape.graph(&empty);
    says(&panic_of(|| g.param(w)), &["parameter number 0", "other parameters than these 0"]);
}

#[test]
fn a_graph_can_go_on_after_a_refused_op() {
    let params = Params::<f32>::new();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let (a, b) = (zeros(&g, Shape::new(&[2])), zeros(&g, Shape::new(&[3])));
    panic_of(|| g.add(a, b));
    let sum = g.sum(g.add(b, b));
    assert_eq!(g.scalar(sum), 0.0);
    assert_eq!(g.to_text().matches("\n").count(), 4 + 1, "the refused op left nothing behind");
}

#[test]
fn a_handle_of_other_parameters_is_refused_and_one_of_a_copy_is_not() {
    let mut params = Params::<f32>::new();
    let a = params.add("a", &[1], || 1.0);
    let copy = params.clone();
    assert_eq!(copy.get(a), [1.0]);
    let mut others = Params::<f32>::new();
    others.add("b", &[1], || 2.0);
    let mut tape = Tape::new();
    let g = tape.graph(&others);
    says(&panic_of(|| g.param(a)), &["number 0", "other parameters"]);
    says(&panic_of(|| others.get(a)), &["other parameters"]);
    let gradients = Gradients::new(&others);
    says(&panic_of(|| gradients.get(a)), &["other parameters"]);
    let later = params.add("later", &[1], || 3.0);
    says(&panic_of(|| copy.get(later)), &["number 1", "after these were copied"]);
}

#[test]
fn an_axis_that_counts_samples_is_never_taken_for_another() {
    let params = Params::<f32>::new();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let z = g.literal(Shape::of_samples(&[3, 3]), &[0.0; 9]);
    let m = g.literal(Shape::of_samples(&[3]), &[0.0, 1.0, 1.0]);
    for text in [
        panic_of(|| g.route(z, m)),
        panic_of(|| g.ablate(z, m)),
        panic_of(|| g.mul(z, m)),
        panic_of(|| g.sub(m, z)),
    ] {
        says(&text, &["axis 0 of [n=3] counts samples", "reshape it to [n=3, 1]"]);
    }
    let column = g.literal(Shape::of_samples(&[3, 1]), &[0.0; 3]);
    says(&panic_of(|| g.sub(column, m)), &["counts samples"]);
    let one = g.label_mask(&[7], 3, |_, dim| dim == 0);
    says(&panic_of(|| g.route(z, one)), &["counts samples", "can't be repeated to the 3"]);
    // What does not count samples is repeated as before.
    g.route(z, g.literal(Shape::new(&[3]), &[0.0, 1.0, 1.0]));
}

#[test]
fn samples_are_never_mixed_by_a_softmax_or_a_norm() {
    let params = Params::<f32>::new();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = zeros(&g, Shape::of_samples(&[5]));
    for text in [
        panic_of(|| g.softmax(x)),
        panic_of(|| g.log_softmax(x)),
        panic_of(|| g.layer_norm(x, None, None, 1e-5)),
    ] {
        says(&text, &["counts samples", "not be mixed"]);
    }
    says(&panic_of(|| g.permute(x, &[0, 1, 2, 3, 4])), &["[0, 1, 2, 3, 4]", "the 4"]);
}

#[test]
fn what_a_layer_records_bears_the_line_that_called_it() {
    let mut params = Params::<f32>::new();
    let mlp = Mlp::new(&mut params, "mlp", &[8, 4, 8], true, 0);
    let conv = Conv2d::new(&mut params, "conv", 1, 2, 3, 0);
    let tokens = Embedding::new(&mut params, "tokens", 5, 8, 0);
    let block = TransformerBlock::new(&mut params, "block", 8, 2, 16, 0);
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let images = zeros(&g, Shape::of_samples(&[2, 1, 5, 5]));
    conv.forward(&g, images);
    let x = tokens.forward(&g, g.indices(Shape::of_samples(&[2, 3]), &[0; 6]));
    mlp.forward(&g, block.forward(&g, x));
    let text = g.to_text();
    assert!(!text.contains("layers/"), "{text}");
}

#[test]
fn a_mask_of_samples_with_too_few_axes_is_told_every_way_to_fit() {
    let of = |own: &[usize], beside: &[usize]| {
        let (own, beside) = (Shape::of_samples(own), Shape::of_samples(beside));
        own.broadcast(beside).expect_err("the samples are at another axis")
    };
    says(&of(&[4, 16], &[4, 3, 16]), &["another axis: reshape it to [n=4, 1, 16]"]);
    says(&of(&[4, 3], &[4, 3, 16]), &["another axis: reshape it to [n=4, 3, 1]"]);
    says(&of(&[4, 16], &[4, 16, 16]), &["reshape it to [n=4, 1, 16] or [n=4, 16, 1]"]);
    says(&of(&[12, 16], &[4, 3, 16]), &["reshape it to [n=4, 3, 16]"]);
    says(&of(&[5, 7], &[4, 3, 16]), &["no axes of extent 1 make it fit"]);
}

#[test]
fn samples_are_never_mixed_along_the_last_axis() {
    let params = Params::<f32>::new();
    let mut tape = Tape::new();
    let g = tape.graph(&params);
    let x = zeros(&g, Shape::of_samples(&[3]));
    let never = "the last axis counts samples, which must not be mixed";
    says(&panic_of(|| g.entropy(x)), &["entropy: ", never]);
    says(&panic_of(|| g.softmax(x)), &["softmax: ", never]);
    says(&panic_of(|| g.masked_mean_rows(x, x)), &[never]);
    says(&panic_of(|| g.pick(x, g.indices(Shape::scalar(), &[0]))), &["pick: ", never]);
    let square = zeros(&g, Shape::of_samples(&[3, 3]));
    says(&panic_of(|| g.causal_softmax(square)), &["axis 0 counts samples", "[n, t, t]"]);
}
