"""Runs our step and its peers in turn and prints medians and pairwise ratios.

Called by compare.sh, once the programs are there. For each pair and each peer:
one process of ours, then one of the peer, so that a machine that grows slower
or faster in between weighs on both. A pair's ratio is the peer's median step
over ours: above 1, ours is faster.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
TORCH = [str(HERE / "peers/.venv/bin/python"), str(HERE / "peers/torch_step.py")]
OURS = "gradroute"
PROGRAMS = {
    # The peers decay by the seed's 5e-5 in both presets.
    OURS: [str(TARGET / "release/step"), "--json", "--set", "optimizer.weight_decay=5e-5"],
    "torch": TORCH,
    "torch-compile": [*TORCH, "--compile"],
    "torch-fused": [*TORCH, "--fused"],
    "candle": [str(HERE / "peers/candle/target/release/candle-step")],
}
KEYS = ("median_s", "min_s", "gflops", "samples_per_s", "peak_rss_mib")


class RunFailed(Exception):
    """A program could not be run, or did not print what it should."""


def parse_flags():
    parser = argparse.ArgumentParser(prog="compare.sh", description=__doc__.splitlines()[0])
    peers = [name for name in PROGRAMS if name != OURS]
    parser.add_argument("--pairs", type=int, default=12, help="runs of each program (12)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of each program (all)")
    parser.add_argument("--preset", choices=("seed", "quick"), default="seed")
    parser.add_argument("--steps", type=int, default=5, help="timed steps of one run (5)")
    parser.add_argument("--warm-steps", type=int, default=2, help="steps trained before them (2)")
    parser.add_argument("--peers", nargs="+", choices=peers, default=["torch", "candle"])
    parser.add_argument("--init", type=Path, help="weights that all start from, a checkpoint")
    parser.add_argument("--isa", help="the instruction set of ours; what it detects if not given")
    parser.add_argument("--json", type=Path, help="write every run's line into this file")
    flags = parser.parse_args()
    if min(flags.pairs, flags.threads, flags.steps) < 1 or flags.warm_steps < 0:
        parser.error("--pairs, --threads and --steps must be at least 1, --warm-steps at least 0")
    return flags


def command_of(name, flags):
    command = [*PROGRAMS[name], "--preset", flags.preset, "--steps", str(flags.steps)]
    command += ["--threads", str(flags.threads), "--warm-steps", str(flags.warm_steps)]
    if flags.init:
        command += ["--init", str(flags.init.resolve())]
    if name == OURS and flags.isa:
        command += ["--isa", flags.isa]
    return command


def run(name, flags):
    """One process of `name`; the object of the last line it printed."""
    command = command_of(name, flags)
    shown = " ".join(command)
    try:
        # From the workspace's root, where ours looks for data/mnist too.
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    except OSError as error:
        raise RunFailed(f"{name}: cannot start {shown}: {error}") from error
    if done.returncode != 0:
        last = "\n    ".join(done.stderr.strip().splitlines()[-8:])
        raise RunFailed(f"{name}: {shown} ended with {done.returncode}\n    {last}")
    try:
        result = json.loads(done.stdout.strip().splitlines()[-1])
        missing = [key for key in KEYS if key not in result]
        if missing:
            raise KeyError(missing)
        return {**result, "program": name}
    except (IndexError, ValueError, KeyError, TypeError) as error:
        printed = done.stdout.strip()[-300:]
        wanted = f"no line of JSON with {', '.join(KEYS)}"
        raise RunFailed(f"{name}: {shown} printed {wanted} ({error!r}): {printed!r}") from error


def measure(flags):
    """({peer: [(ours, theirs), ...]}, failures). A peer that fails is left out from there on."""
    pairs = {peer: [] for peer in flags.peers}
    failures = []
    for i in range(flags.pairs):
        for peer in pairs:
            if peer in failures:
                continue
            ours = run(OURS, flags)
            try:
                theirs = run(peer, flags)
            except RunFailed as failure:
                failures.append(peer)
                print(f"pair {i + 1}: {failure}", file=sys.stderr, flush=True)
                continue
            pairs[peer].append((ours, theirs))
            a, b = ours["median_s"], theirs["median_s"]
            times = f"{OURS} {a:.4f} s, {peer} {b:.4f} s, ratio {b / a:.2f}"
            print(f"pair {i + 1} of {flags.pairs}: {times}", file=sys.stderr, flush=True)
    return pairs, failures


def memory(result):
    """Peak MiB; not a number where the system does not tell."""
    mib = result["peak_rss_mib"]
    return float("nan") if mib is None else mib


def print_table(flags, pairs):
    print(
        f"preset {flags.preset}, {flags.threads} threads, "
        f"{flags.steps} timed steps a run after {flags.warm_steps}"
    )
    print(f"{'':<16}{'median s':>10}{'min s':>10}{'GFLOP/s':>10}{'samples/s':>11}{'peak MiB':>10}")
    runs = {OURS: [ours for pair in pairs.values() for ours, _ in pair]}
    runs.update({peer: [theirs for _, theirs in pair] for peer, pair in pairs.items()})
    for name, results in runs.items():
        if not results:
            continue
        keys = ("median_s", "gflops", "samples_per_s")
        middle = {key: statistics.median(r[key] for r in results) for key in keys}
        fastest = min(r["min_s"] for r in results)
        print(
            f"{name:<16}{middle['median_s']:>10.4f}{fastest:>10.4f}{middle['gflops']:>10.1f}"
            f"{middle['samples_per_s']:>11.0f}{max(map(memory, results)):>10.0f}"
        )


def print_ratios(pairs):
    print(f"\ntime of the peer / time of {OURS}, pair by pair")
    columns = f"{'lowest':>8}{'highest':>9}{'pairs':>7}{'memory':>8}"
    print(f"{'':<16}{'median':>8}{'quartiles':>16}{columns}")
    for peer, results in pairs.items():
        if not results:
            continue
        ratios = [theirs["median_s"] / ours["median_s"] for ours, theirs in results]
        space = statistics.median(memory(theirs) / memory(ours) for ours, theirs in results)
        if len(ratios) > 1:
            low, _, high = statistics.quantiles(ratios, n=4, method="inclusive")
        else:
            low = high = ratios[0]
        print(
            f"{peer:<16}{statistics.median(ratios):>8.2f}{f'{low:.2f} to {high:.2f}':>16}"
            f"{min(ratios):>8.2f}{max(ratios):>9.2f}{len(ratios):>7}{space:>8.2f}"
        )


def main():
    flags = parse_flags()
    try:
        pairs, failures = measure(flags)
    except RunFailed as failure:
        sys.exit(f"compare.sh: {failure}")
    if any(pairs.values()):
        print_table(flags, pairs)
        print_ratios(pairs)
    if flags.json:
        runs = [run for results in pairs.values() for pair in results for run in pair]
        flags.json.write_text("".join(json.dumps(run) + "\n" for run in runs))
    if failures:
        sys.exit("compare.sh: failed: " + ", ".join(failures))


if __name__ == "__main__":
    main()
