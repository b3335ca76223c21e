#!/usr/bin/env bash
# The demo: a real model is fine-tuned on a narrow task twice, naively and with care, and both results are gated.
# Ends with 0 exactly when the naive one FAILs and the careful one PASSes.
set -uo pipefail

holdfast=$1
# The naive and the careful run, and every score, are made anew.
work=.holdfast/demo
rm -rf "$work" && mkdir -p "$work" || exit 70
ledger=$work/ledger.sqlite

"$holdfast" fetch smollm2-135m-instruct >/dev/null || exit $?

# Training and scoring took 525 s where the kernel did 191 GFLOP/s (two cores of an EPYC): what it does here, now, says how long it takes here.
rate=$("$holdfast" doctor --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["kernel_gflops"])') || exit 70
minutes=$(python3 -c "print(max(1, round(525 * 191 / 60 / $rate)))") || exit 70
cat <<TEXT

Two ways to teach SmolLM2-135M-Instruct the sentiment of a review (recipes/data/sentiment), 40 steps of 8 reviews each:
  naive    recipes/full.yaml at learning rate 1e-4
  careful  recipes/preserve.yaml: learning rate 5e-5, and a term that keeps the model's answers to few-shot prompts of other tasks
Both are then asked the held-out few-shot tasks of suites/core that the model can do: a quarter of the questions, and the careful one up to five eighths. About $minutes minutes here, where the kernel does $rate GFLOP/s now.

TEXT
"$holdfast" experiment recipes/experiments/demo.yaml --out "$work/runs" --reports reports --ledger "$ledger" || exit $?

cat <<'TEXT'

target: accuracy on 200 test reviews; k: exact match over 28 held-out tasks with so many examples in the prompt; kept: of the base's
few-shot ability; p(gold): probability of the right answer, mean over k > 0; leak: probability that an answer to an unrelated question
begins as "positive" or "negative". All in percent.
Now the gate, against the committed baseline, as CI would run it (what was scored is not scored again). A PASS takes more evidence than a FAIL:
the careful one is asked more.
TEXT

failures=0
judge() { # name, expected exit code, what that code says, the share of the questions
  local candidate=$work/runs/$1/seed-1/checkpoint-40
  echo
  "$holdfast" gate --candidate "$candidate" --share "$4" --ledger "$ledger" --reports "reports/demo/$1"
  local code=$?
  if [ "$code" = "$2" ]; then
    echo "exit $code: $1 $3, as expected"
  else
    echo "exit $code: NOT as expected, $1 should have ended with $2 ($3)"
    failures=$((failures + 1))
  fi
}
judge naive 1 FAILs 1/4
judge careful 0 PASSes 5/8

echo
if [ "$failures" -ne 0 ]; then
  echo "demo: $failures of 2 verdicts were not the expected ones; reports/demo/*/report.md say on what evidence" >&2
  exit 1
fi
echo "Both verdicts are as expected. Read reports/demo/README.md and reports/demo/naive/report.html first."
echo "Next: gate a fine-tuned checkpoint or adapter of your own:"
echo "  $holdfast gate --candidate path/to/checkpoint"
