"""Loads a gradroute checkpoint into the replication's PyTorch module, strictly.

    python load_checkpoint.py CHECKPOINT.safetensors [--data FOLDER]

Prints the test MAE of the decoder and of both certificates, by digit group and
by digit, and ends with 0. Names or shapes that do not fit, or values that are
not finite, end it with 1 and say what is wrong.
"""

import argparse
import sys
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from seed_model import MNIST, Autoencoder, normalize, read_mnist, route

GROUPS = {"0-4": range(0, 5), "5-9": range(5, 10)}


def sizes_from_shapes(state):
    """(pixels, hidden, encoding), read off the encoder's weights [out, in]."""
    layers = sorted(
        (int(name.split(".")[1]), tensor.shape)
        for name, tensor in state.items()
        if name.startswith("encoder.") and name.endswith(".weight")
    )
    if not layers:
        raise ValueError(f"no tensor is named encoder.*.weight; found {sorted(state)}")
    outputs = [shape[0] for _, shape in layers]
    return layers[0][1][1], outputs[:-1], outputs[-1]


def module_from(path):
    """The module with the checkpoint's weights; strict, and finite throughout."""
    state = load_file(path)
    for name, tensor in state.items():
        if tensor.dtype != torch.float32:
            raise ValueError(f"{name} is {tensor.dtype}, expected torch.float32")
        if not tensor.isfinite().all():
            raise ValueError(f"{name} holds a value that is not finite")
    model = Autoencoder(*sizes_from_shapes(state))
    model.load_state_dict(state, strict=True)
    return model.eval()


@torch.no_grad()
def errors_per_sample(model, x, labels):
    """Mean over pixels of |reconstruction - x|, [n] for each of the three decoders."""
    z = model.encoder(x)
    outputs = {
        "decoder": model.decoder(route(z, labels, model.half)),
        "top certificate": model.top_certificate(z[:, model.half :]),
        "bottom certificate": model.bottom_certificate(z[:, : model.half]),
    }
    return {name: (output - x).abs().mean(1) for name, output in outputs.items()}


def print_table(errors, labels):
    columns = [*GROUPS, *range(10)]
    print(f"{'test MAE':<20}" + "".join(f"{column:>8}" for column in columns))
    for name, values in errors.items():
        groups = [values[torch.isin(labels, torch.tensor(list(g)))].mean() for g in GROUPS.values()]
        digits = [values[labels == d].mean() for d in range(10)]
        print(f"{name:<20}" + "".join(f"{v:8.4f}" for v in groups + digits))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", type=Path, default=MNIST, help="folder of the gzipped IDX files")
    arguments = parser.parse_args()
    try:
        model = module_from(arguments.checkpoint)
        pixels, labels = read_mnist("t10k", arguments.data)
        x, labels = normalize(pixels, torch.float32), torch.from_numpy(labels.astype("int64"))
        errors = errors_per_sample(model, x, labels)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        sys.exit(f"{arguments.checkpoint}: {error}")
    count = sum(p.numel() for p in model.parameters())
    print(f"{arguments.checkpoint}: {count} parameters, loaded strictly")
    print_table(errors, labels)
    if not all(values.isfinite().all() for values in errors.values()):
        sys.exit("a reconstruction is not finite")


if __name__ == "__main__":
    main()
