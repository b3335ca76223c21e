#!/usr/bin/env bash
# Whether 64-bit ARM gives the bits that this machine gives: the kernels of the fuzz round, compiled for both, the other under
# qemu-user, and the digests of all that they compute compared. aarch64.sh [CALLS] [SEED].
# Needs Debian's qemu-user, libc6-dev-arm64-cross and libgcc-12-dev-arm64-cross (apt-get install gcc-aarch64-linux-gnu has the latter two).
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
clang=$(command -v clang || echo "$(dirname "$(readlink -f "$(command -v swift)")")/clang")
command -v qemu-aarch64 > /dev/null || { echo "qemu-aarch64 is not installed: apt-get install qemu-user gcc-aarch64-linux-gnu" >&2; exit 2; }
build() { "$clang" -std=c11 -O2 -w -Wno-psabi -ISources/CKernels/include "$@" Scripts/fuzz/kernels.c Sources/CKernels/*.c -lm; }
build -o "$scratch/here"
build --target=aarch64-linux-gnu -fuse-ld="$(command -v aarch64-linux-gnu-ld)" -I/usr/aarch64-linux-gnu/include -static -o "$scratch/there"
here=$("$scratch/here" "${1:-6000}" "${2:-1}")
there=$(qemu-aarch64 "$scratch/there" "${1:-6000}" "${2:-1}")
printf '%s\n%s\n' "$(uname -m): $here" "aarch64: $there"
[ "${here##*digest }" = "${there##*digest }" ] || { echo "the bits differ"; exit 1; }
