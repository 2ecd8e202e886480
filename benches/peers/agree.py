"""Checks that the peers compute the same step: PyTorch's and candle's losses.

    benches/peers/.venv/bin/python benches/peers/agree.py [--preset seed|quick]

Both start from the same weights and take the same batches; each loss term of
the first five steps has to agree to 1e-4 relative. Ends with 1 if one does not.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CANDLE = HERE / "candle/target/release/candle-step"
TOLERANCE = 1e-4


def losses(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"agree.py: {' '.join(map(str, command))} ended with {done.returncode}")
    return json.loads(done.stdout)["losses"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", choices=("seed", "quick"), default="quick")
    parser.add_argument("--candle", type=Path, default=CANDLE, help="the built candle-step")
    flags = parser.parse_args()
    if not flags.candle.exists():
        sys.exit(f"agree.py: {flags.candle} is not there; run benches/peers/install.sh first")

    run = ["--preset", flags.preset, "--steps", "5", "--warm-steps", "0"]
    with tempfile.TemporaryDirectory() as folder:
        init = Path(folder) / "initial.safetensors"
        torch = losses([sys.executable, HERE / "torch_step.py", *run, "--save-init", init])
        candle = losses([flags.candle, *run, "--init", init])

    worst = 0.0
    for step, (a, b) in enumerate(zip(torch, candle, strict=True)):
        for term in a:
            difference = abs(a[term] - b[term]) / abs(a[term])
            worst = max(worst, difference)
            # Written so that a NaN counts as a difference.
            if not difference <= TOLERANCE:
                sys.exit(
                    f"agree.py: step {step}, {term}: torch {a[term]}, candle {b[term]}, "
                    f"relative difference {difference:.1e} > {TOLERANCE:.0e}"
                )
    print(f"{flags.preset}: all loss terms of {len(torch)} steps agree, worst {worst:.1e} relative")


if __name__ == "__main__":
    main()
