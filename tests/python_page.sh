#!/usr/bin/env bash
# Runs the Python of crates/experiments/PYTHON.md on a short run, as a reader would.
#
#   tests/python_page.sh            the blocks that need numpy, pandas and safetensors
#   tests/python_page.sh --torch    all blocks
#
# PYTHON names the interpreter, else python3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
repository=$PWD
python=${PYTHON:-python3}
torch=${1:-}
case "$torch" in '' | --torch) ;; *) echo "usage: tests/python_page.sh [--torch]" >&2; exit 2 ;; esac
"$python" -c "import numpy, pandas, safetensors${torch:+, torch}" ||
    { echo "python_page.sh: $python lacks a module; see crates/experiments/PYTHON.md" >&2; exit 1; }
cargo build --release --locked -q -p gradroute
place=$(mktemp -d)
trap 'rm -r "$place"' EXIT
cd "$place"
ln -s "$repository/data" data
"${CARGO_TARGET_DIR:-$repository/target}/release/gradroute" train --epochs 1 \
    --set data.limit=2000 >/dev/null 2>&1
# Each block in the order of the page; without PyTorch those that do not speak of it.
awk -v torch="$torch" '
    /^```python$/ { block = ""; within = 1; next }
    /^```$/ && within { within = 0; if (torch != "" || block !~ /torch/) printf "%s\n", block; next }
    within { block = block $0 "\n" }
' "$repository/crates/experiments/PYTHON.md" >page.py
[ "$(grep -c . page.py)" -gt 30 ] || { echo "python_page.sh: the page has no Python" >&2; exit 1; }
"$python" page.py
