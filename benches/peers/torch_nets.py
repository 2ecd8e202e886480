"""Training steps of the two small nets of tests/golden/nets.py in PyTorch, timed.

    python torch_nets.py --net transformer|conv_net [--steps N] [--warm-steps N] [--threads N]

Prints one line of JSON. Batches are drawn before the clock starts.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "golden"))
import nets  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--net", choices=nets.NETS, required=True)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--warm-steps", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    flags = parser.parse_args()
    torch.set_num_threads(flags.threads)
    dtype = torch.float32
    model = nets.begin(nets.NETS[flags.net](), dtype)
    optimizer = nets.new_optimizer(model)
    seconds = []
    for step in range(flags.warm_steps + flags.steps):
        batch = model.draw(step, dtype)
        before = time.perf_counter()
        nets.make_step(model, optimizer, batch, step)
        if step >= flags.warm_steps:
            seconds.append(time.perf_counter() - before)
    result = {"median_s": statistics.median(seconds), "min_s": min(seconds)}
    print(json.dumps({**result, "threads": torch.get_num_threads(), "version": torch.__version__}))


if __name__ == "__main__":
    main()
