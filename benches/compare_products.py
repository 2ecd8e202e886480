"""Runs our large matrix products and PyTorch's in turn and prints medians and ratios.

Called by compare_products.sh, once the programs are there. For each pair: one
process of ours, which times our kernels and matrixmultiply in turn, then one
of PyTorch. Rates count all operations as if nothing were skipped.
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
OURS = [str(TARGET / "release/products"), "--json"]
TORCH = [str(HERE / "peers/.venv/bin/python"), str(HERE / "peers/torch_products.py")]


def parse_flags():
    description = __doc__.splitlines()[0]
    parser = argparse.ArgumentParser(prog="compare_products.sh", description=description)
    parser.add_argument("--pairs", type=int, default=12, help="processes of each program (12)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of each (all)")
    parser.add_argument("--runs", type=int, default=3, help="timed runs in one process (3)")
    parser.add_argument("--batch", type=int, default=2048, help="samples in the batch (2048)")
    parser.add_argument("--isa", help="the instruction set of ours; what it detects if not given")
    parser.add_argument("--json", type=Path, help="write every process' line into this file")
    flags = parser.parse_args()
    if min(flags.pairs, flags.threads, flags.runs, flags.batch) < 1:
        parser.error("--pairs, --threads, --runs and --batch must be at least 1")
    return flags


def run(command):
    """One process; the object that it printed, with its products by name."""
    shown = " ".join(command)
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except OSError as error:
        sys.exit(f"compare_products.sh: cannot start {shown}: {error}")
    if done.returncode != 0:
        last = "\n    ".join(done.stderr.strip().splitlines()[-8:])
        sys.exit(f"compare_products.sh: {shown} ended with {done.returncode}\n    {last}")
    try:
        result = json.loads(done.stdout)
        result["products"] = {line["product"]: line for line in result["products"]}
    except (ValueError, KeyError, TypeError) as error:
        printed = done.stdout.strip()[-300:]
        sys.exit(f"compare_products.sh: {shown} printed no products ({error!r}): {printed!r}")
    return result


def rows(pairs):
    """For each product its name and the numbers of its row, medians over the pairs."""
    for name in pairs[0][0]["products"]:
        ours = [pair[0]["products"][name] for pair in pairs]
        torch = [pair[1]["products"][name]["dense_gflops"] for pair in pairs]
        dense = [line["dense_gflops"] for line in ours]
        peer = [line["matrixmultiply_gflops"] for line in ours]
        over = lambda rates, others: statistics.median(a / b for a, b in zip(rates, others))
        # The better peer is one for the whole row, not the luckier one of each pair.
        better = max(peer, torch, key=statistics.median)
        share = over(dense, [pair[0]["peak_gflops"] for pair in pairs])
        rates = [statistics.median(values) for values in (dense, peer, torch)]
        ratios = [over(dense, peer), over(dense, torch), over(dense, better)]
        zeros = [over([line[f"density_{d}_gflops"] for line in ours], dense) for d in (0.5, 0.2)]
        yield name, rates, 100 * share, ratios, zeros


def print_table(flags, pairs):
    ours, torch = pairs[0]
    print(
        f"{len(pairs)} pairs, {flags.threads} threads, batch {flags.batch}, gradroute on "
        f"{ours['isa']}, PyTorch {torch['version']}. Rates in GFLOP/s.\n"
    )
    columns = ["product", "ours", "of peak", "matrixmultiply", "PyTorch", "ours / matrixmultiply"]
    columns += ["ours / PyTorch", "ours / the better", "density 0.5 / dense", "0.2 / dense"]
    print("| " + " | ".join(columns) + " |")
    print("|---" + "|---:" * (len(columns) - 1) + "|")
    worst = [float("inf")] * 3
    for name, (dense, peer, torch), share, ratios, zeros in rows(pairs):
        cells = [name, f"{dense:.1f}", f"{share:.0f} %", f"{peer:.1f}", f"{torch:.1f}"]
        cells += [f"{value:.2f}" for value in [*ratios, *zeros]]
        print("| " + " | ".join(cells) + " |")
        worst = [min(a, b) for a, b in zip(worst, [ratios[2], *zeros])]
    print(
        f"\nLowest: {worst[0]:.2f} of the better peer, {worst[1]:.2f} times dense at density 0.5, "
        f"{worst[2]:.2f} times at 0.2."
    )


def main():
    flags = parse_flags()
    common = ["--threads", str(flags.threads), "--runs", str(flags.runs)]
    common += ["--batch", str(flags.batch)]
    isa = ["--isa", flags.isa] if flags.isa else []
    pairs = []
    for i in range(flags.pairs):
        pairs.append((run([*OURS, *common, *isa]), run([*TORCH, *common])))
        print(f"pair {i + 1} of {flags.pairs} done", file=sys.stderr, flush=True)
    if flags.json:
        lines = [json.dumps(result) + "\n" for pair in pairs for result in pair]
        flags.json.write_text("".join(lines))
    print_table(flags, pairs)


if __name__ == "__main__":
    main()
