"""The replication's model, losses and routing in PyTorch, at any size.

Everything here follows `MNIST/main.ipynb` of zroe1/gradient-routing: names in
the `state_dict`, the two certificates on detached halves, the L1 penalty on
the encoding before the route. The bottom half is dims 0..e/2 and belongs to
digits 0-4, the top half is dims e/2..e and belongs to digits 5-9.
"""

import gzip
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

MNIST = Path(__file__).resolve().parents[2] / "data" / "mnist"


def read_idx(path):
    """A gzipped IDX file of unsigned bytes as a numpy array."""
    raw = gzip.decompress(Path(path).read_bytes())
    zeros, kind, rank = struct.unpack_from(">HBB", raw)
    if zeros != 0 or kind != 0x08:
        raise ValueError(f"{path}: expected an IDX file of unsigned bytes, found magic {raw[:4]!r}")
    shape = struct.unpack_from(f">{rank}I", raw, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def read_mnist(split, folder=MNIST):
    """Pixels [n, 784] and labels [n], both u8. `split` is "train" or "t10k"."""
    images = read_idx(Path(folder) / f"{split}-images-idx3-ubyte.gz")
    labels = read_idx(Path(folder) / f"{split}-labels-idx1-ubyte.gz")
    return images.reshape(len(images), -1), labels


def normalize(pixels, dtype):
    """Bytes to [-1, 1]; every operation is rounded in `dtype`."""
    return torch.from_numpy(pixels.copy()).to(dtype) / 255 * 2 - 1


def mlp(sizes, last_bias=True):
    """Linear layers with a ReLU between each two, indexed as in nn.Sequential."""
    layers = []
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        last = i == len(sizes) - 2
        layers.append(nn.Linear(inputs, outputs, bias=last_bias or not last))
        if not last:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


class Autoencoder(nn.Module):
    """Encoder, decoder, and a decoder for each half alone (the certificates)."""

    def __init__(self, pixels, hidden, encoding):
        super().__init__()
        if encoding % 2:
            raise ValueError(f"an encoding of {encoding} dims has no two equal halves")
        back = list(reversed(hidden)) + [pixels]
        self.half = encoding // 2
        self.encoder = mlp([pixels, *hidden, encoding], last_bias=False)
        self.decoder = mlp([encoding, *back])
        self.top_certificate = mlp([self.half, *back])
        self.bottom_certificate = mlp([self.half, *back])


@dataclass
class Forward:
    """One forward pass; `total` is what is differentiated."""

    z: torch.Tensor
    decoder_output: torch.Tensor
    top_output: torch.Tensor
    bottom_output: torch.Tensor
    decoder: torch.Tensor
    top: torch.Tensor
    bottom: torch.Tensor
    l1: torch.Tensor

    @property
    def total(self):
        return self.decoder + self.top + self.bottom + self.l1


TERMS = ("total", "decoder", "top", "bottom", "l1")


def mean_absolute_error(prediction, target):
    return (prediction - target).abs().mean()


def route(z, labels, half):
    """m*z + (1-m)*stop_gradient(z): a sample reaches only its digit's half."""
    bottom = (labels <= 4).to(z.dtype).unsqueeze(1)
    mask = torch.cat([bottom.expand(-1, half), (1 - bottom).expand(-1, half)], dim=1)
    return mask * z + (1 - mask) * z.detach()


def forward(model, x, labels, l1, l1_divisor):
    """The seed's losses of one batch: x [n, pixels] in [-1, 1], labels [n]."""
    z = model.encoder(x)
    decoder_output = model.decoder(route(z, labels, model.half))
    top_output = model.top_certificate(z[:, model.half :].detach())
    bottom_output = model.bottom_certificate(z[:, : model.half].detach())
    return Forward(
        z=z,
        decoder_output=decoder_output,
        top_output=top_output,
        bottom_output=bottom_output,
        decoder=mean_absolute_error(decoder_output, x),
        top=mean_absolute_error(top_output, x),
        bottom=mean_absolute_error(bottom_output, x),
        l1=l1 * z.abs().sum() / l1_divisor,
    )


def batches_in_file_order(count, batch):
    """Endless slices over the first `count` samples; an epoch's last may be short."""
    while True:
        for start in range(0, count, batch):
            yield slice(start, min(start + batch, count))
