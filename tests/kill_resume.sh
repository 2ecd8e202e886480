#!/usr/bin/env bash
# N times: starts a small run, kills it (SIGKILL) at random moments, resumes it to the end, and
# compares everything it leaves with a run that nobody disturbed.
#
#   tests/kill_resume.sh [N] [SEED] [toy|gradroute|vae]
#
# N is 5 if not given; SEED decides the moments, as far as the machine's speed allows. The toy has
# two stages of short steps; gradroute trains its first experiment, and vae the VAE. The variable
# SETTINGS may hold other arguments of `train`.
set -euo pipefail
trials=${1:-5}
RANDOM=${2:-1}
kind=${3:-toy}
usage() {
    echo "usage: tests/kill_resume.sh [N] [SEED] [toy|gradroute|vae]" >&2
    exit 2
}
[[ $trials =~ ^[1-9][0-9]*$ ]] || usage
case $kind in
    toy)
        package=gradroute-runs-tests program=toy
        machine=(--threads 1)
        settings=(--preset relearn --set train.steps_per_epoch=400 --epochs 10
            --set train.relearn_steps=4000 --set train.checkpoint_every=150
            --set train.eval_every=700 --set train.probe_every=300)
        ;;
    gradroute)
        package=gradroute program=gradroute
        machine=()
        settings=(--set 'model.hidden=[64,32]' --set model.encoding=8 --set train.batch=100
            --set data.limit=6000 --set train.checkpoint_every=1 --set train.eval_every=3
            --epochs 10)
        ;;
    vae)
        package=gradroute program=gradroute
        machine=()
        settings=(--preset vae-quick --set 'model.hidden=[48,24]' --set train.batch=100
            --set data.limit=6000 --set train.checkpoint_every=1 --set train.eval_every=3
            --epochs 10)
        ;;
    *) usage ;;
esac
[ -z "${SETTINGS:-}" ] || read -ra settings <<<"$SETTINGS"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cargo build --release --locked --quiet -p "$package" --bin "$program"
# An absolute target folder stays as it is.
binary=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/release/$program
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
log=$folder/log

fail() {
    echo "kill_resume: $*" >&2
    [ -f "$log" ] && tail -5 "$log" >&2
    exit 1
}

# Starts the run, or goes on with it if there is something to go on from.
go() { # run
    if compgen -G "$1/checkpoints/step-*.json" >/dev/null; then
        exec "$binary" train "${machine[@]}" --resume "$1"
    else
        exec "$binary" train "${machine[@]}" "${settings[@]}" --out "$1" --overwrite
    fi
}

weights() { grep -o '"weights_sha256": "[0-9a-f]*"' "$1/manifest.json"; }

# What must be the same bytes however the run came to its end: all that is there but what tells of
# time and of the way.
results() { # run
    (cd "$1" && find . -type f ! -name .lock ! -name timing.jsonl ! -name report.html \
        ! -name manifest.json ! -path './checkpoints/*.json' | sort)
}

whole=$folder/whole
began=$(date +%s%N)
(go "$whole") >"$log" 2>&1 || fail "the undisturbed run failed"
lasts=$((($(date +%s%N) - began) / 1000000))
expected=$(weights "$whole")
files=$(results "$whole")
echo "undisturbed: $lasts ms, $expected, $(wc -l <"$whole/metrics.jsonl") steps," \
    "$(wc -w <<<"$files") files"

kills=0 early=0 late=0
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
            if [ -s "$run/stages.jsonl" ]; then late=$((late + 1)); fi
        fi
        wait "$process" 2>/dev/null || true
    done
    (go "$run") >"$log" 2>&1 || fail "trial $trial: the last resume failed"
    found=$(weights "$run")
    [ "$found" = "$expected" ] || fail "trial $trial: $found instead of $expected"
    [ "$(results "$run")" = "$files" ] || fail "trial $trial: other files than $files"
    for file in $files; do
        cmp "$whole/$file" "$run/$file" || fail "trial $trial: $file differs"
    done
    "$binary" verify "$run" >"$log" 2>&1 || fail "trial $trial: the run is not whole"
done
echo "$trials trials, $kills kills ($early before the first checkpoint, $late after the first of" \
    "several stages): all ended with the same weights, metrics, evaluations and figures"
