#!/bin/sh
# Times our training step against PyTorch's and candle's on this machine.
#
#     benches/compare.sh [--pairs N] [--threads N] [--preset seed|quick] [--steps K] ...
#
# Installs the peers (benches/peers/install.sh), builds our step, and hands all
# flags to compare.py, which explains them with --help. The results mean
# something only while the machine does nothing else.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cd "$here/.."

"$here/peers/install.sh"
cargo build --release -p gradroute-benches --bin step ||
    { echo "compare.sh: our step did not build; see cargo's message above" >&2; exit 1; }
exec "$here/peers/.venv/bin/python" "$here/compare.py" "$@"
