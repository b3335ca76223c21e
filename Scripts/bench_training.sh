#!/usr/bin/env bash
# Training steps here and in PyTorch eager, in turn in one run: three rounds, and the ratio of the medians.
# PyTorch comes from PyPI into a virtual environment outside the repository; HOLDFAST_PEERS names another place for it.
set -euo pipefail

ours=$1
threads=$(nproc)
venv=${HOLDFAST_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/holdfast-peers}
if ! "$venv/bin/python" -c 'import torch, transformers, peft' >/dev/null 2>&1; then
  echo "bench: making a virtual environment with torch, transformers and peft in $venv"
  python3 -m venv "$venv"
  # The versions that made the goldens.
  grep -E '^(torch|transformers|peft)==' Scripts/goldens/requirements.txt | "$venv/bin/python" -m pip install --quiet -r /dev/stdin
fi

log=$(mktemp)
complaints=$(mktemp)
trap 'rm -f "$log" "$complaints"' EXIT
# Samples x tokens x scored tokens.
for shape in "8 64 8" "4 512 64"; do
  read -r samples tokens scored <<<"$shape"
  for method in full lora; do
    : >"$log"
    for _ in 1 2 3; do
      "$ours" --method "$method" --threads "$threads" --samples "$samples" --tokens "$tokens" --scored "$scored" | sed 's/^/holdfast  /' | tee -a "$log"
      "$venv/bin/python" Scripts/peers/training_step.py --method "$method" --threads "$threads" --samples "$samples" --tokens "$tokens" --scored "$scored" 2>"$complaints" |
        sed 's/^/pytorch   /' | tee -a "$log" || {
        cat "$complaints" >&2
        exit 1
      }
    done
    python3 - "$log" "$method, $samples x $tokens" <<'PYTHON'
import re, statistics, sys
times = {"holdfast": [], "pytorch": []}
for line in open(sys.argv[1]):
    times[line.split()[0]].append(float(re.search(r"([\d.]+) s a step", line).group(1)))
ours, theirs = (statistics.median(times[name]) for name in ("holdfast", "pytorch"))
print(f"{sys.argv[2]}: {ours:.2f} s against PyTorch's {theirs:.2f} s a step, medians of three: {ours / theirs:.2f}x")
PYTHON
  done
done
