"""Runs our steps of two small nets and PyTorch's in turn and prints pairwise ratios.

Called by compare_nets.sh, once the programs are there. For each pair: one process of ours, then one
of PyTorch. A ratio is PyTorch's median step over ours: above 1, ours is faster.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target"))
OURS = [str(TARGET / "release/nets")]
TORCH = [str(HERE / "peers/.venv/bin/python"), str(HERE / "peers/torch_nets.py")]


def run(program, net, flags):
    command = [*program, "--net", net, "--steps", str(flags.steps), "--threads", str(flags.threads)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"compare_nets.sh: {' '.join(command)} ended with {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])["median_s"]


def main():
    parser = argparse.ArgumentParser(prog="compare_nets.sh", description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=12, help="runs of each program (12)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of each program (all)")
    parser.add_argument("--steps", type=int, default=100, help="timed steps of one run (100)")
    flags = parser.parse_args()
    for net in ("transformer", "conv_net"):
        pairs = [(run(OURS, net, flags), run(TORCH, net, flags)) for _ in range(flags.pairs)]
        ours, theirs = ([pair[i] * 1e3 for pair in pairs] for i in (0, 1))
        ratios = sorted(b / a for a, b in pairs)
        print(
            f"{net}, {flags.threads} threads: ours {statistics.median(ours):.2f} ms, PyTorch "
            f"{statistics.median(theirs):.2f} ms, ratio {statistics.median(ratios):.2f} "
            f"({ratios[0]:.2f} to {ratios[-1]:.2f}, {len(ratios)} pairs)",
            flush=True,
        )


if __name__ == "__main__":
    main()
