#!/bin/sh
# Times steps of two small nets, a transformer and a convolutional net, against PyTorch's.
#
#     benches/compare_nets.sh [--pairs N] [--threads N] [--steps K]
#
# Installs PyTorch (benches/peers/install.sh), builds our program, and hands all
# flags to compare_nets.py. The results mean something only while the machine
# does nothing else.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cd "$here/.."

"$here/peers/install.sh"
cargo build --release -p gradroute-benches --bin nets ||
    { echo "compare_nets.sh: our program did not build; see cargo's message above" >&2; exit 1; }
exec "$here/peers/.venv/bin/python" "$here/compare_nets.py" "$@"
