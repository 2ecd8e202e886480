#!/usr/bin/env bash
# Runs every command of README.md's blocks ```sh in their order, trainings in a short form, in an
# empty folder. What the README says of their results is held elsewhere.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
repository=$PWD
place=$(mktemp -d)
trap 'rm -r "$place"' EXIT
cargo build --release --locked -q -p gradroute -p starter
binaries=${CARGO_TARGET_DIR:-$repository/target}/release
cd "$place"
ln -s "$repository/data" data
# Sweeps as they are, but for their length.
mkdir -p crates/experiments/sweeps
for sweep in "$repository"/crates/experiments/sweeps/*.toml; do
    sed -E 's/^seeds = .*/seeds = [0, 1]/; s/^\[set\]/[set]\n"data.limit" = 500\n"train.epochs" = 1/' \
        "$sweep" >"crates/experiments/sweeps/$(basename "$sweep")"
done

run() { # command
    echo "--- $1"
    bash -c "set -e; $1" >out 2>&1 || { tail -20 out; echo "README: this command fails: $1" >&2; exit 1; }
}

count=0
while read -r line; do
    short="--epochs 1 --set data.limit=2000"
    # A short run is not the committed one; it is the same as itself.
    line=${line/data\/results\/quick-seed-0/runs\/quick-0-1}
    case "$line" in
        "cargo test "*) continue ;; # the gate's own step
        # Examples are the gate's step too.
        "cargo run --release -p gradroute-tape --example "*) continue ;;
        "cargo run --release -p starter -- "*) run "$binaries/starter ${line#* -- } $short" ;;
        *"--resume"*"--epochs"*) run "$binaries/gradroute $(sed "s|--epochs [0-9]*|--epochs 2|" <<<"${line#* -- }")" ;;
        *" train"*"--resume"*) run "$binaries/gradroute ${line#* -- }" ;;
        *" audit --preset "* | *" graph --preset "*) run "$binaries/gradroute ${line#* -- } --set data.limit=200" ;;
        # Large models: fewer images.
        *"--preset seed"*) run "$binaries/gradroute ${line#* -- } --epochs 1 --set data.limit=100" ;;
        # It answers until it is ended; once it has told its address, it listens.
        "cargo run --release -- serve"*)
            run "$binaries/gradroute ${line#* -- } --no-open >address & until [ -s address ]; do sleep 0.1; done; kill \$!" ;;
        "cargo run --release -- train"*) run "$binaries/gradroute ${line#* -- } $short" ;;
        "cargo run --release -- "*) run "$binaries/gradroute ${line#* -- }" ;;
        *) echo "README: tests/readme_commands.sh does not know how to try: $line" >&2; exit 1 ;;
    esac
    count=$((count + 1))
done < <(awk '/^```sh$/ { within = 1; next } /^```$/ { within = 0 } within && NF' "$repository/README.md")
[ "$count" -ge 15 ] || { echo "README: only $count commands were found" >&2; exit 1; }
echo "README: $count commands ran"
