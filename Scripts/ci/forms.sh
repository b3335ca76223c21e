#!/usr/bin/env bash
# Gates the real model on the smoke suite in every way, and reads the reports with the parsers that CI services and browsers use:
#   Scripts/ci/forms.sh HOLDFAST MODEL.gguf
# Parsers come from PyPI into a folder outside the repository. Without a browser the page is not looked at, and that is said.
set -euo pipefail

holdfast=$(realpath "$1")
model=$(realpath "$2")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

parsers=${XDG_CACHE_HOME:-$HOME/.cache}/holdfast-parsers-$(sha256sum "$here/requirements.txt" | cut -c 1-12)
if [ ! -e "$parsers/complete" ]; then
  rm -rf "$parsers"
  PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check --target "$parsers" -r "$here/requirements.txt"
  touch "$parsers/complete"
fi

cd "$work"
cat >holdfast.yaml <<YAML
base: $model
baseline: baseline.json
suites: [$(realpath "$root/suites/smoke")]
ledger: ledger.sqlite
reports: reports
YAML
"$holdfast" baseline save >/dev/null
"$holdfast" perturb --model "$model" --scale 0.3 --out noise >/dev/null

gate() { # name, expected exit code, options...
  local name=$1 expected=$2 code=0
  shift 2
  "$holdfast" gate --reports "$name" -o "$name/junit.xml" -o "$name/items.csv" --quiet "$@" >"$name.log" 2>&1 || code=$?
  if [ "$code" != "$expected" ]; then
    echo "forms: the gate '$name' ended with $code, not $expected:" >&2
    cat "$name.log" >&2
    exit 1
  fi
}
gate both 1 --candidate "$model" --candidate noise --diagnose
gate one 1 --candidate noise
gate same 0 --candidate "$model"
gate early 1 --candidate noise --stop-early
gate adaptive 1 --candidate noise --adaptive
"$holdfast" merge-adapter noise --dtype bf16 --out merged 2>/dev/null >&2
gate forms 1 --as-one noise merged "$model"
gate late 3 --candidate "$model" --timeout 0.000001s
PYTHONPATH=$parsers python3 "$here/forms.py" "$root/docs/report.schema.json" both one same early adaptive late forms

code=0
# Several candidates, and what stands alone in three states.
for page in both one same late; do
  [ "$code" != 0 ] || python3 "$here/browser.py" "$page/report.html" || code=$?
done
[ "$code" = 3 ] && [ -z "${CI:-}" ] && code=0
exit "$code"
