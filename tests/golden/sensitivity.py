"""How far correct f32 implementations of the golden run can be from each other.

    python sensitivity.py [--seeds N]

Runs the 20 steps of make.py in f32 again in ways that are the same in exact
arithmetic: other threads, other orders of units and samples, the input layer
as 2*W*p + (b - W*1), every product as one ascending chain of fused
multiply-adds, the fused Adam, weights moved by one rounding. Prints the
largest difference from the golden f32 run, and from f64. What it prints for
the seed of SPEC stands in README.md; another seed can be worse, because
a ReLU or the sign of an error may sit on its edge.
"""

import argparse
from contextlib import contextmanager

import torch
from torch import nn

from make import SPEC, new_model, new_optimizer, train, training_set, weights
from seed_model import TERMS


class Chain(torch.autograd.Function):
    """x @ w.T where each element is one ascending fma chain, as are its gradients."""

    @staticmethod
    def product(a, b):
        """a [m, k] times b [k, n]. A product of two f32 is exact in f64, so the
        sum there, rounded once more to f32, is a fused multiply-add but for
        rare double roundings."""
        a, b = a.double(), b.double()
        total = torch.zeros(a.shape[0], b.shape[1], dtype=torch.float32)
        for k in range(a.shape[1]):
            total = torch.addr(total.double(), a[:, k], b[k]).float()
        return total

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return Chain.product(x, w.T)

    @staticmethod
    def backward(ctx, dy):
        x, w = ctx.saved_tensors
        dx = Chain.product(dy, w) if ctx.needs_input_grad[0] else None
        return dx, Chain.product(dy.T, x)


class RewrittenLinear(nn.Module):
    """A linear layer by chains (`chain`), and on 2p-1 (`affine`), or both."""

    def __init__(self, linear, chain, affine):
        super().__init__()
        self.weight, self.bias = linear.weight, linear.bias
        self.chain, self.affine = chain, affine

    def forward(self, x):
        bias = 0 if self.bias is None else self.bias
        if self.affine:
            x = (x + 1) / 2
            bias = bias - self.weight.sum(1)
        y = Chain.apply(x, self.weight) if self.chain else x @ self.weight.T
        return (2 * y if self.affine else y) + bias


def rewrite(model, chain=False, affine=False):
    for part, layers in model.named_children():
        for i, layer in enumerate(layers):
            if isinstance(layer, nn.Linear):
                first = part == "encoder" and i == 0
                if chain or (affine and first):
                    layers[i] = RewrittenLinear(layer, chain, affine and first)
    return model


def permute_hidden(model, orders):
    """Reorders hidden units in place; the function computed stays the same."""
    for part, layers in model.named_children():
        linear = [layer for layer in layers if isinstance(layer, (nn.Linear, RewrittenLinear))]
        for i, (a, b) in enumerate(zip(linear, linear[1:])):
            order = orders[part, i]
            with torch.no_grad():
                a.weight.copy_(a.weight[order].clone())
                a.bias.copy_(a.bias[order].clone())
                b.weight.copy_(b.weight[:, order].clone())


def random_orders(model, generator):
    orders = {}
    for part, layers in model.named_children():
        linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
        for i, layer in enumerate(linear[:-1]):
            orders[part, i] = torch.randperm(layer.out_features, generator=generator)
    return orders


@contextmanager
def threads(count):
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def unchanged(model):
    return model


def run(seed, dtype=torch.float32, prepare=unchanged, finish=unchanged, fused=False, order=None):
    model = prepare(new_model(dtype, seed))
    x, labels = training_set(dtype)
    # The default keeps torch's own choice for the Adam, as make.py does.
    options = {"fused": True} if fused else {}
    extra = {"order": order} if order else {}
    history = train(model, new_optimizer(model, **options), x, labels, **extra)
    finish(model)
    return history, weights(model)


def nudged(model, generator):
    """Each weight moved by at most one rounding error of f32, at random."""
    for p in model.parameters():
        with torch.no_grad():
            noise = torch.rand(p.shape, generator=generator) * 2 - 1
            p.mul_(1 + noise * 2.0**-23)
    return model


def variants(seed):
    generator = torch.Generator().manual_seed(1)
    with threads(2):
        yield "two threads", run(seed)
    orders = random_orders(new_model(seed=seed), generator)
    back = {key: torch.argsort(order) for key, order in orders.items()}

    def permuted(model):
        permute_hidden(model, orders)
        return model

    restored = lambda model: permute_hidden(model, back)
    yield "hidden units permuted", run(seed, prepare=permuted, finish=restored)
    shuffled = lambda n: torch.randperm(n, generator=generator)
    yield "samples of each batch permuted", run(seed, order=shuffled)
    yield "input layer as 2*W*p + (b - W*1)", run(seed, prepare=lambda m: rewrite(m, affine=True))
    yield "ascending fma chains", run(seed, prepare=lambda m: rewrite(m, chain=True))
    both = lambda m: rewrite(m, chain=True, affine=True)
    yield "chains and 2*W*p + (b - W*1)", run(seed, prepare=both)
    yield "fused Adam", run(seed, fused=True)
    for trial in range(10):
        one_rounding_off = lambda model: nudged(model, generator)
        yield f"initial weights one rounding off, {trial}", run(seed, prepare=one_rounding_off)
    yield "f64", run(seed, torch.float64)


def differences(golden, other):
    """(largest relative difference of a loss term, largest absolute one of a weight)."""
    losses = max(
        abs(a - b) / abs(a) for term in TERMS for a, b in zip(golden[0][term], other[0][term])
    )
    weights = max(
        (p.double() - other[1][name].double()).abs().max().item() for name, p in golden[1].items()
    )
    return losses, weights


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=0, help="try this many other seeds too")
    own = SPEC["train"]["seed"]
    others = [seed for seed in range(own + parser.parse_args().seeds + 1) if seed != own]
    seeds = [own] + others[: parser.parse_args().seeds]
    torch.set_num_threads(1)
    for seed in seeds:
        golden = run(seed)
        print(f"seed {seed}: {'losses, relative':>50} {'weights, absolute':>18}")
        worst = [0.0, 0.0]
        for name, result in variants(seed):
            losses, values = differences(golden, result)
            worst = [max(worst[0], losses), max(worst[1], values)]
            print(f"  {name:<40} {losses:16.1e} {values:18.1e}")
        print(f"  {'worst':<40} {worst[0]:16.1e} {worst[1]:18.1e}", flush=True)


if __name__ == "__main__":
    main()
