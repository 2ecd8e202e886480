//! One entry for each op of the tape, and for each way to use it that has a path of its own.

use gradroute_kernels::random::Stream;

use crate::case::{Case, Operand, Sizes, normal, positive};

/// `name, sizes, operands => function;` for each case. The function is compiled for f32 and f64.
macro_rules! cases {
    ($($name:literal, $sizes:expr, |$s:ident| [$($operand:expr),*] => |$g:ident, $x:ident, $c:ident| $body:expr;)*) => {
        /// All cases.
        pub fn cases() -> Vec<Case> {
            vec![$(Case {
                name: $name,
                sizes: $sizes,
                operands: |$s| vec![$($operand),*],
                single: |$g, $x, $s, $c| { let _ = ($s, $c); $body },
                double: |$g, $x, $s, $c| { let _ = ($s, $c); $body },
            }),*]
        }
    };
}

fn any(sizes: Sizes) -> Sizes {
    sizes
}

/// None of the extents is 0.
fn filled(sizes: Sizes) -> Sizes {
    sizes.filled()
}

/// Samples may be missing, but no other extent is 0.
fn rows(sizes: Sizes) -> Sizes {
    Sizes { n: sizes.n, ..sizes.filled() }
}

fn two_rows(sizes: Sizes) -> Sizes {
    Sizes { n: sizes.n.max(2), ..sizes.filled() }
}

/// An image: t channels, 5 to 8 by 4 pixels.
fn image(s: Sizes) -> Operand {
    normal(&[s.n, s.t, 5 + s.d % 4, 4]).by_sample()
}

fn matrix(s: Sizes) -> Operand {
    normal(&[s.n, s.d]).by_sample()
}

fn sequence(s: Sizes) -> Operand {
    normal(&[s.n, s.t, s.d]).by_sample()
}

cases! {
    // One operand, element by element.
    "abs", any, |s| [matrix(s)] => |g, x, c| g.abs(x[0]);
    "affine", any, |s| [matrix(s)] => |g, x, c| g.affine(x[0], -1.75, 0.5);
    "exp", any, |s| [matrix(s)] => |g, x, c| g.exp(x[0]);
    "gelu", any, |s| [matrix(s)] => |g, x, c| g.gelu(x[0]);
    "ln", any, |s| [positive(&[s.n, s.d]).by_sample()] => |g, x, c| g.ln(x[0]);
    "relu", any, |s| [matrix(s)] => |g, x, c| g.relu(x[0]);
    "sigmoid", any, |s| [matrix(s)] => |g, x, c| g.sigmoid(x[0]);
    "silu", any, |s| [matrix(s)] => |g, x, c| g.silu(x[0]);
    "softplus", any, |s| [matrix(s)] => |g, x, c| g.softplus(x[0]);
    "sqrt", any, |s| [positive(&[s.n, s.d]).by_sample()] => |g, x, c| g.sqrt(x[0]);
    "tanh", any, |s| [matrix(s)] => |g, x, c| g.tanh(x[0]);

    // Two operands, broadcast.
    "add", any, |s| [sequence(s), normal(&[s.d])] => |g, x, c| g.add(x[0], x[1]);
    "sub", any, |s| [sequence(s), normal(&[s.n, s.t, 1]).by_sample()] => |g, x, c| g.sub(x[0], x[1]);
    "mul", any, |s| [sequence(s), normal(&[s.t, 1])] => |g, x, c| g.mul(x[0], x[1]);
    "mul of equal extents", any, |s| [matrix(s), matrix(s)] => |g, x, c| g.mul(x[0], x[1]);
    "div", any, |s| [matrix(s), positive(&[s.n, 1]).by_sample()] => |g, x, c| g.div(x[0], x[1]);

    // Other orders and parts.
    "concat_columns", any, |s| [matrix(s), normal(&[s.n, s.k]).by_sample()]
        => |g, x, c| g.concat_columns(&[x[0], x[1]]);
    "slice_columns", any, |s| [matrix(s)] => |g, x, c| g.slice_columns(x[0], s.d / 3..s.d);
    "reshape", any, |s| [sequence(s)] => |g, x, c| g.reshape(x[0], &[s.n, s.t * s.d]);
    "permute", any, |s| [normal(&[s.n, s.t, s.d, s.k]).by_sample()]
        => |g, x, c| g.permute(x[0], &[0, 2, 3, 1]);
    "permute of samples", any, |s| [normal(&[s.n, s.t, s.d])] => |g, x, c| g.permute(x[0], &[2, 0, 1]);
    "embedding", filled, |s| [normal(&[s.k, s.d])]
        => |g, x, c| g.embedding(x[0], c.indices(g, "tokens", &[s.n, s.t], s.k));
    "pick", rows, |s| [sequence(s)]
        => |g, x, c| g.pick(x[0], c.indices(g, "actions", &[s.n, s.t], s.d));

    // Products.
    "matmul", any, |s| [matrix(s), normal(&[s.d, s.k])] => |g, x, c| g.matmul(x[0], x[1]);
    "matmul of many", any, |s| [normal(&[s.n, s.t, s.k, s.d]).by_sample(), normal(&[s.n, s.t, s.d, s.k]).by_sample()]
        => |g, x, c| g.matmul(x[0], x[1]);
    "matmul_tn", any, |s| [normal(&[s.n, s.d, s.t]).by_sample(), normal(&[s.n, s.d, s.k]).by_sample()]
        => |g, x, c| g.matmul_tn(x[0], x[1]);
    "matmul_nt", any, |s| [normal(&[s.n, s.t, s.d]).by_sample(), normal(&[s.n, s.k, s.d]).by_sample()]
        => |g, x, c| g.matmul_nt(x[0], x[1]);
    "linear", any, |s| [sequence(s), normal(&[s.k, s.d]), normal(&[s.k])]
        => |g, x, c| g.linear(x[0], x[1], Some(x[2]));
    "linear with relu", filled, |s| [matrix(s), normal(&[s.k, s.d]), normal(&[s.k])]
        => |g, x, c| g.linear_relu(x[0], x[1], Some(x[2]));
    "linear with update weights", any, |s| [sequence(s), normal(&[s.k, s.d]), normal(&[s.k])]
        => |g, x, c| {
            let (update, rows) = (c.mask(g, "update", &[s.n]), g.as_samples(x[0]));
            g.update_weighted(update, || g.linear(rows, x[1], Some(x[2])))
        };
    "linear with update weights by row", rows, |s| [sequence(s), normal(&[s.k, s.d])]
        => |g, x, c| {
            let (update, rows) = (c.mask(g, "update", &[s.n, s.t, s.k]), g.as_samples(x[0]));
            g.update_weighted(update, || g.linear_relu(rows, x[1], None))
        };
    "linear with update weights by row and column", rows, |s| [sequence(s), normal(&[s.k, s.d])]
        => |g, x, c| {
            let (update, seen) = (c.mask(g, "update", &[s.n, s.t]), c.mask(g, "seen", &[s.n, 1, s.d]));
            let rows = g.as_samples(x[0]);
            let layer = || g.linear(rows, x[1], None);
            g.update_weighted(update, || g.update_weighted_columns(seen, layer))
        };
    "embedding with update weights", rows, |s| [normal(&[s.k, s.d])]
        => |g, x, c| {
            let tokens = g.as_samples(c.indices(g, "tokens", &[s.n, s.t], s.k));
            let update = c.mask(g, "update", &[s.n, s.t, s.d]);
            g.update_weighted(update, || g.embedding(x[0], tokens))
        };
    "layer_norm with update weights", rows, |s| [sequence(s), normal(&[s.d]), normal(&[s.d])]
        => |g, x, c| {
            let (update, rows) = (c.mask(g, "update", &[s.n, s.t, s.d]), g.as_samples(x[0]));
            g.update_weighted(update, || g.layer_norm(rows, Some(x[1]), Some(x[2]), 1e-2))
        };
    "conv2d with update weights by row and column", rows, |s| [image(s), normal(&[s.k, s.t, 3, 2]), normal(&[s.k])]
        => |g, x, c| {
            let (update, seen) = (c.mask(g, "update", &[s.n, s.k]), c.mask(g, "seen", &[s.n, s.t]));
            let image = g.as_samples(x[0]);
            let layer = || g.conv2d(image, x[1], Some(x[2]), 1, 0);
            g.update_weighted(update, || g.update_weighted_columns(seen, layer))
        };
    "conv2d", rows, |s| [image(s), normal(&[s.k, s.t, 3, 2]), normal(&[s.k])]
        => |g, x, c| g.conv2d(x[0], x[1], Some(x[2]), 1, 0);
    "conv2d with stride and padding", rows, |s| [image(s), normal(&[s.k, s.t, 3, 3])]
        => |g, x, c| g.conv2d(x[0], x[1], None, 2, 1);
    "max_pool2d", rows, |s| [image(s)] => |g, x, c| g.max_pool2d(x[0], 2, 2);
    "max_pool2d with overlap", rows, |s| [image(s)] => |g, x, c| g.max_pool2d(x[0], 3, 1);
    "avg_pool2d", rows, |s| [image(s)] => |g, x, c| g.avg_pool2d(x[0], 2, 1);

    // Sums and what is made of them.
    "sum", any, |s| [normal(&[s.n, s.d])] => |g, x, c| g.sum(x[0]);
    "sum_axis 0", any, |s| [normal(&[s.n, s.t, s.d])] => |g, x, c| g.sum_axis(x[0], 0);
    "sum_axis 1", any, |s| [sequence(s)] => |g, x, c| g.sum_axis(x[0], 1);
    "max_axis", rows, |s| [sequence(s)] => |g, x, c| g.max_axis(x[0], 2);
    "min_axis", rows, |s| [sequence(s)] => |g, x, c| g.min_axis(x[0], 1);
    "masked_mean", any, |s| [normal(&[s.n, s.t])]
        => |g, x, c| g.masked_mean(x[0], c.weights(g, "mask", &[s.n, s.t]));
    "masked_mean_rows", any, |s| [matrix(s)]
        => |g, x, c| g.masked_mean_rows(x[0], c.weights(g, "mask", &[s.n, s.d]));
    "standardize", two_rows, |s| [normal(&[s.n, s.d])] => |g, x, c| g.standardize(x[0]);
    "softmax", rows, |s| [sequence(s)] => |g, x, c| g.softmax(x[0]);
    "causal_softmax", rows, |s| [normal(&[s.n, s.k, s.t, s.t]).by_sample()]
        => |g, x, c| g.causal_softmax(x[0]);
    "log_softmax", rows, |s| [sequence(s)] => |g, x, c| g.log_softmax(x[0]);
    "layer_norm", rows, |s| [sequence(s), normal(&[s.d]), normal(&[s.d])]
        => |g, x, c| g.layer_norm(x[0], Some(x[1]), Some(x[2]), 1e-2);
    "layer_norm without weight", rows, |s| [matrix(s)] => |g, x, c| g.layer_norm(x[0], None, None, 0.1);

    // Losses.
    "softmax_cross_entropy", rows, |s| [sequence(s)]
        => |g, x, c| g.softmax_cross_entropy(x[0], c.indices(g, "labels", &[s.n, s.t], s.d));
    "binary_cross_entropy", any, |s| [matrix(s)]
        => |g, x, c| g.binary_cross_entropy_with_logits(x[0], c.shares(g, "targets", &[s.n, s.d]));
    "entropy", rows, |s| [sequence(s)] => |g, x, c| g.entropy(x[0]);
    "absolute_error", rows, |s| [sequence(s), sequence(s)] => |g, x, c| g.absolute_error(x[0], x[1]);
    "squared_error", rows, |s| [matrix(s), matrix(s)] => |g, x, c| g.squared_error(x[0], x[1]);
    "weighted_sum", any, |s| [normal(&[s.n])]
        => |g, x, c| g.weighted_sum(x[0], c.mask(g, "weights", &[s.n]));

    // What decides who teaches whom.
    "ablate", any, |s| [sequence(s)] => |g, x, c| g.ablate(x[0], c.mask(g, "mask", &[s.n, 1, s.d]));
    "route", any, |s| [sequence(s)] => |g, x, c| g.route(g.as_samples(x[0]), c.mask(g, "mask", &[s.n, s.t, 1]));
    "route of equal extents", any, |s| [matrix(s)]
        => |g, x, c| g.route(g.as_samples(x[0]), c.mask(g, "mask", &[s.n, s.d]));
    "detach", any, |s| [matrix(s), matrix(s)] => |g, x, c| g.mul(g.detach(x[0]), x[1]);
    "dropout", any, |s| [matrix(s)]
        => |g, x, c| g.dropout(x[0], 0.3, &mut Stream::new(c.seed, "dropout", 0));
}
