#!/usr/bin/env bash
# Measures the claims of recipes/claims on both models and writes reports/claims: Scripts/claims/run.sh HOLDFAST [ARGUMENT...]
# What is there or in the committed report is not made again, so that it can be run over several sittings and machines (ANEW=1 measures
# all of it again: what is in .holdfast/claims alone counts then); the arguments go to both experiments, such as
# "--seed 1 --arm full-5e-5". The page is written after each sitting, with what is still open named.
set -euo pipefail

holdfast=$1
shift
work=.holdfast/claims
mkdir -p "$work"
if [ -z "${ANEW:-}" ]; then set -- --from-report "$@"; fi

"$holdfast" fetch smollm2-135m-instruct
"$holdfast" fetch gemma-3-270m

page() {
  "$holdfast" claims recipes/claims/claims.yaml --reports reports
  python3 Scripts/claims/recompute.py recipes/claims/claims.yaml reports/claims
}
trap page EXIT

# Where the ability lies: full fine-tuning at the highest of its rates, taken apart. It FAILs, which is not this script's.
# take_apart NAME EXPERIMENT CONFIG
take_apart() {
  local cells=reports/claims/$2/cells.json
  if [ -f "$cells" ]; then return; fi
  "$holdfast" experiment "recipes/claims/naive-$1.yaml" --config "$3" \
    --reports "$work/reports" --out "$work/naive-$1" --ledger "$work/naive.sqlite"
  "$holdfast" gate --config "$3" --candidate "$work/naive-$1"/*/seed-1/checkpoint-* --share 1/4 --cells \
    --reports "$work/reports" --ledger "$work/naive.sqlite" -o "$cells" || [ $? = 1 ]
}

"$holdfast" experiment recipes/claims/smollm2.yaml \
  --reports reports/claims --out "$work/smollm2" --ledger "$work/smollm2.sqlite" "$@"
take_apart smollm2 smollm2-135m-instruct holdfast.yaml

"$holdfast" experiment recipes/claims/gemma.yaml --config recipes/claims/gemma.holdfast.yaml \
  --reports reports/claims --out "$work/gemma" --ledger "$work/gemma.sqlite" "$@"
take_apart gemma gemma-3-270m recipes/claims/gemma.holdfast.yaml
