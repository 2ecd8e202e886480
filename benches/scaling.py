"""Times steps of growing batches and growing models and prints a Markdown table.

Called by scaling.sh, once the program is there. One process a row and round,
all rows in turn in each round, so that a machine that grows slower in between
weighs on all; medians over the rounds, highest memory.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
STEP = [str(TARGET / "release/step"), "--json", "--preset", "seed"]
HIDDEN, BATCH = (2048, 512), 2048
BATCHES = (256, 512, 1024, 2048, 4096)
WIDTHS = (0.5, 1, 2)


def parse_flags():
    description = __doc__.splitlines()[0]
    parser = argparse.ArgumentParser(prog="scaling.sh", description=description)
    parser.add_argument("--rounds", type=int, default=3, help="processes a row (3)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of each (all)")
    parser.add_argument("--steps", type=int, default=5, help="timed steps of a process (5)")
    parser.add_argument("--warm-steps", type=int, default=2, help="steps trained before them (2)")
    parser.add_argument("--grid", action="store_true", help="every batch with every width")
    flags = parser.parse_args()
    if min(flags.rounds, flags.threads, flags.steps) < 1 or flags.warm_steps < 0:
        parser.error("--rounds, --threads and --steps must be at least 1, --warm-steps at least 0")
    return flags


def rows(grid):
    """(batch, width) of each row of the table."""
    if grid:
        return [(batch, width) for width in WIDTHS for batch in BATCHES]
    return [(batch, 1) for batch in BATCHES] + [(BATCH, width) for width in WIDTHS if width != 1]


def run(batch, width, flags):
    hidden = [int(size * width) for size in HIDDEN]
    command = [*STEP, "--set", f"train.batch={batch}", "--set", f"model.hidden={hidden}"]
    command += ["--threads", str(flags.threads), "--steps", str(flags.steps)]
    command += ["--warm-steps", str(flags.warm_steps)]
    shown = " ".join(command)
    try:
        # From the workspace's root, where data/mnist is looked for.
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    except OSError as error:
        sys.exit(f"scaling.sh: cannot start {shown}: {error}")
    if done.returncode != 0:
        sys.exit(f"scaling.sh: {shown} ended with {done.returncode}\n{done.stderr.strip()}")
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        sys.exit(f"scaling.sh: {shown} printed no JSON ({error}): {done.stdout[-300:]!r}")


def main():
    flags = parse_flags()
    table = rows(flags.grid)
    results = {row: [] for row in table}
    for number in range(flags.rounds):
        for row in table:
            results[row].append(run(*row, flags))
            print(f"round {number + 1}: batch {row[0]}, width x{row[1]}", file=sys.stderr)

    some = results[table[0]][0]
    print(f"{flags.threads} threads, {some['isa']}, medians of {flags.rounds} processes\n")
    columns = ["batch", "hidden", "s a step", "ms a sample", "GFLOP/s", "of peak"]
    columns += ["Adam, of the step", "peak MiB"]
    print("| " + " | ".join(columns) + " |")
    print("|---:" * len(columns) + "|")
    for (batch, width), runs in results.items():
        middle = lambda value: statistics.median(map(value, runs))
        seconds = middle(lambda r: r["median_s"])
        memory = max(r["peak_rss_mib"] or float("nan") for r in runs)
        cells = [
            str(batch),
            f"x{width}",
            f"{seconds:.4f}",
            f"{1e3 * seconds / batch:.3f}",
            f"{middle(lambda r: r['gflops']):.1f}",
            f"{100 * middle(lambda r: r['peak_share']):.0f} %",
            f"{100 * middle(lambda r: r['update_s'] / r['median_s']):.0f} %",
            f"{memory:.0f}",
        ]
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
