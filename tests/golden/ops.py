"""Single operations with fixed small inputs: value and gradients, in f64.

Each case holds the operation's inputs, its output, a fixed upstream gradient
`dout` of the output's shape, and the gradient of sum(dout * output) for each
real input. Inputs stay away from kinks and poles, but for the cases that name
one. Arrays are {"shape": [...], "data": [...]}, row-major.
"""

import torch
from torch.nn import functional as F


def _array(tensor):
    tensor = tensor.detach()
    return {"shape": list(tensor.shape), "data": tensor.reshape(-1).tolist()}


def _case(name, op, function, inputs, constants=None, attributes=None, spread=False):
    """Runs `function(**inputs, **constants)`; constants get no gradient."""
    constants = constants or {}
    leaves = {k: v.clone().requires_grad_(True) for k, v in inputs.items()}
    output = function(**leaves, **constants)
    # Not all ones, so that a gradient summed or transposed wrongly shows.
    dout = torch.linspace(0.5, 1.5, max(output.numel(), 1), dtype=torch.float64)
    dout = dout.reshape(output.shape) if output.dim() else torch.tensor(1.0, dtype=torch.float64)
    if spread:
        # Neighbours that are nearly equal would leave a softmax nearly without a gradient.
        dout = _signed(tuple(output.shape), 43)
    output.backward(dout)
    grads = {
        k: _array(torch.zeros_like(v) if v.grad is None else v.grad) for k, v in leaves.items()
    }
    return {
        "name": name,
        "op": op,
        "inputs": {k: _array(v) for k, v in {**inputs, **constants}.items()},
        "attributes": attributes or {},
        "dout": _array(dout),
        "output": _array(output),
        "grads": grads,
    }


def _reals(shape, low, high, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=generator, dtype=torch.float64) * (high - low) + low


def _signed(shape, seed):
    """Reals in [-2, 2], none nearer to 0 than 0.05."""
    x = _reals(shape, -2.0, 2.0, seed)
    return torch.where(x.abs() < 0.05, x + 0.1, x)


def _unary():
    signed, positive = _signed((3, 4), 1), _reals((3, 4), 0.1, 4.0, 2)
    wide = torch.tensor([-40.0, -8.5, -1e-3, 0.0, 1e-3, 0.7, 8.5, 40.0], dtype=torch.float64)
    kink = torch.tensor([-1.0, 0.0, 2.0], dtype=torch.float64)
    for op, function, x in [
        ("tanh", torch.tanh, signed),
        ("sigmoid", torch.sigmoid, signed),
        ("exp", torch.exp, signed),
        ("ln", torch.log, positive),
        ("sqrt", torch.sqrt, positive),
        ("abs", torch.abs, signed),
        ("relu", torch.relu, signed),
    ]:
        yield _case(op, op, lambda x, f=function: f(x), {"x": x})
    for op, function in [("tanh", torch.tanh), ("sigmoid", torch.sigmoid), ("exp", torch.exp)]:
        yield _case(f"{op}_wide_range", op, lambda x, f=function: f(x), {"x": wide})
    for op, function in [("relu", torch.relu), ("abs", torch.abs)]:
        yield _case(f"{op}_at_its_kink", op, lambda x, f=function: f(x), {"x": kink})
    yield _case("scale", "scale", lambda x: -1.75 * x, {"x": signed}, attributes={"factor": -1.75})


def _binary():
    a = _signed((2, 3, 4), 3)
    others = {
        "same_shape": (2, 3, 4),
        "row": (4,),
        "column": (3, 1),
        "outer": (2, 1, 1),
        "one": (1,),
    }
    functions = {"add": torch.add, "sub": torch.sub, "mul": torch.mul}
    for op, function in functions.items():
        for kind, shape in others.items():
            b = _signed(shape, 4)
            yield _case(f"{op}_{kind}", op, lambda a, b, f=function: f(a, b), {"a": a, "b": b})
    square = {"a": _signed((3, 2), 5)}
    yield _case("mul_with_itself", "mul", lambda a: a * a, square)


def _products():
    x, w, b = _signed((5, 3), 6), _signed((4, 3), 7), _signed((4,), 8)
    yield _case("matmul", "matmul", lambda a, b: a @ b, {"a": x, "b": _signed((3, 2), 9)})
    yield _case("linear", "linear", F.linear, {"input": x, "weight": w, "bias": b})
    yield _case("linear_without_bias", "linear", F.linear, {"input": x, "weight": w})
    yield _case(
        "linear_relu",
        "linear_relu",
        lambda input, weight, bias: F.relu(F.linear(input, weight, bias)),
        {"input": x, "weight": w, "bias": b},
    )


def _reductions_and_views():
    x = _signed((2, 3, 4), 10)
    for axis in range(3):
        for op, function in [("sum_axis", torch.sum), ("mean_axis", torch.mean)]:
            over = lambda x, f=function, d=axis: f(x, d)
            yield _case(f"{op}_{axis}", op, over, {"x": x}, attributes={"axis": axis})
    yield _case("sum", "sum", torch.sum, {"input": x})
    yield _case("mean", "mean", torch.mean, {"input": x})
    yield _case("l1_norm", "l1_norm", lambda x: x.abs().sum(), {"x": x})
    z = _signed((3, 8), 11)
    for name, start, end in [("bottom_half", 0, 4), ("top_half", 4, 8), ("middle", 3, 6)]:
        at = {"start": start, "end": end}
        cut = lambda x, s=start, e=end: x[:, s:e]
        yield _case(f"slice_columns_{name}", "slice_columns", cut, {"x": z}, attributes=at)
    parts = {"a": z[:, :3].contiguous(), "b": z[:, 3:].contiguous()}
    yield _case("concat_columns", "concat_columns", lambda a, b: torch.cat([a, b], 1), parts)


def _losses():
    prediction, target = _signed((4, 3), 12), _signed((4, 3), 13) * 0.9
    pair = {"prediction": prediction, "target": target}
    for kind, function in [("absolute", F.l1_loss), ("squared", F.mse_loss)]:
        over_all = lambda prediction, target, f=function: f(prediction, target)
        over_columns = lambda prediction, target, f=function: f(
            prediction, target, reduction="none"
        ).mean(1)
        op = f"mean_{kind}_error"
        yield _case(op, op, over_all, pair)
        op = f"{kind}_error_per_sample"
        yield _case(op, op, over_columns, pair)

    sample_weights = torch.tensor([0.25, 0.0, 1.5, -0.5], dtype=torch.float64)
    weighted = lambda losses, weights: (weights * losses).sum()
    losses = {"losses": _reals((4,), 0.1, 2.0, 14)}
    yield _case("weighted_sum", "weighted_sum", weighted, losses, {"weights": sample_weights})

    labels = torch.tensor([2, 0, 4, 1, 2, 3])
    for kind, factor in [("", 1.0), ("_large_logits", 60.0)]:
        logits = {"logits": _signed((6, 5), 15) * factor}
        for op, reduction in [("cross_entropy", "none"), ("cross_entropy_mean", "mean")]:
            entropy = lambda logits, labels, r=reduction: F.cross_entropy(
                logits, labels, reduction=r
            )
            yield _case(op + kind, op, entropy, logits, {"labels": labels})


def _routing():
    z = _signed((4, 6), 16)
    routed = lambda x, mask: mask * x + (1 - mask) * x.detach()
    first, second = [1.0] * 3 + [0.0] * 3, [0.0] * 3 + [1.0] * 3
    masks = {
        "halves": torch.tensor([first, second, second, first], dtype=torch.float64),
        "real_weights": _reals((4, 6), -1.0, 2.0, 17),
        "per_sample": torch.tensor([[1.0], [0.0], [0.3], [-2.0]], dtype=torch.float64),
    }
    for name, mask in masks.items():
        yield _case(f"route_{name}", "route", routed, {"x": z}, {"mask": mask})
    yield _case("detach", "detach", lambda x, y: x.detach() * y, {"x": z, "y": z * 0.5})

    # Sample i updates weight and bias with factor s_i; the gradient towards the
    # input stays whole.
    def sample_weighted_linear(input, weight, bias, sample_weights):
        s = sample_weights.unsqueeze(1)
        own = F.linear(input.detach(), weight, bias)
        through = F.linear(input, weight.detach(), bias.detach())
        return through + s * (own - own.detach())

    inputs = {
        "input": _signed((4, 3), 18),
        "weight": _signed((2, 3), 19),
        "bias": _signed((2,), 20),
    }
    factors = {"sample_weights": torch.tensor([1.0, 0.0, 0.3, -2.0], dtype=torch.float64)}
    op = "linear_sample_weights"
    yield _case(op, op, sample_weighted_linear, inputs, factors)


def _smooth_units():
    signed = _signed((3, 4), 21)
    wide = torch.tensor([-60.0, -8.5, -1e-3, 0.0, 1e-3, 0.7, 8.5, 60.0], dtype=torch.float64)
    for op, function in [
        ("gelu", lambda x: F.gelu(x, approximate="tanh")),
        ("silu", lambda x: F.silu(x)),
        # PyTorch goes straight from its threshold of 20 on.
        ("softplus", lambda x: F.softplus(x, threshold=1e9)),
    ]:
        yield _case(op, op, function, {"x": signed})
        yield _case(f"{op}_wide_range", op, function, {"x": wide})
    positive = {"a": _signed((2, 3), 22), "b": _reals((3,), 0.5, 2.0, 23)}
    yield _case("div", "div", lambda a, b: a / b, positive)


def _orders_and_tables():
    x = _signed((2, 3, 4), 24)
    for order in [(2, 0, 1), (0, 2, 1)]:
        name = "permute_" + "".join(map(str, order))
        turned = lambda x, o=order: x.permute(o)
        yield _case(name, "permute", turned, {"x": x}, attributes={"order": list(order)})
    flat = lambda x: x.reshape(2, 12)
    yield _case("reshape", "reshape", flat, {"x": x}, attributes={"rows": 2, "columns": 12})
    tokens = torch.tensor([[1, 4, 1], [0, 1, 3]])
    look_up = lambda table, indices: F.embedding(indices, table)
    table = {"table": _signed((5, 3), 25)}
    yield _case("embedding", "embedding", look_up, table, {"indices": tokens})
    actions = torch.tensor([[1, 3, 0], [2, 2, 3]])
    pick = lambda x, indices: x.gather(-1, indices.unsqueeze(-1)).squeeze(-1)
    yield _case("pick", "pick", pick, {"x": x}, {"indices": actions})


def _batched_products():
    a, b = _signed((2, 2, 3, 4), 26), _signed((2, 2, 4, 5), 27)
    yield _case("matmul_batched", "matmul", lambda a, b: a @ b, {"a": a, "b": b})
    turned = {"a": a.transpose(-1, -2).contiguous(), "b": b}
    yield _case("matmul_tn", "matmul_tn", lambda a, b: a.transpose(-1, -2) @ b, turned)
    turned = {"a": a, "b": b.transpose(-1, -2).contiguous()}
    yield _case("matmul_nt", "matmul_nt", lambda a, b: a @ b.transpose(-1, -2), turned)
    inputs = {"input": _signed((2, 4, 3), 28), "weight": _signed((5, 3), 29), "bias": _signed((5,), 30)}
    yield _case("linear_of_sequences", "linear", F.linear, inputs)


def _images():
    image, bias = _signed((2, 3, 6, 5), 31), _signed((4,), 32)
    for name, kernel, stride, padding, with_bias in [
        ("plain", (3, 3), 1, 0, True),
        ("padded", (3, 3), 1, 1, True),
        ("with_stride", (3, 2), 2, 1, False),
        ("one_by_one", (1, 1), 1, 0, True),
        ("wide_padding", (2, 2), 3, 2, False),
    ]:
        inputs = {"input": image, "weight": _signed((4, 3, *kernel), 33)}
        if with_bias:
            inputs["bias"] = bias
        conv = lambda input, weight, bias=None, s=stride, p=padding: F.conv2d(
            input, weight, bias, stride=s, padding=p
        )
        at = {"stride": stride, "padding": padding}
        yield _case(f"conv2d_{name}", "conv2d", conv, inputs, attributes=at)
    for size, stride in [(2, 2), (3, 1)]:
        for op, function in [("max_pool2d", F.max_pool2d), ("avg_pool2d", F.avg_pool2d)]:
            pool = lambda x, f=function, k=size, s=stride: f(x, k, stride=s)
            at = {"size": size, "stride": stride}
            yield _case(f"{op}_{size}_{stride}", op, pool, {"x": image}, attributes=at)


def _normalisations():
    x = _signed((2, 3, 4), 34)
    for axis in range(3):
        for op, function in [("max_axis", torch.amax), ("min_axis", torch.amin)]:
            over = lambda x, f=function, d=axis: f(x, d)
            yield _case(f"{op}_{axis}", op, over, {"x": x}, attributes={"axis": axis})
    flat, mask = _signed((3, 4), 35), torch.tensor(
        [[1.0, 0.0, 2.0, 1.0], [0.5, 1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]], dtype=torch.float64
    )
    mean = lambda x, mask: (x * mask).sum() / mask.sum()
    yield _case("masked_mean", "masked_mean", mean, {"x": flat}, {"mask": mask})
    rows = lambda x, mask: (x * mask).sum(-1) / mask.sum(-1)
    yield _case("masked_mean_rows", "masked_mean_rows", rows, {"x": flat}, {"mask": mask})
    standard = lambda x: (x - x.mean(0)) / x.std(0)
    yield _case("standardize", "standardize", standard, {"x": _signed((5, 3), 36)}, spread=True)

    for name, factor in [("", 1.0), ("_of_larger_numbers", 2.0)]:
        scaled = x * factor
        yield _case(f"softmax{name}", "softmax", lambda x: x.softmax(-1), {"x": scaled}, spread=True)
        log = lambda x: x.log_softmax(-1)
        yield _case(f"log_softmax{name}", "log_softmax", log, {"x": scaled}, spread=True)
    seen = torch.ones(4, 4, dtype=torch.bool).tril()
    causal = lambda x: x.masked_fill(~seen, float("-inf")).softmax(-1)
    x4 = {"x": _signed((2, 3, 4, 4), 37)}
    yield _case("causal_softmax", "causal_softmax", causal, x4, spread=True)

    parts = {"input": x, "weight": _signed((4,), 38), "bias": _signed((4,), 39)}
    for name, used in [("", ["input", "weight", "bias"]), ("_without_weight", ["input"])]:
        norm = lambda input, weight=None, bias=None: F.layer_norm(input, (4,), weight, bias, 1e-5)
        inputs = {k: parts[k] for k in used}
        at = {"eps": 1e-5}
        yield _case(f"layer_norm{name}", "layer_norm", norm, inputs, attributes=at, spread=True)


def _more_losses():
    logits = _signed((2, 3, 4), 40)
    labels = torch.tensor([[2, 0, 3], [1, 2, 2]])
    entropy = lambda logits, labels: F.cross_entropy(
        logits.reshape(-1, 4), labels.reshape(-1), reduction="none"
    ).reshape(2, 3)
    name = "cross_entropy_of_sequences"
    yield _case(name, "cross_entropy", entropy, {"logits": logits}, {"labels": labels})
    for name, factor in [("", 1.0), ("_large_logits", 30.0)]:
        op = "binary_cross_entropy"
        binary = lambda logits, targets: F.binary_cross_entropy_with_logits(
            logits, targets, reduction="none"
        )
        targets = {"targets": _reals((2, 3, 4), 0.0, 1.0, 41).round(decimals=1)}
        yield _case(op + name, op, binary, {"logits": logits * factor}, targets)
    categorical = lambda logits: torch.distributions.Categorical(logits=logits).entropy()
    yield _case("entropy", "entropy", categorical, {"logits": logits}, spread=True)
    for kind, function in [("absolute", F.l1_loss), ("squared", F.mse_loss)]:
        rows = lambda prediction, target, f=function: f(prediction, target, reduction="none").mean(-1)
        pair = {"prediction": logits, "target": _signed((2, 3, 4), 42) * 0.9}
        name = f"{kind}_error_of_sequences"
        yield _case(name, f"{kind}_error_per_sample", rows, pair)
    ablated = lambda x, mask: x * mask
    mask = torch.tensor([[[0.0], [1.0], [0.5]], [[1.0], [0.0], [-1.0]]], dtype=torch.float64)
    yield _case("ablate", "ablate", ablated, {"x": logits}, {"mask": mask})


def cases():
    groups = (
        _unary,
        _binary,
        _products,
        _reductions_and_views,
        _losses,
        _routing,
        _smooth_units,
        _orders_and_tables,
        _batched_products,
        _images,
        _normalisations,
        _more_losses,
    )
    return [case for group in groups for case in group()]
