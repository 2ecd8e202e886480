#!/bin/sh
# Times steps of growing batches and growing models and prints a Markdown table.
#
#     benches/scaling.sh [--rounds N] [--threads N] [--steps K] ...
#
# Builds our step and hands all flags to scaling.py, which explains them with
# --help. Needs Python 3.10 or newer, without packages. The results mean
# something only while the machine does nothing else.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cd "$here/.."

cargo build --release -p gradroute-benches --bin step ||
    { echo "scaling.sh: the step did not build; see cargo's message above" >&2; exit 1; }
exec "${PYTHON:-python3}" "$here/scaling.py" "$@"
