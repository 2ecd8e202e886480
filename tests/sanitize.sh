#!/usr/bin/env bash
# Runs the tests of the kernels, which have all the unsafe code, under AddressSanitizer, on the best
# instruction set of this processor and on every other one that the tests pin, the portable one
# included; with --tape also those of the tape, which calls them in all its ways. Skips, and says
# why, where there is no nightly compiler.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tape=
case "$*" in
    '') ;;
    --tape) tape=yes ;;
    *) echo "usage: tests/sanitize.sh [--tape]" >&2; exit 2 ;;
esac
target=x86_64-unknown-linux-gnu

skip() {
    echo "sanitize: skipped, as $*"
    exit 0
}

[ "$(uname -sm)" = "Linux x86_64" ] || skip "this is not Linux on x86-64"
command -v rustup >/dev/null || skip "there is no rustup"
rustup toolchain list | grep -q '^nightly' || skip "there is no nightly toolchain"
rustup target list --toolchain nightly --installed 2>/dev/null | grep -qx "$target" ||
    skip "nightly has no standard library for $target"

export RUSTFLAGS="-Zsanitizer=address" ASAN_OPTIONS=detect_leaks=0
sanitized() { # packages and targets
    cargo +nightly test --release --locked --target "$target" --target-dir target/sanitizer "$@"
}
sanitized -p gradroute-kernels --lib --tests
[ -z "$tape" ] || sanitized -p gradroute-tests --test tape --test tape_determinism
echo "sanitize: clean"
