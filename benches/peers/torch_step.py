"""One training step of the seed in PyTorch on the CPU, timed.

    python torch_step.py [--preset seed|quick] [--steps N] [--warm-steps N]
        [--threads N] [--compile] [--fused] [--double] [--init FILE] [--save-init FILE]
        [--data FOLDER]

Prints one line of JSON; README.md says what its keys mean and what is timed.
"""

import argparse
import gzip
import json
import resource
import statistics
import struct
import sys
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

PRESETS = {
    "seed": {"hidden": [2048, 512], "encoding": 32, "batch": 2048},
    "quick": {"hidden": [512, 256], "encoding": 32, "batch": 256},
}
PIXELS = 784
LR, BETAS, EPS, WEIGHT_DECAY = 1e-3, (0.9, 0.999), 1e-8, 5e-5
L1 = 1e-3
TERMS = ("total", "decoder", "top", "bottom", "l1")
REPORTED_LOSSES = 5
MNIST = Path(__file__).resolve().parents[2] / "data" / "mnist"


def read_idx(path):
    raw = gzip.decompress(path.read_bytes())
    zeros, kind, rank = struct.unpack_from(">HBB", raw)
    if zeros != 0 or kind != 0x08:
        raise ValueError(f"{path}: expected an IDX file of unsigned bytes, found magic {raw[:4]!r}")
    shape = struct.unpack_from(f">{rank}I", raw, 4)
    return torch.from_numpy(np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape).copy())


def mlp(sizes, last_bias=True):
    layers = []
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        last = i == len(sizes) - 2
        layers.append(nn.Linear(inputs, outputs, bias=last_bias or not last))
        if not last:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


class Seed(nn.Module):
    """The replication's autoencoder with its certificates; forward gives the losses."""

    def __init__(self, hidden, encoding):
        super().__init__()
        back = [*reversed(hidden), PIXELS]
        self.half = encoding // 2
        self.encoder = mlp([PIXELS, *hidden, encoding], last_bias=False)
        self.decoder = mlp([encoding, *back])
        self.top_certificate = mlp([self.half, *back])
        self.bottom_certificate = mlp([self.half, *back])

    def forward(self, x, labels):
        """x [n, 784] in [-1, 1], labels [n]; the five scalars of TERMS."""
        half = self.half
        z = self.encoder(x)
        bottom = (labels <= 4).to(z.dtype).unsqueeze(1)
        mask = torch.cat([bottom.expand(-1, half), (1 - bottom).expand(-1, half)], dim=1)
        routed = mask * z + (1 - mask) * z.detach()
        apart = z.detach()
        decoder = (self.decoder(routed) - x).abs().mean()
        top = (self.top_certificate(apart[:, half:]) - x).abs().mean()
        bottom = (self.bottom_certificate(apart[:, :half]) - x).abs().mean()
        # Every batch is a full one, so the seed's constant 2048 is its size too.
        l1 = L1 * z.abs().sum() / len(x)
        return decoder + top + bottom + l1, decoder, top, bottom, l1


def flops_per_step(hidden, encoding, batch):
    """Two per multiply-add: forward, weight gradients, and input gradients where one is needed.

    None is needed for the images and for the certificates' detached halves.
    """
    products = lambda sizes: [a * b for a, b in zip(sizes, sizes[1:])]
    encoder = products([PIXELS, *hidden, encoding])
    decoder = products([encoding, *reversed(hidden), PIXELS])
    certificate = products([encoding // 2, *reversed(hidden), PIXELS])
    forward = sum(encoder) + sum(decoder) + 2 * sum(certificate)
    input_gradients = sum(encoder[1:]) + sum(decoder) + 2 * sum(certificate[1:])
    return 2 * batch * (2 * forward + input_gradients)


def peak_rss_mib():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def parse_flags():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", choices=PRESETS, default="seed")
    parser.add_argument("--steps", type=int, default=12, help="timed steps")
    parser.add_argument("--warm-steps", type=int, default=2, help="steps before the timed ones")
    parser.add_argument("--threads", type=int, default=0, help="0: as many as torch chooses")
    parser.add_argument("--compile", action="store_true", help="torch.compile model and losses")
    parser.add_argument("--fused", action="store_true", help="the fused Adam")
    parser.add_argument("--double", action="store_true", help="compute in float64, as a reference")
    parser.add_argument("--init", type=Path, help="initial weights, safetensors")
    parser.add_argument("--save-init", type=Path, help="write the initial weights here")
    parser.add_argument("--data", type=Path, default=MNIST, help="folder of the gzipped IDX files")
    flags = parser.parse_args()
    if flags.steps < 1 or flags.warm_steps < 0 or flags.threads < 0:
        parser.error("--steps must be at least 1, --warm-steps and --threads at least 0")
    return flags


def main():
    flags = parse_flags()
    preset = PRESETS[flags.preset]
    batch = preset["batch"]
    if flags.threads:
        torch.set_num_threads(flags.threads)
    imported_rss_mib = peak_rss_mib()

    torch.manual_seed(0)
    model = Seed(preset["hidden"], preset["encoding"])
    if flags.init:
        model.load_state_dict(load_file(flags.init))
    if flags.save_init:
        save_file(model.state_dict(), flags.save_init)
    precision = torch.float64 if flags.double else torch.float32
    model.to(precision)
    optimizer = torch.optim.Adam(
        model.parameters(),
        lr=LR,
        betas=BETAS,
        eps=EPS,
        weight_decay=WEIGHT_DECAY,
        fused=True if flags.fused else None,
    )
    losses_of = torch.compile(model) if flags.compile else model

    pixels = read_idx(flags.data / "train-images-idx3-ubyte.gz").reshape(-1, PIXELS)
    labels = read_idx(flags.data / "train-labels-idx1-ubyte.gz")
    # Only full batches, so that every step costs the same.
    starts = [i * batch for i in range(len(pixels) // batch)]

    seconds, losses = [], []
    for step in range(flags.warm_steps + flags.steps):
        before = time.perf_counter()
        start = starts[step % len(starts)]
        x = pixels[start : start + batch].to(precision) / 255 * 2 - 1
        terms = losses_of(x, labels[start : start + batch])
        optimizer.zero_grad()
        terms[0].backward()
        optimizer.step()
        values = [term.item() for term in terms]
        if step >= flags.warm_steps:
            seconds.append(time.perf_counter() - before)
        if step < REPORTED_LOSSES:
            losses.append(dict(zip(TERMS, values)))

    median = statistics.median(seconds)
    variant = ("-compile" if flags.compile else "") + ("-fused" if flags.fused else "")
    variant += "-double" if flags.double else ""
    result = {
        "framework": "torch" + variant,
        "version": torch.__version__,
        "preset": flags.preset,
        "threads": torch.get_num_threads(),
        "steps": flags.steps,
        "warm_steps": flags.warm_steps,
        "median_s": median,
        "min_s": min(seconds),
        "gflops": flops_per_step(preset["hidden"], preset["encoding"], batch) / median / 1e9,
        "peak_share": None,
        "samples_per_s": batch / median,
        "peak_rss_mib": peak_rss_mib(),
        "imported_rss_mib": imported_rss_mib,
        "tasks": None,
        "losses": losses,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
