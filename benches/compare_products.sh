#!/bin/sh
# Times our large matrix products against matrixmultiply's and PyTorch's.
#
#     benches/compare_products.sh [--pairs N] [--threads N] [--runs N] ...
#
# Installs PyTorch and candle (benches/peers/install.sh), builds our bin
# `products`, and hands all flags to compare_products.py, which explains them
# with --help. The results mean something only while the machine does nothing
# else.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cd "$here/.."

"$here/peers/install.sh"
cargo build --release -p gradroute-benches --bin products ||
    { echo "compare_products.sh: ours did not build; see cargo's message above" >&2; exit 1; }
exec "$here/peers/.venv/bin/python" "$here/compare_products.py" "$@"
