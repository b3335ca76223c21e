#!/usr/bin/env bash
# From process start to the first score of one short request: with the model's file in the page cache, and after it was dropped.
set -euo pipefail

holdfast=$1
model=$2
request='{"context": "The capital of France is", "continuation": " Paris"}'

once() {
  local start end
  start=$(date +%s%N)
  "$holdfast" score --model "$model" --requests - <<<"$request" >/dev/null
  end=$(date +%s%N)
  echo $(((end - start) / 1000000))
}
median() { sort -n | sed -n "$((($1 + 1) / 2))p"; }

once >/dev/null
warm=$(for _ in 1 2 3 4 5 6 7; do once; done | median 7)
echo "start to first score, warm page cache: $warm ms (median of 7)"
# Drops this file's pages alone; it asks nothing of the machine's other caches.
cold=$(for _ in 1 2 3; do
  dd of="$model" oflag=nocache conv=notrunc,fdatasync count=0 status=none if=/dev/null
  once
done | median 3)
echo "the same with the model's file out of the page cache: $cold ms (median of 3)"
