"""What each sample teaches the two nets of nets.py, and what tokens and channels with weights do.

    python samples.py [--out FOLDER]

In f64, on the first batch and the first weights. Gradients of single samples come from torch.func, one
backward for each under vmap. Update weights come from hooks: a layer sees its input detached, and a
hook multiplies the adjoint of what it gives. Of each gradient two numbers are kept, its Euclidean
norm and its product with numbers of the hash.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from make import versions
from nets import NETS, begin, hash_of, route, signed
from torch.func import functional_call, grad, vmap
from torch.nn import functional as F

HERE = Path(__file__).resolve().parent


def two_numbers(number, gradient):
    """Norm and product of the gradient of a parameter, whose number gives the other factor."""
    direction = torch.from_numpy(signed(5000 + number, gradient.numel()))
    return [gradient.norm().item(), (gradient.flatten() * direction).sum().item()]


def loss_of_sample(net, model, batch):
    """A function of the parameters and of one sample, whose values add up to the loss."""
    if net == "transformer":
        share = 1.0 / (batch[1] != 0).sum()

        def loss(parameters, inputs, targets, of_token, of_kind):
            x = [v.unsqueeze(0) for v in (inputs, targets, of_token, of_kind)]
            mean = functional_call(model, parameters, tuple(x))
            return mean * (targets != 0).sum() * share

        return loss
    share = 1.0 / len(batch[1])

    def loss(parameters, images, labels, mask, update):
        x = [v.unsqueeze(0) for v in (images, labels, mask, update)]
        return functional_call(model, parameters, tuple(x)) * share

    return loss


def of_samples(net, model, batch):
    named = list(model.named_parameters())
    parameters = {name: p.detach() for name, p in named}
    each = vmap(grad(loss_of_sample(net, model, batch)), in_dims=(None, 0, 0, 0, 0))
    gradients = each(parameters, *batch)
    whole = torch.autograd.grad(model.loss(*batch), [p for _, p in named])
    for (name, _), expected in zip(named, whole):
        distance = (gradients[name].sum(0) - expected).abs().max()
        assert distance < 1e-12, f"{net}: {name} is {distance} apart"
    return {
        name: [two_numbers(number, g) for g in gradients[name]]
        for number, (name, _) in enumerate(named)
    }


def taught(layer, x, weights):
    """What a layer gives, whose parameters learn by `weights`; what is below hears everything."""
    own = layer(x.detach())
    own.register_hook(lambda dy: dy * weights)
    frozen = {name: p.detach() for name, p in layer.named_parameters()}
    return functional_call(layer, frozen, (x,)) + own - own.detach()


def weighted_transformer(model, inputs, targets, of_token, of_kind):
    # For each token, what it may teach the second block: one of four weights.
    n, t = inputs.shape
    weights = torch.from_numpy(hash_of(3000, n * t).astype(np.int64) % 4).reshape(n, t, 1)
    weights = torch.tensor([0.0, 1.0, -0.5, 2.0])[weights]
    x = model.block[0](model.tokens(inputs) + model.positions, of_token, of_kind)
    block = model.block[1]
    attention = block.attention
    y = taught(block.norm_1, x, weights)
    split = lambda layer: taught(layer, y, weights).reshape(n, t, attention.heads, -1)
    heads = F.scaled_dot_product_attention(
        *[split(l).transpose(1, 2) for l in (attention.query, attention.key, attention.value)],
        is_causal=True,
    )
    heads = route(heads.transpose(1, 2).reshape(n, t, -1), of_token)
    x = x + taught(attention.output, heads, weights)
    hidden = taught(block.expand, taught(block.norm_2, x, weights), weights)
    hidden = route(F.gelu(hidden, approximate="tanh"), of_kind)
    x = x + taught(block.contract, hidden, weights)
    logits = model.head(model.norm(x))
    losses = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    counts = (targets.flatten() != 0).to(losses.dtype)
    return (losses * counts).sum() / counts.sum()


def weighted_conv_net(model, images, labels, mask, update):
    # An image may teach every other channel of the second convolution, by its label.
    x = F.max_pool2d(F.relu(model.conv[0](images)), 2)
    channels = torch.arange(model.CHANNELS[2])
    weights = ((channels + labels[:, None]) % 2).to(images.dtype)[:, :, None, None]
    x = route(F.relu(taught(model.conv[1], x, weights)), mask)
    x = F.avg_pool2d(x, 2).flatten(1)
    hidden = F.relu(taught(model.hidden, x, update))
    return F.cross_entropy(model.head(hidden), labels)


WEIGHTED = {"transformer": weighted_transformer, "conv_net": weighted_conv_net}


def weighted(net, model, batch):
    named = list(model.named_parameters())
    gradients = torch.autograd.grad(WEIGHTED[net](model, *batch), [p for _, p in named])
    return {
        name: two_numbers(number, g) for number, ((name, _), g) in enumerate(zip(named, gradients))
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE)
    out = parser.parse_args().out
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    told = {"versions": versions()}
    for net, make in NETS.items():
        make.forward = make.loss
        model = begin(make(), torch.float64)
        batch = model.draw(0, torch.float64)
        told[net] = {"samples": of_samples(net, model, batch), "weighted": weighted(net, model, batch)}
    text = json.dumps(told).replace("]], ", "]],\n")
    (out / "samples.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
