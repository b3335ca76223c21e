#!/usr/bin/env bash
# Runs `holdfast gate` for CI, says what it found where the CI looks for it, and ends with the gate's own exit code.
#
#   Scripts/ci/gate.sh [CANDIDATE...] [-- GATE-OPTION...]
#
# Paths are relative to the current folder. What is set to nothing counts as not set. A path that begins with "-" is taken for a path
# in the variables; among the arguments it is given as ./-NAME.
#
#   HOLDFAST             the program; by default bin/holdfast of the archive that this script is in, or .build/release/holdfast of
#                        the repository, or what is called holdfast on the PATH
#   HOLDFAST_CANDIDATE   further candidates, one path a line
#   HOLDFAST_CONFIG      the configuration; holdfast.yaml
#   HOLDFAST_SHARE       the share of every task's blocks; 1
#   HOLDFAST_REPORTS     the folder for report.html, report.md, report.json and junit.xml; reports
#   HOLDFAST_BASE        a model's name from the catalogue, fetched first; a base that is a path belongs in the configuration
#   HOLDFAST_ARGS        further options of the gate, with a shell's quotes; nothing in them is expanded
#   HOLDFAST_MODELS      the folder of fetched models, as everywhere in Holdfast
#   HOLDFAST_ON_INCONCLUSIVE   warn: INCONCLUSIVE ends with 0, and NOT GATEABLE stays 3; fail: 3, and its annotations are errors.
#                        By default 3 and warnings. What the configuration makes of it (gate.on_inconclusive) comes first
#
# Under GitHub Actions (variables that its runner sets) it also does this; elsewhere it leaves it out:
#
#   GITHUB_ACTIONS=true  at most ten annotations on standard output, worst first (annotations.py)
#   GITHUB_STEP_SUMMARY  report.md is appended to this file, cut at a line where there is more than 1 MB
#   GITHUB_OUTPUT        verdict=, drop=, reason= and report= are appended to this file (annotations.py says what they mean)
#   either of both       the same goes to ci.json in the reports' folder, which gather.py reads
#
# Exit code: the gate's (0 pass, 1 fail, 2 bad input, 3 inconclusive or not gateable, 70 a fault of its own), whatever becomes
# of summary, annotations and outputs; 2 where the gate cannot be started, 70 where this script itself breaks. SIGINT and SIGTERM
# are passed on to the gate.
# Needs bash; python3 (its standard library) for annotations, outputs and HOLDFAST_ON_INCONCLUSIVE=warn. No Swift.
set -Eeuo pipefail
# Not 1: that is the gate's word for FAIL.
trap 'exit 70' ERR
# A reader that goes away must not change the exit code.
trap '' PIPE

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$work/log
: >"$log"

# No program that is started here takes such a path for one of its options. In $path, because $(…) would drop a newline at its end.
as_path() { # path
  case $1 in -*) path=./$1 ;; *) path=$1 ;; esac
}
as_path "${HOLDFAST_CONFIG:-holdfast.yaml}"
config=$path
as_path "${HOLDFAST_REPORTS:-reports}"
reports=$path
share=${HOLDFAST_SHARE:-1}
base=${HOLDFAST_BASE:-}
on_inconclusive=${HOLDFAST_ON_INCONCLUSIVE:-}
candidates=()
options=()

# On one line, whatever is in the names: control characters and marks that turn or hide text become "?".
say() {
  printf 'gate.sh: %s' "$1" | LC_ALL=C tr '\000-\037\177' '?' |
    LC_ALL=C sed -E $'s/\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf/?/g' >&2 || :
  echo >&2 || :
}

# Appends report.md, or what went wrong where there is none, to the job's summary; GitHub drops one above 1 MiB altogether.
summarise() { # exit code
  local report=$reports/report.md limit=1000000 used room size open
  used=$(wc -c <"$GITHUB_STEP_SUMMARY")
  # 1000 bytes are kept for the closing lines.
  room=$((limit - used - 1000))
  if [ ! -f "$report" ]; then
    printf '**holdfast gate** ended with %s and wrote no report:\n\n' "$1"
    tail -n 20 "$log" | head -c 20000 | sed 's/^/    /'
    return
  fi
  size=$(wc -c <"$report")
  if [ "$size" -le "$room" ]; then
    cat "$report"
    return
  fi
  # A cut inside a character is gone with the unfinished line.
  [ "$room" -le 0 ] || head -c "$room" "$report" | LC_ALL=C sed '$d' >"$work/summary"
  [ -e "$work/summary" ] || : >"$work/summary"
  cat "$work/summary"
  open=$(($(grep -o '<details' "$work/summary" | wc -l) - $(grep -o '</details' "$work/summary" | wc -l)))
  while [ "$open" -gt 0 ]; do
    printf '\n</details>\n'
    open=$((open - 1))
  done
  printf '\n**Cut here**: the whole report (%s bytes) is %s.\n' "$size" "$report"
}

# Says what there is to say, and ends. Nothing that fails in here changes the exit code.
finish() { # exit code
  set +e
  trap - ERR
  local code=$1
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    summarise "$code" >>"$GITHUB_STEP_SUMMARY" || say "the summary could not be written to $GITHUB_STEP_SUMMARY"
  fi
  if [ "${GITHUB_ACTIONS:-}" = true ] || [ -n "${GITHUB_OUTPUT:-}" ] || [ "$on_inconclusive" = warn ]; then
    python3 "$here/annotations.py" --code "$code" --reports "$reports" --log "$log" --verdict "$work/verdict" \
      --on-inconclusive="$on_inconclusive" ${candidates[@]+"${candidates[@]/#/--candidate=}"} ||
      say "annotations and outputs could not be written"
  fi
  # 3 is NOT GATEABLE's code too, which is nobody's to pass over.
  if [ "$code" = 3 ] && [ "$on_inconclusive" = warn ] && [ "$(cat "$work/verdict" 2>/dev/null)" = inconclusive ]; then
    say "INCONCLUSIVE is a warning here: 0 in place of 3"
    code=0
  fi
  exit "$code"
}

# Ends before the gate has run.
refuse() { # why
  say "$1"
  printf 'gate.sh: %s\n' "${1//[[:cntrl:]]/?}" >>"$log"
  finish 2
}

# The command line: candidates, then the gate's options behind "--".
while [ $# -gt 0 ]; do
  case $1 in
    --) shift; options=("$@"); break ;;
    -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 0 ;;
    -*) refuse "unknown option $1; options of the gate go behind --" ;;
    *) candidates+=("$1"); shift ;;
  esac
done
# What an earlier run left there is not this run's report.
case $reports in *$'\n'*) reports=reports; refuse "HOLDFAST_REPORTS must be one line" ;; esac
rm -f "$reports"/report.{html,md,json} "$reports/junit.xml" "$reports/ci.json" || refuse "$reports holds an old report that stays"

while IFS= read -r line || [ -n "$line" ]; do
  line=${line%$'\r'}
  line=${line#"${line%%[![:space:]]*}"}
  line=${line%"${line##*[![:space:]]}"}
  as_path "$line"
  [ -z "$line" ] || candidates+=("$path")
done <<<"${HOLDFAST_CANDIDATE:-}"
[ ${#candidates[@]} -gt 0 ] || refuse "no candidate: give paths, or set HOLDFAST_CANDIDATE"
case $on_inconclusive in
  '' | warn | fail) ;;
  *) on_inconclusive=; refuse "HOLDFAST_ON_INCONCLUSIVE is '$HOLDFAST_ON_INCONCLUSIVE'; it is warn or fail" ;;
esac

if [[ ${HOLDFAST_ARGS:-} = *[![:space:]]* ]]; then
  xargs printf '%s\0' <<<"$HOLDFAST_ARGS" >"$work/args" 2>/dev/null ||
    refuse "HOLDFAST_ARGS cannot be split: a quote is not closed"
  while IFS= read -r -d '' word; do options+=("$word"); done <"$work/args"
fi

ours() { # prints the program that belongs to this script
  for path in "$here/../../bin/holdfast" "$here/../../.build/release/holdfast"; do
    [ ! -x "$path" ] || { echo "$path"; return; }
  done
  command -v holdfast || echo "$path"
}
as_path "${HOLDFAST:-$(ours)}"
holdfast=$path
found=$(command -v "$holdfast") || refuse "$holdfast is not there, or cannot be run: 'make build' builds it, HOLDFAST names another"
# Absolute, because fetch runs in another folder.
holdfast=$(cd "$(dirname "$found")" && pwd)/$(basename "$found")

# What programs and data print is no command to GitHub's runner.
token=
if [ "${GITHUB_ACTIONS:-}" = true ]; then
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "::stop-commands::$token" || :
fi

if [ -n "$base" ]; then
  # Without HOLDFAST_MODELS it looks for holdfast.yaml in the current folder to find the models' folder.
  folder=.
  [ -n "${HOLDFAST_MODELS:-}" ] || folder=$(dirname "$config")
  # The gate itself says so where it needs a model that is not there.
  (cd "$folder" && "$holdfast" fetch "$base") >&2 || say "$base could not be fetched; the gate runs all the same"
fi

command=(gate)
for candidate in "${candidates[@]}"; do command+=(--candidate "$candidate"); done
command+=(--config "$config" --share "$share" --reports "$reports" -o "$reports/junit.xml" ${options[@]+"${options[@]}"})

mkfifo "$work/errors"
tee -a "$log" <"$work/errors" >&2 &
copier=$!
# A job of its own, or it would ignore SIGINT.
set -m
"$holdfast" "${command[@]}" </dev/null 2>"$work/errors" &
gate=$!
set +m
# shellcheck disable=SC2317  # traps call it
pass_on() { interrupted=1; kill -s "$1" "$gate" 2>/dev/null || :; }
trap 'pass_on INT' INT
trap 'pass_on TERM' TERM
while :; do
  interrupted=
  code=0
  wait "$gate" || code=$?
  # A signal ends the wait, not the gate.
  [ -n "$interrupted" ] || break
done
trap - INT TERM
wait "$copier" || :
[ -z "$token" ] || echo "::$token::" || :
finish "$code"
