"""Checks that all programs compute the same step: losses of PyTorch, candle and ours.

    benches/peers/.venv/bin/python benches/peers/agree.py [--preset seed|quick]

All start from the same weights and take the same batches. The reference is
PyTorch in float64; what the float32 programs print of the first steps' losses
has to agree with it: ours to 1e-4 relative, the peers to 1e-3, as PyTorch's own
float32 is beyond 1e-4 where seed's first steps swing. Ends with 1 if one does
not. Needs what compare.sh builds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
TORCH = [sys.executable, HERE / "torch_step.py"]
# The peers decay by the seed's 5e-5 in both presets.
DECAY = ["--set", "optimizer.weight_decay=5e-5"]
OURS = [TARGET / "release/step", "--json", "--set", "train.shuffle=false", *DECAY]
# Program and tolerance.
PROGRAMS = {
    "torch": (TORCH, 1e-3),
    "candle": ([HERE / "candle/target/release/candle-step"], 1e-3),
    "gradroute": (OURS, 1e-4),
}


def losses(command):
    """A list of {term: value}, one a step."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    except OSError as error:
        sys.exit(f"agree.py: cannot start {command[0]}: {error}; benches/compare.sh builds it")
    if done.returncode != 0:
        sys.exit(f"agree.py: {' '.join(map(str, command))} ended with {done.returncode}")
    return json.loads(done.stdout)["losses"]


def worst_difference(name, expected, found, tolerance):
    """Over the steps and terms that `found` has; ends the program if one is too large."""
    worst = 0.0
    for step, (a, b) in enumerate(zip(expected, found)):
        for term in b:
            difference = abs(a[term] - b[term]) / abs(a[term])
            worst = max(worst, difference)
            # Written so that a NaN counts as a difference.
            if not difference <= tolerance:
                sys.exit(
                    f"agree.py: step {step}, {term}: float64 {a[term]}, {name} {b[term]}, "
                    f"relative difference {difference:.1e} > {tolerance:.0e}"
                )
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", choices=("seed", "quick"), default="quick")
    preset = parser.parse_args().preset
    run = ["--preset", preset, "--steps", "5", "--warm-steps", "0"]
    with tempfile.TemporaryDirectory() as folder:
        init = Path(folder) / "initial.safetensors"
        expected = losses([*TORCH, *run, "--double", "--save-init", init])
        for name, (program, tolerance) in PROGRAMS.items():
            found = losses([*program, *run, "--init", init])
            worst = worst_difference(name, expected, found, tolerance)
            print(f"{preset}, {len(found)} steps: {name} is within {worst:.1e} of float64")


if __name__ == "__main__":
    main()
