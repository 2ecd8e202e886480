#!/usr/bin/env bash
# A sweep of many runs of a made-up experiment that sleeps a second each, two side by side, and its
# comparison: what both spend on themselves, beside what the runs take when `train` makes them.
#
#   tests/large_sweep.sh [RUNS]      1000 if not given, which takes some nine minutes
set -euo pipefail
runs=${1:-1000}
[[ $runs =~ ^[1-9][0-9]*0$ ]] || { echo "usage: tests/large_sweep.sh [RUNS, a multiple of 10]" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cargo build --release --locked --quiet -p gradroute-runs-tests --bin toy
toy=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/release/toy
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/sweep.toml" <<SWEEP
preset = "calm"
out = "$folder/out"
seeds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
[set]
milliseconds = 100
[grid]
"optimizer.lr" = [$(seq -s, 1 $((runs / 10)) | sed 's/,/e-4, /g')e-4]
SWEEP

python3 - "$toy" "$folder" "$runs" <<'PYTHON'
import os, subprocess, sys, time
toy, folder, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])

def timed(*arguments):
    """Seconds, and the most memory in MiB, of a command."""
    began = time.monotonic()
    with open(f"{folder}/said", "wb") as said:
        process = subprocess.Popen([toy, *arguments], stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
    took = time.monotonic() - began
    if status:
        sys.exit(f"large sweep: {arguments}: status {status}\n" + open(f"{folder}/said").read()[-2000:])
    return took, usage.ru_maxrss / 1024

alone = sorted(
    timed("train", "--preset", "calm", "--set", "milliseconds=100", "--threads", "1",
          "--out", f"{folder}/alone-{i}")[0]
    for i in range(5)
)[2]
took, memory = timed("sweep", f"{folder}/sweep.toml", "--jobs", "2")
overhead = took * 2 / (runs * alone) - 1
print(f"large sweep: {runs} runs, two side by side, took {took:.1f} s, {memory:.0f} MiB; alone each "
      f"takes {alone:.3f} s, so {overhead:+.1%}")
again, _ = timed("sweep", f"{folder}/sweep.toml", "--jobs", "2")
print(f"large sweep: started again, it found all done in {again:.1f} s")
compared, memory = timed("compare", f"{folder}/out", "--out", f"{folder}/page")
print(f"large sweep: comparing them took {compared:.1f} s and {memory:.0f} MiB")
if overhead > 0.05 or compared > 5 or memory > 200:
    sys.exit("large sweep: expected at most 5 % more, 5 s and 200 MiB")
PYTHON
