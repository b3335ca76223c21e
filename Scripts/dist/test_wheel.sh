#!/usr/bin/env bash
# Tests a wheel of wheel.py as a user would meet it: in a fresh virtual environment, from an empty folder. About a minute.
#
#   Scripts/dist/test_wheel.sh WHEEL
#
#   HOLDFAST_MODELS   where the real model is, or is fetched to; models
set -euo pipefail

say() { echo "wheel test: $1" >&2; }
die() { say "$1"; exit 1; }

if [ $# -ne 1 ] || [ ! -f "$1" ]; then
  say "usage: Scripts/dist/test_wheel.sh WHEEL"
  exit 2
fi
wheel=$(realpath "$1")
repository=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
models=$(realpath -m "${HOLDFAST_MODELS:-$repository/models}")
(cd "$(dirname "$wheel")" && sha256sum --check --quiet "$(basename "$wheel").sha256") || die "$1: its .sha256 does not agree"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
began=$SECONDS
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-index "$wheel"
say "installed in $((SECONDS - began)) s"
holdfast=$work/venv/bin/holdfast
mkdir "$work/project" && cd "$work/project"
expect() { # what, expected exit code, a pattern for a line of the output, arguments...
  local what=$1 wanted=$2 pattern=$3 code=0
  shift 3
  env -u HOLDFAST_MODELS "$holdfast" "$@" >"$work/out" 2>&1 </dev/null || code=$?
  if [ "$code" != "$wanted" ] || ! grep -E -e "$pattern" "$work/out" >/dev/null; then
    cat "$work/out" >&2
    die "$what: exit code $code, expected $wanted and a line like '$pattern': holdfast $*"
  fi
  say "$what: as expected"
}
version=$(basename "$wheel" | cut -d - -f 2)
expect "version" 0 "^$version\$" --version
expect "OpenBLAS lies beside it" 0 '^OpenBLAS +[A-Za-z]+, [0-9.]+ GFLOP/s$' doctor
expect "the suite that is shipped" 0 '/suites/core: 42 tasks in 9 families' validate core
HOLDFAST_MODELS=$models "$holdfast" fetch smollm2-135m-instruct >/dev/null
ln -s "$models" models
printf 'base: smollm2-135m-instruct\nbaseline: smollm2-135m-instruct.core\nsuites: [core]\n' >holdfast.yaml
expect "the base passes against the baseline that is shipped" 0 '^PASS' gate models/smollm2-135m-instruct.gguf --share 3/8
for file in .holdfast/ledger.sqlite reports/report.html; do [ -s "$file" ] || die "the gate did not write $file here"; done
for package in "$work"/venv/lib/python3*/site-packages/holdfast; do
  [ ! -e "$package/.holdfast" ] || die "the gate wrote into the package"
done
say "all as expected, in $((SECONDS - began)) s"
