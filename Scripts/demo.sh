#!/usr/bin/env bash
# The demo: a real model, its committed baseline, and three candidates whose verdicts are known beforehand.
# Ends with 0 exactly when every verdict is the expected one.
set -uo pipefail

holdfast=$1
work=.holdfast/demo
rm -rf "$work" && mkdir -p "$work" || exit 70

# The noise of the two made candidates, relative to the attention weights they are added to. docs/verdict.md has the measured drops.
harmless=0.02
harmful=0.2

"$holdfast" fetch smollm2-135m-instruct >"$work/model" || exit $?
model=$(cat "$work/model")
"$holdfast" perturb --model "$model" --scale $harmless --seed 1 --out "$work/noise-$harmless" >/dev/null || exit $?
"$holdfast" perturb --model "$model" --scale $harmful --seed 1 --out "$work/noise-$harmful" >/dev/null || exit $?

echo
echo "Three candidates against baselines/smollm2-135m-instruct.core.json, on half of every task's blocks:"
echo "  the base model itself            must PASS"
echo "  noise of $harmless x the weights       must PASS or be INCONCLUSIVE"
echo "  noise of $harmful x the weights        must FAIL"
echo

# Scores that an earlier demo left in the ledger are not computed again.
failures=0
judge() { # name, candidate, exit codes that are expected
  "$holdfast" gate --candidate "$2" --share 1/2 --reports "reports/demo/$1"
  local code=$?
  case " $3 " in
    *" $code "*) echo "as expected: exit $code"; echo ;;
    *) echo "NOT as expected: exit $code, expected one of: $3"; echo; failures=$((failures + 1)) ;;
  esac
}
judge base "$model" "0"
judge harmless "$work/noise-$harmless" "0 3"
judge harmful "$work/noise-$harmful" "1"

if [ "$failures" -ne 0 ]; then
  echo "demo: $failures of 3 verdicts were not the expected ones" >&2
  exit 1
fi
echo "All three verdicts are as expected. The reports are in reports/demo/; read reports/demo/harmful/report.md first."
echo "Next: gate a fine-tuned checkpoint or adapter of your own:"
echo "  $holdfast gate --candidate path/to/checkpoint"
