"""Writes the golden files: the seed's training step on a small model, by PyTorch.

    python make.py [--out FOLDER]

README.md says what the files hold and how exact they are.
"""

import argparse
import json
import platform
from pathlib import Path

import numpy as np
import safetensors
import torch
from safetensors.torch import save_file

import ops
from seed_model import TERMS, Autoencoder, batches_in_file_order, forward, normalize, read_mnist

HERE = Path(__file__).resolve().parent

SPEC = {
    "model": {"pixels": 784, "hidden": [16, 12], "encoding": 8},
    "data": {"limit": 160, "split": "train"},
    "train": {"batch": 64, "steps": 20, "shuffle": False, "seed": 1},
    "optimizer": {
        "lr": 1e-3,
        "beta1": 0.9,
        "beta2": 0.999,
        "eps": 1e-8,
        "weight_decay": 5e-5,
        "decoupled": False,
    },
    "loss": {"l1": 1e-3, "l1_divisor": 2048},
    "routing": {"bottom": [0, 1, 2, 3, 4], "top": [5, 6, 7, 8, 9]},
}

PRECISIONS = {"f32": torch.float32, "f64": torch.float64}


def versions():
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "safetensors": safetensors.__version__,
        "numpy": np.__version__,
    }


def new_model(dtype=torch.float32, seed=None):
    """PyTorch's default initial weights, drawn in f32 whatever the precision."""
    torch.manual_seed(SPEC["train"]["seed"] if seed is None else seed)
    sizes = SPEC["model"]
    return Autoencoder(sizes["pixels"], sizes["hidden"], sizes["encoding"]).to(dtype)


def new_optimizer(model, **options):
    o = SPEC["optimizer"]
    return torch.optim.Adam(
        model.parameters(),
        lr=o["lr"],
        betas=(o["beta1"], o["beta2"]),
        eps=o["eps"],
        weight_decay=o["weight_decay"],
        **options,
    )


def train(model, optimizer, x, labels, on_first=None, order=lambda n: slice(None)):
    """Runs the steps of SPEC and returns a list per loss term.

    `on_first(forward)` is called after step 0's backward, before its update.
    `order(n)` gives the order of the samples inside a batch.
    """
    history = {term: [] for term in TERMS}
    batches = batches_in_file_order(len(x), SPEC["train"]["batch"])
    for step in range(SPEC["train"]["steps"]):
        batch = next(batches)
        inside = order(batch.stop - batch.start)
        out = forward(model, x[batch][inside], labels[batch][inside], **SPEC["loss"])
        optimizer.zero_grad()
        out.total.backward()
        if step == 0 and on_first:
            on_first(out)
        optimizer.step()
        for term in TERMS:
            history[term].append(getattr(out, term).item())
    return history


def training_set(dtype):
    pixels, labels = read_mnist(SPEC["data"]["split"])
    limit = SPEC["data"]["limit"]
    return normalize(pixels[:limit], dtype), torch.from_numpy(labels[:limit].copy())


def weights(model):
    return {name: p.detach().clone().contiguous() for name, p in model.named_parameters()}


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n")


def write_cases(path, cases):
    """One case a line: a number a line would triple the file."""
    lines = ",\n".join(json.dumps(case) for case in cases)
    path.write_text(f'{{"versions": {json.dumps(versions())}, "cases": [\n{lines}\n]}}\n')


def write_step0(folder, model):
    """Returns the callback that saves the first step's forward values and gradients."""

    def save(out):
        values = {
            "z": out.z,
            "decoder": out.decoder_output[:2],
            "top_certificate": out.top_output[:2],
            "bottom_certificate": out.bottom_output[:2],
        }
        values = {name: v.detach().contiguous() for name, v in values.items()}
        save_file(values, folder / "forward0_f64.safetensors")
        gradients = {name: p.grad.clone() for name, p in model.named_parameters()}
        save_file(gradients, folder / "gradients0_f64.safetensors")

    return save


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the golden files")
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    # One thread: torch's own sums over a batch then come in one order only.
    torch.set_num_threads(1)

    save_file(weights(new_model()), folder / "initial.safetensors")
    losses = {"versions": versions()}
    for name, dtype in PRECISIONS.items():
        model = new_model(dtype)
        x, labels = training_set(dtype)
        on_first = write_step0(folder, model) if name == "f64" else None
        losses[name] = train(model, new_optimizer(model), x, labels, on_first)
        save_file(weights(model), folder / f"final_{name}.safetensors")
    write_json(folder / "losses.json", losses)
    write_json(folder / "spec.json", {**SPEC, "versions": versions()})
    write_cases(folder / "ops.json", ops.cases())

    print("versions:", json.dumps(versions()))
    for path in sorted(folder.iterdir()):
        if path.suffix in (".json", ".safetensors"):
            print(f"{path.stat().st_size:>9} bytes  {path.name}")


if __name__ == "__main__":
    main()
