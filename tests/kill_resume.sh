#!/usr/bin/env bash
# N times: starts a small run, kills it (SIGKILL) at random moments, resumes it to the end, and
# compares everything it leaves with a run that nobody disturbed.
#
#   tests/kill_resume.sh [N] [SEED]
#
# N is 5 if not given; SEED decides the moments, as far as the machine's speed allows.
set -euo pipefail
trials=${1:-5}
RANDOM=${2:-1}
[[ $trials =~ ^[1-9][0-9]*$ ]] || { echo "usage: tests/kill_resume.sh [N] [SEED]" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cargo build --release --locked --quiet
gradroute=$PWD/${CARGO_TARGET_DIR:-target}/release/gradroute
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
log=$folder/log

settings=(--set 'model.hidden=[64,32]' --set model.encoding=8 --set train.batch=100
    --set data.limit=6000 --set train.checkpoint_every=1 --set train.eval_every=3 --epochs 10)

fail() {
    echo "kill_resume: $*" >&2
    [ -f "$log" ] && tail -5 "$log" >&2
    exit 1
}

# Starts the run, or goes on with it if there is something to go on from.
go() { # run
    if compgen -G "$1/checkpoints/step-*.json" >/dev/null; then
        exec "$gradroute" train --resume "$1"
    else
        exec "$gradroute" train "${settings[@]}" --out "$1" --overwrite
    fi
}

weights() { grep -o '"weights_sha256": "[0-9a-f]*"' "$1/manifest.json"; }

whole=$folder/whole
began=$(date +%s%N)
(go "$whole") >"$log" 2>&1 || fail "the undisturbed run failed"
lasts=$((($(date +%s%N) - began) / 1000000))
expected=$(weights "$whole")
echo "undisturbed: $lasts ms, $expected"

kills=0 early=0
for ((trial = 1; trial <= trials; trial++)); do
    run=$folder/run
    rm -rf "$run"
    # One to three kills, each somewhere in the time that the whole run takes.
    for ((left = RANDOM % 3 + 1; left > 0; left--)); do
        moment=$(((RANDOM * 32768 + RANDOM) % lasts))
        (go "$run") >"$log" 2>&1 &
        process=$!
        sleep "$((moment / 1000)).$(printf %03d $((moment % 1000)))"
        if kill -9 "$process" 2>/dev/null; then
            kills=$((kills + 1))
            compgen -G "$run/checkpoints/step-*.json" >/dev/null || early=$((early + 1))
        fi
        wait "$process" 2>/dev/null || true
    done
    (go "$run") >"$log" 2>&1 || fail "trial $trial: the last resume failed"
    found=$(weights "$run")
    [ "$found" = "$expected" ] || fail "trial $trial: $found instead of $expected"
    for file in config.toml metrics.jsonl epochs.jsonl evaluation.json; do
        cmp "$whole/$file" "$run/$file" || fail "trial $trial: $file differs"
    done
    diff -r "$whole/figures" "$run/figures" || fail "trial $trial: figures differ"
done
echo "$trials trials, $kills kills ($early before the first checkpoint): all ended with the same" \
    "weights, metrics, evaluations and figures"
