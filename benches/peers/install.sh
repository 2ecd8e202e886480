#!/bin/sh
# Installs the peers into folders that git ignores: PyTorch into .venv, the
# candle step into candle/target. Does again only what is not done yet.
#
#     benches/peers/install.sh
#
# PYTHON names another interpreter than python3.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
python=${PYTHON:-python3}

fail() {
    echo "install.sh: $1" >&2
    exit 1
}

install_torch() {
    done_mark="$here/.venv/installed-requirements.txt"
    if cmp -s "$here/requirements.txt" "$done_mark"; then
        return
    fi
    command -v "$python" >/dev/null || fail "no $python found; install Python 3.10 or newer"
    "$python" -m venv "$here/.venv" ||
        fail "$python -m venv failed; on Debian and Ubuntu it needs the package python3-venv"
    "$here/.venv/bin/pip" install --requirement "$here/requirements.txt" ||
        fail "pip could not install benches/peers/requirements.txt; see its message above"
    cp "$here/requirements.txt" "$done_mark"
}

install_candle() {
    command -v cargo >/dev/null || fail "no cargo found; install Rust"
    # For this machine's own CPU, which favours the peer: the product's build does not ask for it.
    RUSTFLAGS="-C target-cpu=native" cargo build --release --locked \
        --manifest-path "$here/candle/Cargo.toml" --target-dir "$here/candle/target" ||
        fail "the candle step did not build; see cargo's message above"
}

install_torch
install_candle
