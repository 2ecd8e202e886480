"""Which of two courses the first twelve steps of the preset `seed` take.

    python plateau.py GRADROUTE [--seeds N] [--torch]

Runs GRADROUTE (the program, such as target/release/gradroute) for twelve steps in file order from
the initial weights of N seeds, ten unless said, and with --torch also from weights that PyTorch
draws. Prints the total loss at step 6 of each, and how many are below 2.1:
crates/experiments/src/autoencoder/README.md says what came out.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

QUICK = 2.1


def total_at_step_6(program, run, *more):
    command = [program, "train", "--preset", "seed", "--no-shuffle", "--set", "train.steps=12"]
    subprocess.run([*command, "--out", run, *more], check=True, capture_output=True)
    lines = (run / "metrics.jsonl").read_text().splitlines()
    return json.loads(lines[6])["total"]


def torch_weights(seed, file):
    import torch
    from safetensors.torch import save_file

    from seed_model import Autoencoder

    torch.manual_seed(seed)
    save_file(Autoencoder(784, [2048, 512], 32).state_dict(), file)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--torch", action="store_true")
    arguments = parser.parse_args()
    program = arguments.program.resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for weights in ["gradroute", "PyTorch"][: 1 + arguments.torch]:
            totals = []
            for seed in range(arguments.seeds):
                run = folder / f"{weights}-{seed}"
                more = ["--seed", str(seed)]
                if weights == "PyTorch":
                    file = folder / f"{seed}.safetensors"
                    torch_weights(seed, file)
                    more = ["--init", file]
                totals.append(total_at_step_6(program, run, *more))
                print(f"weights of {weights}, seed {seed}: total {totals[-1]:.3f} at step 6", flush=True)
            quick = sum(total < QUICK for total in totals)
            print(f"weights of {weights}: {quick} of {len(totals)} are below {QUICK}")


if __name__ == "__main__":
    main()
