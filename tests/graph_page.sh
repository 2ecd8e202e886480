#!/usr/bin/env bash
# Steps through the pages of the command `graph` in a real browser, and holds the numbers that they show to
# `audit --json` and to what the engine prints.
#
#   tests/graph_page.sh [--short] [--screenshots FOLDER]
#
# PYTHON names an interpreter with playwright and axe-playwright-python, CHROMIUM the browser.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
repository=$PWD
python=${PYTHON:-python3}
export CHROMIUM=${CHROMIUM:-$(command -v chromium || true)}
[ -n "$CHROMIUM" ] || { echo "graph_page.sh: no chromium; name one by CHROMIUM" >&2; exit 1; }
"$python" -c 'import playwright, axe_playwright_python' ||
    { echo "graph_page.sh: $python lacks playwright or axe-playwright-python" >&2; exit 1; }
# As the tests built them: single packages would have other features, and compile once more.
cargo build --release --locked -q --workspace --exclude gradroute-benches --bins --examples
built=${CARGO_TARGET_DIR:-$repository/target}/release
place=$(mktemp -d)
trap 'rm -r "$place"' EXIT
"$built/gradroute" graph --preset quick --out "$place/quick.html" 2>/dev/null
"$built/gradroute" audit --preset quick --batch 8 --json "$place/audit.json" >/dev/null 2>&1
"$built/examples/09_a_page_that_steps_backwards" "$place/example.html" >"$place/example.txt"
"$built/examples/large_graph" "$place/large.html"
size=$(wc -c <"$place/quick.html")
echo "the page of quick has $size bytes"
[ "$size" -le 1048576 ] || { echo "graph_page.sh: that is more than 1 MiB" >&2; exit 1; }
"$python" tests/graph_page.py "$place" "$@"
