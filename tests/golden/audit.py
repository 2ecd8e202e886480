"""Writes audit.json: what each loss term's gradient is, by group of samples, where the leak audit looks.

    python audit.py [--out FOLDER]

The seed's training step on the small model of make.py, in f64, with the correlation penalty beside the
others. Two steps are made; the third is taken apart with PyTorch's own backward passes, one a term and a
group: at the encoding a gradient has a row a sample, and in front of a network's parameters the rows of
other groups are set to 0.
"""

import argparse
import json
from pathlib import Path

import torch

from make import SPEC, new_model, new_optimizer, training_set, versions, write_json
from seed_model import batches_in_file_order, forward

HERE = Path(__file__).resolve().parent
CORRELATION = 0.1
STEPS = 2
NETWORKS = ("encoder", "decoder", "top_certificate", "bottom_certificate")


def correlation(z):
    """The mean over pairs of a bottom and a top dim of |sum of products| / n, standardized."""
    y = (z - z.mean(0)) / z.std(0, unbiased=True)
    half = z.shape[1] // 2
    return CORRELATION * (y[:, :half].T @ y[:, half:] / len(z)).abs().mean()


def terms_of(model, x, labels):
    out = forward(model, x, labels, **SPEC["loss"])
    terms = {name: getattr(out, name) for name in ("decoder", "top", "bottom", "l1")}
    return out, {**terms, "correlation": correlation(out.z)}


def norm(tensors):
    return sum((t**2).sum() for t in tensors).sqrt().item()


def by_layer(model, network):
    """The parameters of each layer of a network."""
    layers = {}
    for name, parameter in model.named_parameters():
        if name.startswith(network + "."):
            layers.setdefault(name.rsplit(".", 1)[0], []).append(parameter)
    return layers


def taken_apart(model, out, terms, rows):
    """The norm of each term's gradient with the samples of `rows`, by region."""
    ends = {
        "encoder": out.z,
        "decoder": out.decoder_output,
        "top_certificate": out.top_output,
        "bottom_certificate": out.bottom_output,
    }
    half, found = out.z.shape[1] // 2, {}
    for name, term in terms.items():
        of_term = found[name] = {}
        at = {}
        for network, end in ends.items():
            (at[network],) = torch.autograd.grad(term, end, retain_graph=True, allow_unused=True)
        at_z = at["encoder"]
        for region, columns in (("bottom half", slice(half)), ("top half", slice(half, None))):
            of_term[region] = None if at_z is None else norm([at_z[rows][:, columns]])
        for network, end in ends.items():
            for layer, parameters in by_layer(model, network).items():
                of_term[layer] = None
                if at[network] is not None:
                    own = torch.zeros_like(end)
                    own[rows] = at[network][rows]
                    taught = torch.autograd.grad(
                        end, parameters, grad_outputs=own, retain_graph=True
                    )
                    of_term[layer] = norm(taught)
                    if layer == "encoder.4":
                        of_term["bottom rows"] = norm([taught[0][:half]])
                        of_term["top rows"] = norm([taught[0][half:]])
        if at_z is None:
            of_term["bottom rows"] = of_term["top rows"] = None
    return found


def moved(model, optimizer, before):
    """How far each layer moved, and by what, from the moments and the weights `before` the step."""
    o, found = SPEC["optimizer"], {}
    for network in NETWORKS:
        for layer, parameters in by_layer(model, network).items():
            parts = {"whole": [], "gradient": [], "momentum": [], "decay": []}
            for p in parameters:
                state, (weight, moment) = optimizer.state[p], before[p]
                step = int(state["step"])
                root = (state["exp_avg_sq"] / (1 - o["beta2"] ** step)).sqrt() + o["eps"]
                factor = -o["lr"] / (1 - o["beta1"] ** step) / root
                new = (1 - o["beta1"]) * factor
                parts["whole"].append(p.detach() - weight)
                parts["gradient"].append(new * p.grad)
                parts["momentum"].append(factor * o["beta1"] * moment)
                parts["decay"].append(new * o["weight_decay"] * weight)
            found[layer] = {cause: norm(tensors) for cause, tensors in parts.items()}
    return found


def begun():
    """Model and optimizer before the first step, and the batches up to the step that is taken apart."""
    torch.set_num_threads(1)
    model = new_model(torch.float64)
    x, labels = training_set(torch.float64)
    batches = batches_in_file_order(len(x), SPEC["train"]["batch"])
    batches = [next(batches) for _ in range(STEPS + 1)]
    return model, new_optimizer(model), [(x[batch], labels[batch]) for batch in batches]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the golden file")
    folder = parser.parse_args().out
    model, optimizer, batches = begun()
    for step, (x, labels) in enumerate(batches):
        out, terms = terms_of(model, x, labels)
        if step == STEPS:
            groups = {"bottom": labels <= 4, "top": labels > 4}
            apart = {name: taken_apart(model, out, terms, rows) for name, rows in groups.items()}
            state = optimizer.state
            before = {
                p: (p.detach().clone(), state[p]["exp_avg"].clone()) for p in model.parameters()
            }
        optimizer.zero_grad()
        sum(terms.values()).backward()
        optimizer.step()
    norms = {term: {name: apart[name][term] for name in groups} for term in terms}
    write_json(
        folder / "audit.json",
        {
            "versions": versions(),
            "correlation": CORRELATION,
            "step": STEPS,
            "samples": {name: int(rows.sum()) for name, rows in groups.items()},
            "norms": norms,
            "movement": moved(model, optimizer, before),
        },
    )
    print("versions:", json.dumps(versions()))


if __name__ == "__main__":
    main()
