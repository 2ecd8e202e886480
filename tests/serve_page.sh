#!/usr/bin/env bash
# Uses the pages of the command `serve` in a real browser, with no network and no other program than the
# server, and holds the numbers that they show to those of `evaluate`, `audit` and `graph`.
#
#   tests/serve_page.sh [--short] [--screenshots FOLDER]
#
# PYTHON names an interpreter with playwright and axe-playwright-python, CHROMIUM the browser.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
repository=$PWD
python=$(command -v "${PYTHON:-python3}")
export CHROMIUM=${CHROMIUM:-$(command -v chromium || true)}
[ -n "$CHROMIUM" ] || { echo "serve_page.sh: no chromium; name one by CHROMIUM" >&2; exit 1; }
"$python" -c 'import playwright, axe_playwright_python' ||
    { echo "serve_page.sh: $python lacks playwright or axe-playwright-python" >&2; exit 1; }
# As the tests built them: single packages would have other features, and compile once more.
cargo build --release --locked -q --workspace --exclude gradroute-benches --bins --examples
program=${CARGO_TARGET_DIR:-$repository/target}/release/gradroute
place=$(mktemp -d)
trap 'rm -r "$place"' EXIT
runs=$place/runs
"$program" train --epochs 1 --set data.limit=6000 --set train.flow_every=6 --out "$runs/routed" >/dev/null 2>&1
"$program" train --preset vae-quick --epochs 1 --set data.limit=6000 --out "$runs/vae" >/dev/null 2>&1
"$program" audit "$runs/routed" >"$place/audit.txt" 2>/dev/null
"$program" graph "$runs/routed" --out "$place/tape.html" 2>/dev/null
# Where the system lets us, without any network but the loopback device.
if unshare --net true 2>/dev/null; then
    unshare --net "$python" tests/serve_page.py "$program" "$place" "$@"
else
    echo "serve_page.sh: no network of its own can be made here; what is loaded from elsewhere is seen by the browser alone"
    "$python" tests/serve_page.py "$program" "$place" "$@"
fi
