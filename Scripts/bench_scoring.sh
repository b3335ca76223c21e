#!/usr/bin/env bash
# Scoring and what is around it, one after the other on an otherwise idle machine: bench_scoring.sh HOLDFAST SCORING-BENCHMARK
set -euo pipefail

holdfast=$1
benchmark=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for seed in 1 2; do
  "$holdfast" perturb --model smollm2-135m-instruct --scale 0.05 --seed "$seed" --out "$work/adapter-$seed" >/dev/null
done
echo "== machine" && "$holdfast" doctor
echo "== suite" && "$benchmark" suite
echo "== around it" && "$benchmark" throughput
echo "== scaling" && "$benchmark" scaling --adapter "$work/adapter-1" --adapter "$work/adapter-2"
echo "== bits" && "$benchmark" bits --alone 200
