#!/usr/bin/env bash
# Two sweeps, of two experiments, as job arrays on a Slurm of two nodes that this script starts on
# the machine itself. Midway the daemon of a node is killed and started again, and a job is
# pre-empted; submitted again, all runs must be complete, with the hashes of the same sweeps made
# without Slurm.
#
#   tests/slurm.sh
#
# Needs root, and Debian's packages slurm-wlm and munge.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for program in slurmctld slurmd sbatch squeue sinfo scancel scontrol munged runuser; do
    PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || {
        echo "slurm: there is no $program; install Debian's packages slurm-wlm and munge" >&2
        exit 2
    }
done
PATH=$PATH:/usr/sbin
[ "$(id -u)" = 0 ] || { echo "slurm: a node's daemon must be started by root" >&2; exit 2; }

cargo build --release --locked --quiet -p gradroute --bin gradroute
gradroute=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/release/gradroute

folder=$(mktemp -d)
chmod 755 "$folder"
export SLURM_CONF=$folder/slurm.conf
daemons=()
end() {
    scancel --user=root >/dev/null 2>&1 || true
    sleep 1
    kill "${daemons[@]}" 2>/dev/null || true
    [ -f "$folder/munged.pid" ] && kill "$(cat "$folder/munged.pid")" 2>/dev/null || true
    rm -rf "$folder" 2>/dev/null || true
}
trap end EXIT

fail() {
    echo "slurm: $*" >&2
    tail -n 15 "$folder"/*.log "$folder"/sweeps/*/slurm/*.txt >&2 2>/dev/null || true
    exit 1
}

# Waits until a command succeeds.
wait_for() { # seconds, what, command...
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || fail "waited in vain for $what"
        sleep 0.5
    done
}

# --- the cluster ---------------------------------------------------------------------------------

mkdir -p "$folder/munge" "$folder/state" "$folder/spool-n1" "$folder/spool-n2"
head -c 1024 /dev/urandom >"$folder/munge/key"
chown -R munge: "$folder/munge"
chmod 700 "$folder/munge"
chmod 400 "$folder/munge/key"
mkdir "$folder/socket"
chown munge: "$folder/socket"
runuser -u munge -- munged --key-file="$folder/munge/key" --socket="$folder/socket/munge" \
    --pid-file="$folder/munge/pid" --log-file="$folder/munge/log" --seed-file="$folder/munge/seed"
ln -s munge/pid "$folder/munged.pid"

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
host=$(hostname -s)
cat >"$SLURM_CONF" <<CONF
ClusterName=loopback
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(port)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/socket/munge,cred_expire=5
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool-%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
KillWait=60
ReturnToService=2
SlurmdTimeout=10
SlurmdParameters=config_overrides
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(port) CPUs=1
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(port) CPUs=1
PartitionName=slow Nodes=n1,n2 Default=YES PriorityTier=1 PreemptMode=REQUEUE
PartitionName=urgent Nodes=n1,n2 PriorityTier=9 PreemptMode=OFF
CONF

slurmctld -D >"$folder/slurmctld.out.log" 2>&1 &
daemons+=($!)
start_node() { # name
    slurmd -D -N "$1" >>"$folder/slurmd-$1.out.log" 2>&1 &
    daemons+=($!)
    eval "$1=$!"
}
start_node n1
start_node n2
both_idle() { [ "$(sinfo --noheader --Node --states=idle --format=%N | sort -u | wc -l)" = 2 ]; }
wait_for 60 "both nodes" both_idle
echo "slurm: $(sinfo --version), nodes n1 and n2"

# --- the sweeps ----------------------------------------------------------------------------------

mkdir "$folder/sweeps"
cat >"$folder/autoencoder.toml" <<SWEEP
preset = "quick"
seeds = [0, 1]
out = "$folder/sweeps/autoencoder"
[set]
"model.hidden" = [64, 32]
"model.encoding" = 8
"data.limit" = 6000
"train.batch" = 100
"train.epochs" = 30
"train.checkpoint_every" = 1
[grid]
"routing.enabled" = [true, false]
"loss.l1" = [0.0, 0.001]
SWEEP
cat >"$folder/vae.toml" <<SWEEP
preset = "vae-quick"
seeds = [0, 1, 2, 3]
out = "$folder/sweeps/vae"
[set]
"model.hidden" = [48, 24]
"data.limit" = 6000
"train.batch" = 100
"train.epochs" = 20
"train.checkpoint_every" = 1
[grid]
"optimizer.lr" = [0.001, 0.0005]
SWEEP

submit() { # sweep
    "$gradroute" sweep "$folder/$1.toml" --slurm -- --partition=slow
}
nobody_queued() { [ -z "$(squeue --noheader)" ]; }
on_node() { [ -n "$(squeue --noheader --states=RUNNING --nodelist="$1" --format=%A)" ]; }
# A checkpoint after the first, of a run that is not done.
has_begun() {
    local run
    for run in "$folder"/sweeps/*/*/; do
        [ ! -e "$run/manifest.json" ] && compgen -G "$run/checkpoints/step-*[1-9]*.json" >/dev/null && return 0
    done
    return 1
}

submit autoencoder
submit vae
wait_for 60 "a task on n2" on_node n2
wait_for 60 "a checkpoint" has_begun
echo "slurm: killing the daemon of n2"
kill -9 "$n2"
sleep 15
echo "slurm: starting it again"
start_node n2
node_is_back() { sinfo --noheader --Node --nodes=n2 --format=%T | grep -qE '^(idle|mixed|allocated)$'; }
wait_for 60 "n2 to be back" node_is_back

wait_for 60 "a task on n1" on_node n1
# More than once, as a run may be at its last step just then.
for attempt in 1 2 3; do
    if on_node n1 && has_begun; then
        echo "slurm: pre-empting what runs on n1"
        sbatch --parsable --partition=urgent --nodelist=n1 --output="$folder/urgent.txt" --wrap 'sleep 2' >/dev/null
    fi
    sleep 5
done
preempted() { grep -lq 'Ending after this step' "$folder"/sweeps/*/slurm/*.txt; }
wait_for 60 "a run that saves what it has" preempted
wait_for 600 "the queue to be empty" nobody_queued

for round in 1 2 3; do
    left=$(submit autoencoder; submit vae)
    [ "$(grep -c 'Nothing is left to submit' <<<"$left")" = 2 ] && break
    echo "slurm: submitted again: $left"
    wait_for 600 "the queue to be empty" nobody_queued
done
grep -q 'Nothing is left to submit' <<<"$left" || fail "runs are missing after three rounds: $left"

# --- the same without Slurm ----------------------------------------------------------------------

weights() { # folder of a sweep
    python3 - "$1" <<'PYTHON'
import json, pathlib, sys
for run in json.loads((pathlib.Path(sys.argv[1]) / "sweep.json").read_text())["runs"]:
    print(run["name"], run["state"], run.get("weights_sha256"))
PYTHON
}
resumed=$(cat "$folder"/sweeps/*/*/manifest.json | tr -d ' \n' | { grep -o '"resumed":\[[0-9]' || true; } | wc -l)
[ "$resumed" -gt 0 ] || fail "no run was resumed, so nothing was tried"
for name in autoencoder vae; do
    "$gradroute" sweep "$folder/$name.toml" --out "$folder/local-$name" --jobs 2 >"$folder/local.log" 2>&1 ||
        fail "the sweep $name failed without Slurm"
    weights "$folder/sweeps/$name" >"$folder/by-slurm"
    weights "$folder/local-$name" >"$folder/by-hand"
    [ "$(grep -c ' finished ' "$folder/by-slurm")" = 8 ] || fail "$name: $(cat "$folder/by-slurm")"
    diff "$folder/by-slurm" "$folder/by-hand" || fail "$name: other weights with Slurm than without"
    "$gradroute" compare "$folder/sweeps/$name" >/dev/null || fail "the sweep $name can't be compared"
done
echo "slurm: 16 runs of two sweeps are complete, $resumed of them resumed, with the hashes of --jobs 2"
