"""Writes graph.json: every gradient that the page of a graph shows of the golden model, by sample.

    python graph.py [--out FOLDER]

The step that audit.py takes apart, in f64, with the same five terms. Of each term: the gradient of what each
layer puts out (of a hidden layer where its ReLU is open), as a norm a sample; the gradient of the encoding in
full, and what each of its uses contributes; and what each sample teaches each parameter, as a norm.
"""

import argparse
import json
from pathlib import Path

import torch
from torch import nn

from audit import CORRELATION, NETWORKS, STEPS, begun, correlation
from make import SPEC, versions, write_json
from seed_model import mean_absolute_error, route

HERE = Path(__file__).resolve().parent


def outputs_of(network, name, x):
    """The output of each layer, its ReLU included, by the layer's name; the last one is the network's."""
    found, layers = {}, list(network)
    for i, layer in enumerate(layers):
        x = layer(x)
        if isinstance(layer, nn.Linear):
            last = f"{name}.{i}"
        if isinstance(layer, nn.ReLU) or i == len(layers) - 1:
            found[last] = x
    return found, x


def recorded(model, x, labels):
    """The terms of the loss, the outputs of all layers, and one copy of the encoding a use."""
    outputs, z = outputs_of(model.encoder, "encoder", x)
    uses = {"route": z.clone(), "l1": z.clone(), "standardize": z.clone()}
    half = model.half
    routed = route(uses["route"], labels, half)
    made = {}
    for name, inputs in (
        ("decoder", routed),
        ("top_certificate", z[:, half:].detach()),
        ("bottom_certificate", z[:, :half].detach()),
    ):
        of_network, made[name] = outputs_of(getattr(model, name), name, inputs)
        outputs.update(of_network)
    loss = SPEC["loss"]
    terms = {
        "decoder": mean_absolute_error(made["decoder"], x),
        "top": mean_absolute_error(made["top_certificate"], x),
        "bottom": mean_absolute_error(made["bottom_certificate"], x),
        "l1": loss["l1"] * uses["l1"].abs().sum() / loss["l1_divisor"],
        "correlation": correlation(uses["standardize"]),
    }
    ends = {name: list(o for n, o in outputs.items() if n.startswith(name))[-1] for name in NETWORKS}
    return terms, outputs, uses, ends


def gradient(of, value):
    return torch.autograd.grad(of, value, retain_graph=True, allow_unused=True)[0]


def by_sample(tensor):
    return [row.norm().item() for row in tensor.reshape(len(tensor), -1)]


def seen(model, term, outputs, uses, ends):
    values = {}
    for name, output in outputs.items():
        found = gradient(term, output)
        is_end = any(output is end for end in ends.values())
        open_ = torch.ones_like(output) if is_end else (output != 0).to(output.dtype)
        values[name] = None if found is None else by_sample(found * open_)
    z = gradient(term, ends["encoder"])
    contributions = {}
    for name, use in uses.items():
        found = gradient(term, use)
        contributions[name] = None if found is None else found.flatten().tolist()
    parameters = {}
    for network, end in ends.items():
        at_end = gradient(term, end)
        own = [(n, p) for n, p in model.named_parameters() if n.startswith(network + ".")]
        for name, parameter in own:
            parameters[name] = None if at_end is None else []
        if at_end is None:
            continue
        for sample in range(len(end)):
            row = torch.zeros_like(end)
            row[sample] = at_end[sample]
            taught = torch.autograd.grad(
                end, [p for _, p in own], grad_outputs=row, retain_graph=True
            )
            for (name, _), t in zip(own, taught):
                parameters[name].append(t.norm().item())
    encoding = None if z is None else z.flatten().tolist()
    return {
        "term": term.item(),
        "values": values,
        "encoding": encoding,
        "contributions": contributions,
        "parameters": parameters,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the golden file")
    folder = parser.parse_args().out
    model, optimizer, batches = begun()
    for step, (x, labels) in enumerate(batches):
        terms, outputs, uses, ends = recorded(model, x, labels)
        if step == STEPS:
            passes = {name: seen(model, term, outputs, uses, ends) for name, term in terms.items()}
        optimizer.zero_grad()
        sum(terms.values()).backward()
        optimizer.step()
    write_json(
        folder / "graph.json",
        {"versions": versions(), "correlation": CORRELATION, "step": STEPS, "passes": passes},
    )
    print("versions:", json.dumps(versions()))


if __name__ == "__main__":
    main()
