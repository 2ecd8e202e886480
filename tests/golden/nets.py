"""Two small nets with routes in them, twenty steps each: the PyTorch side of tests/src/nets.

    python nets.py [--out FOLDER]

Weights and batches come from an integer hash, so that nothing but results is stored: the losses of
the f64 and the f32 run, the final weights of the f64 run, and for each tensor the largest distance
between both runs' final weights.
"""

import argparse
import math
from pathlib import Path

import numpy as np
import torch
from make import PRECISIONS, versions, write_json
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

HERE = Path(__file__).resolve().parent
STEPS, LR, WARM_UP, COSINE = 20, 3e-3, 5, 40


def mixed(x):
    """The finalizer of MurmurHash3, on arrays of uint32."""
    x = (x ^ (x >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    x = (x ^ (x >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return x ^ (x >> np.uint32(16))


def hash_of(purpose, count):
    with np.errstate(over="ignore"):
        start = mixed(np.array([purpose], np.uint32) + np.uint32(0x9E3779B9))
        return mixed(np.arange(count, dtype=np.uint32) + start)


def signed(purpose, count):
    return hash_of(purpose, count).astype(np.float64) / 2.0**31 - 1.0


def begin(model, dtype):
    """Sets all parameters to what they begin with, in declared order."""
    for number, (name, p) in enumerate(model.named_parameters()):
        middle, bound = 0.0, 0.1
        if p.dim() > 1:
            bound = 1.0 / math.sqrt(p[0].numel())
        elif "norm" in name and name.endswith("weight"):
            middle = 1.0
        values = middle + bound * signed(number, p.numel())
        p.data = torch.from_numpy(values).to(dtype).reshape(p.shape)
    return model


def route(x, mask):
    return mask * x + (1 - mask) * x.detach()


class Attention(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(d, d, bias=False)
        self.key = nn.Linear(d, d, bias=False)
        self.value = nn.Linear(d, d, bias=False)
        self.output = nn.Linear(d, d)

    def forward(self, x, mask):
        n, t, d = x.shape
        split = lambda layer: layer(x).reshape(n, t, self.heads, -1).transpose(1, 2)
        heads = F.scaled_dot_product_attention(
            split(self.query), split(self.key), split(self.value), is_causal=True
        )
        return self.output(route(heads.transpose(1, 2).reshape(n, t, d), mask))


class Block(nn.Module):
    def __init__(self, d, heads, hidden):
        super().__init__()
        self.norm_1 = nn.LayerNorm(d)
        self.attention = Attention(d, heads)
        self.norm_2 = nn.LayerNorm(d)
        self.expand = nn.Linear(d, hidden)
        self.contract = nn.Linear(hidden, d)

    def forward(self, x, of_token, of_kind):
        x = x + self.attention(self.norm_1(x), of_token)
        hidden = F.gelu(self.expand(self.norm_2(x)), approximate="tanh")
        return x + self.contract(route(hidden, of_kind))


class Transformer(nn.Module):
    STORIES, CONTEXT, TOKENS, D, HEADS, HIDDEN = 8, 64, 32, 64, 4, 128

    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(self.TOKENS, self.D)
        self.positions = nn.Parameter(torch.zeros(self.CONTEXT, self.D))
        self.block = nn.ModuleList(Block(self.D, self.HEADS, self.HIDDEN) for _ in range(2))
        self.norm = nn.LayerNorm(self.D)
        self.head = nn.Linear(self.D, self.TOKENS, bias=False)
        # In the order in which the Rust side declares them.
        parameters = dict(self.named_parameters())
        self.order = ["tokens.weight", "positions"] + [
            name for name in parameters if name not in ("tokens.weight", "positions")
        ]

    def named_parameters(self, *args, **kwargs):
        found = dict(super().named_parameters(*args, **kwargs))
        return [(name, found[name]) for name in getattr(self, "order", found)]

    def draw(self, step, dtype):
        h = hash_of(1000 + step, self.STORIES * (self.CONTEXT + 1)).astype(np.int64) % 1024
        tokens = torch.from_numpy(h * h // 32768).reshape(self.STORIES, self.CONTEXT + 1)
        kinds = torch.from_numpy(hash_of(1500 + step, self.STORIES).astype(np.int64) % 2)
        inputs, targets = tokens[:, :-1], tokens[:, 1:]
        inverted = (kinds[:, None] == 1) & (targets % 2 == 1)
        of_token = torch.where(inverted, -0.75, 1.0).to(dtype)[:, :, None]
        half = torch.arange(self.HIDDEN) < self.HIDDEN // 2
        of_kind = ((kinds[:, None] == 0) == half).to(dtype)[:, None, :]
        return inputs, targets, of_token, of_kind

    def loss(self, inputs, targets, of_token, of_kind):
        x = self.tokens(inputs) + self.positions
        for block in self.block:
            x = block(x, of_token, of_kind)
        logits = self.head(self.norm(x))
        losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
        counts = (targets.flatten() != 0).to(losses.dtype)
        return (losses * counts).sum() / counts.sum()


class ConvNet(nn.Module):
    IMAGES, SIZE, CHANNELS, HIDDEN, CLASSES = 32, 16, (1, 8, 16), 32, 5

    def __init__(self):
        super().__init__()
        a, b, c = self.CHANNELS
        self.conv = nn.ModuleList(
            [nn.Conv2d(a, b, 3, padding=1), nn.Conv2d(b, c, 3, stride=2, padding=1)]
        )
        self.hidden = nn.Linear(c * 4, self.HIDDEN)
        self.head = nn.Linear(self.HIDDEN, self.CLASSES)

    def draw(self, step, dtype):
        count = self.IMAGES * self.SIZE**2
        images = torch.from_numpy(signed(1000 + step, count)).to(dtype)
        images = images.reshape(self.IMAGES, 1, self.SIZE, self.SIZE)
        labels = torch.from_numpy(
            hash_of(1500 + step, self.IMAGES).astype(np.int64) % self.CLASSES
        )
        half = torch.arange(self.CHANNELS[2]) < self.CHANNELS[2] // 2
        mask = ((labels[:, None] < 3) == half).to(dtype)[:, :, None, None]
        update = (labels / 4.0).to(dtype)[:, None]
        return images, labels, mask, update

    def loss(self, images, labels, mask, update):
        x = F.max_pool2d(F.relu(self.conv[0](images)), 2)
        x = route(F.relu(self.conv[1](x)), mask)
        x = F.avg_pool2d(x, 2).flatten(1)
        # The layer's parameters learn by `update`; what is below hears everything.
        weight, bias = self.hidden.weight, self.hidden.bias
        own = F.linear(x.detach(), weight, bias)
        through = F.linear(x, weight.detach(), bias.detach())
        hidden = F.relu(through + update * (own - own.detach()))
        return F.cross_entropy(self.head(hidden), labels)


NETS = {"transformer": Transformer, "conv_net": ConvNet}


def rate(step):
    factor = min(1.0, (step + 1) / WARM_UP)
    t = min(1.0, max(0, step - WARM_UP) / COSINE)
    return LR * factor * (0.1 + 0.9 * (1 + math.cos(math.pi * t)) / 2)


def new_optimizer(model):
    parameters = [p for _, p in model.named_parameters()]
    return torch.optim.AdamW(parameters, lr=LR, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)


def make_step(model, optimizer, batch, step):
    for group in optimizer.param_groups:
        group["lr"] = rate(step)
    optimizer.zero_grad()
    loss = model.loss(*batch)
    loss.backward()
    gradients = [p.grad for _, p in model.named_parameters()]
    norm = torch.stack([g.square().sum() for g in gradients]).sum().sqrt()
    if norm > 1.0:
        for g in gradients:
            g.mul_(1.0 / norm)
    optimizer.step()
    return loss.item()


def train(net, dtype):
    torch.set_default_dtype(dtype)
    model = begin(NETS[net](), dtype)
    optimizer = new_optimizer(model)
    losses = [make_step(model, optimizer, model.draw(s, dtype), s) for s in range(STEPS)]
    return losses, {name: p.detach().clone() for name, p in model.named_parameters()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the golden files")
    folder = parser.parse_args().out
    torch.set_num_threads(1)
    told, weights = {"versions": versions()}, {}
    for net in NETS:
        runs = {name: train(net, dtype) for name, dtype in PRECISIONS.items()}
        exact = runs["f64"][1]
        apart = {
            name: (exact[name] - p.double()).abs().max().item()
            for name, p in runs["f32"][1].items()
        }
        told[net] = {"f64": runs["f64"][0], "f32": runs["f32"][0], "apart": apart}
        weights |= {f"{net}.{name}": p for name, p in exact.items()}
    write_json(folder / "nets.json", told)
    save_file(weights, folder / "nets_final_f64.safetensors")
    print("versions:", told["versions"])


if __name__ == "__main__":
    main()
