#!/usr/bin/env bash
# Does what docs/first-afternoon.md says, in a copy of the repository, and compares it with the page:
#
#   ```sh          every line is run, in the page's order; after `fails` the last one must fail
#   ```text        these lines must occur, in this order, in what the block of commands above printed;
#                  a line with `...` is not compared
#   ```rust FILE   these lines must occur, in this order, in the file
#   ```diff FILE   the line behind - is replaced by the one behind +
#
#   tests/first_afternoon.sh            all of it
#   tests/first_afternoon.sh --short    without trainings, what reads their runs, and the starter
#
# The copy and what is built in it are below the target folder. On two cores that do nothing else some three
# minutes, and some four more where the copy's starter has not been built yet.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
repository=$PWD
page=$repository/docs/first-afternoon.md
short=
case "$*" in '') ;; --short) short=yes ;; *) echo "usage: tests/first_afternoon.sh [--short]" >&2; exit 2 ;; esac
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
binaries=$target/release
place=$target/first-afternoon
copy=$place/copy

fail() {
    echo "FIRST AFTERNOON, line $at: $*" >&2
    exit 1
}

at=0
# As the gate builds them: for single packages much would be compiled once more.
cargo build --release --locked -q --workspace --exclude gradroute-benches --bins --examples
rm -rf "$copy"
mkdir -p "$copy"
trap 'rm -rf "$copy" "$place/output" "$place/quoted"' EXIT
tar -cf - --exclude=target --exclude=.venv Cargo.toml Cargo.lock crates starter tests benches | tar -xf - -C "$copy"
ln -s "$repository/data" "$copy/data"
# An earlier test may have built the starter from a changed file that was newer than this one.
find "$copy/starter" -type f -exec touch {} +
cd "$copy"

# What is run for a command of the page. Only the starter is built in the copy, as its source is changed there.
translated() { # command
    local rest
    case "$1" in
        "cargo build "*) echo true ;;
        "cargo run --release -p starter -- "*)
            echo "CARGO_TARGET_DIR='$place/target' cargo run -q --release --locked -p starter -- ${1#* -- }"
            ;;
        "cargo run --release -p gradroute-tape --example "* | "cargo run --release --example "*)
            rest=${1#*--example }
            case "$rest" in
                *" -- "*) echo "$binaries/examples/${rest%% *} ${rest#* -- }" ;;
                *) echo "$binaries/examples/$rest" ;;
            esac
            ;;
        "cargo run --release -- "*) echo "$binaries/gradroute ${1#* -- }" ;;
        *cargo*) return 1 ;;
        *) echo "$1" ;;
    esac
}

run() { # command, whether it must fail
    case "$short $1" in
        "yes "*" train "* | "yes "*"-p starter"* | "yes "*runs/*) skipped=yes; return ;;
    esac
    local command began=$SECONDS failed=
    command=$(translated "$1") || fail "tests/first_afternoon.sh does not know how to run: $1"
    bash -c "$command" >>"$place/output" 2>&1 || failed=yes
    if [ "$failed" != "$2" ]; then
        tail -20 "$place/output" >&2
        fail "this command ${2:+does not fail, but should}${failed:+fails}: $1"
    fi
    echo "--- $((SECONDS - began)) s: $1"
}

# Whether all quoted lines occur in a file, in their order.
occur() { # file, what it is
    local missing
    missing=$(QUOTED=$place/quoted awk '
        { sub(/[ \t\r]+$/, ""); have[NR] = $0 }
        END {
            while ((getline line < ENVIRON["QUOTED"]) > 0) {
                if (index(line, "...")) continue
                for (i = last + 1; i <= NR && have[i] != line; i++) { }
                if (i > NR) { print line; exit }
                last = i
            }
        }' "$1"; echo .)
    missing=${missing%$'\n'.}
    [ "$missing" = . ] || fail "$2 does not have this line, or not in this order: $missing"
}

replace() { # file
    local removed added
    removed=$(sed -n 's/^-//p' "$place/quoted")
    added=$(sed -n 's/^+//p' "$place/quoted")
    REMOVED=$removed ADDED=$added awk '
        $0 == ENVIRON["REMOVED"] { print ENVIRON["ADDED"]; found = 1; next }
        { print }
        END { exit !found }' "$1" >"$place/output" || fail "$1 has no line: $removed"
    cp "$place/output" "$1"
}

skipped='' commands=0 compared=0 kind='' info='' block=()
while IFS= read -r line || [ -n "$line" ]; do
    at=$((at + 1))
    case "$kind $line" in
        " \`\`\`"*)
            kind=${line#\`\`\`} block=()
            info=${kind#* }
            [ "$info" != "$kind" ] || info=''
            kind=${kind%% *}
            [ -n "$kind" ] || fail "say what this block is: sh, text, rust FILE or diff FILE"
            ;;
        " "*) ;;
        *" \`\`\`")
            printf '%s\n' "${block[@]}" >"$place/quoted"
            case "$kind" in
                sh)
                    : >"$place/output"
                    skipped=
                    for ((i = 0; i < ${#block[@]}; i++)); do
                        fails=
                        [ "$info" != fails ] || [ $((i + 1)) -lt ${#block[@]} ] || fails=yes
                        run "${block[i]}" "$fails"
                        [ -n "$skipped" ] || commands=$((commands + 1))
                    done
                    ;;
                text) [ -n "$skipped" ] || occur "$place/output" "what the commands above printed" ;;
                rust) occur "$info" "$info" ;;
                diff) replace "$info" ;;
                *) fail "this block is none of sh, text, rust FILE and diff FILE" ;;
            esac
            case "$kind$skipped" in sh* | textyes) ;; *) compared=$((compared + 1)) ;; esac
            kind=''
            ;;
        *) block+=("$line") ;;
    esac
done <"$page"
[ -z "$kind" ] || fail "the last block does not end"
least=20
[ -z "$short" ] || least=12
[ "$commands" -ge "$least" ] && [ "$compared" -ge "$least" ] || fail "only $commands commands and $compared blocks were found"
echo "First afternoon: $commands commands ran, and $compared blocks are as they say"
