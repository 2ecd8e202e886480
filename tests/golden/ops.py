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


def _case(name, op, function, inputs, constants=None, attributes=None):
    """Runs `function(**inputs, **constants)`; constants get no gradient."""
    constants = constants or {}
    leaves = {k: v.clone().requires_grad_(True) for k, v in inputs.items()}
    output = function(**leaves, **constants)
    # Not all ones, so that a gradient summed or transposed wrongly shows.
    dout = torch.linspace(0.5, 1.5, max(output.numel(), 1), dtype=torch.float64)
    dout = dout.reshape(output.shape) if output.dim() else torch.tensor(1.0, dtype=torch.float64)
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


def cases():
    groups = (_unary, _binary, _products, _reductions_and_views, _losses, _routing)
    return [case for group in groups for case in group()]
