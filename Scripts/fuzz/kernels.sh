#!/usr/bin/env bash
# Compiles the C kernels with AddressSanitizer and UndefinedBehaviorSanitizer, and drives them with random shapes: kernels.sh [CALLS] [SEED].
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
clang=$(command -v clang || echo "$(dirname "$(readlink -f "$(command -v swift)")")/clang")
"$clang" -std=c11 -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all \
  -ISources/CKernels/include Scripts/fuzz/kernels.c Sources/CKernels/*.c -lm -o "$scratch/kernels" 2> >(
  # gold says this of every symbol of the sanitizer's, some two hundred lines that would hide what failed above them.
  grep -v 'Cannot export local symbol' >&2)
ASAN_OPTIONS=detect_leaks=0 "$scratch/kernels" "${1:-30000}" "${2:-1}"
