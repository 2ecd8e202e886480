"""The large matrix products of the seed's step in PyTorch on the CPU, timed.

    python torch_products.py [--runs N] [--batch N] [--threads N]

Each as PyTorch's linear layer and its backward compute it, into memory that is
already there. Prints one line of JSON: for each product the median rate,
`dense_gflops`, under the name that our bin `products` gives it.
"""

import argparse
import json
import statistics
import time

import torch

LAYERS = [(784, 2048), (2048, 512), (512, 2048), (2048, 784)]


def without_zeros(*shape):
    """Values of either sign and a magnitude from 0.01 to 1."""
    signs = torch.randint(0, 2, shape, dtype=torch.float32) * 2 - 1
    return torch.empty(shape).uniform_(0.01, 1).mul_(signs)


def products_of(n, inputs, outputs):
    """(name, left, right) of each of a layer's products."""
    x, w = without_zeros(n, inputs), without_zeros(outputs, inputs)
    dy = without_zeros(n, outputs)
    layer = f"{inputs}->{outputs}"
    return [
        (f"forward {layer}", x, w.t()),
        (f"dx {layer}", dy, w),
        (f"dw {layer}", dy.t(), x),
    ]


def median_seconds(runs, left, right):
    out = torch.empty(left.shape[0], right.shape[1])
    torch.matmul(left, right, out=out)
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        torch.matmul(left, right, out=out)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10, help="timed runs of each product (10)")
    parser.add_argument("--batch", type=int, default=2048, help="samples in the batch (2048)")
    parser.add_argument("--threads", type=int, default=0, help="0: as many as torch chooses")
    flags = parser.parse_args()
    if min(flags.runs, flags.batch) < 1 or flags.threads < 0:
        parser.error("--runs and --batch must be at least 1, --threads at least 0")
    if flags.threads:
        torch.set_num_threads(flags.threads)
    torch.manual_seed(0)

    lines = []
    for inputs, outputs in LAYERS:
        gflop = 2 * flags.batch * inputs * outputs / 1e9
        for name, left, right in products_of(flags.batch, inputs, outputs):
            seconds = median_seconds(flags.runs, left, right)
            lines.append({"product": name, "dense_gflops": gflop / seconds})
    result = {
        "framework": "torch",
        "version": torch.__version__,
        "threads": torch.get_num_threads(),
        "batch": flags.batch,
        "runs": flags.runs,
        "products": lines,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
