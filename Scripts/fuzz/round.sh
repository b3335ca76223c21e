#!/usr/bin/env bash
# A round of fuzzing, whose exit code is not 0 where something was found (docs/formats.md, "Fuzzing").
#   round.sh short              what `make test` runs: release build, a minute at most, always the same inputs
#   round.sh long [SECONDS]     what `make fuzz` runs: the release build and one with AddressSanitizer, and libFuzzer
# $FUZZ_SEED chooses other inputs, $FUZZ_FINDINGS another folder than fuzz-findings.
set -uo pipefail
cd "$(dirname "$0")/../.."
seed=${FUZZ_SEED:-1}
findings=${FUZZ_FINDINGS:-fuzz-findings}
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:allocator_may_return_null=1
found=0 failures=

# parsers BUILD ARGUMENTS…, runs BUILD ARGUMENTS…: each ends with its own table. What failed is said once more at the end, below all that was printed.
failed() { found=1; failures+="$1 (exit $2); "; }
parsers() { local build=$1; shift; echo "== parsers, $build"; "$build/release/ParserFuzzer" --seed "$seed" --findings "$findings" "$@" || failed "parsers, $build" $?; }
runs() { local build=$1; shift; echo "== whole runs, $build"; python3 Scripts/fuzz --program "$build/release/holdfast" --seed "$seed" --findings "$findings" "$@" || failed "whole runs, $build" $?; }
kernels() { echo "== kernels, AddressSanitizer and UndefinedBehaviorSanitizer"; Scripts/fuzz/kernels.sh "$1" "$seed" || failed kernels $?; }

case ${1:-} in
  short)
    parsers .build --inputs 6000 --seconds 20
    runs .build --runs 120 --seconds 20
    kernels 1200
    ;;
  long)
    seconds=${2:-3600}
    swift build -c release --product holdfast || exit
    swift build -c release --product ParserFuzzer || exit
    for product in holdfast ParserFuzzer; do
      swift build -c release --sanitize=address --scratch-path .build-asan --product "$product" || exit
    done
    swift build -c release --sanitize=fuzzer -Xswiftc -DLIBFUZZER --scratch-path .build-fuzzer --product ParserFuzzer || exit
    part() { echo $((seconds * $1 / 100)); }
    kernels $((seconds * 50))
    parsers .build --inputs 10000000 --seconds "$(part 40)"
    runs .build --runs 50000 --seconds "$(part 30)"
    # Instrumented code takes more of both, and none of it is the program's.
    parsers .build-asan --inputs 10000000 --seconds "$(part 10)" --memory 4096
    runs .build-asan --runs 50000 --seconds "$(part 10)" --memory 4096 --hang 60
    targets=$(.build/release/ParserFuzzer --list)
    each=$(($(part 10) / $(wc -l <<< "$targets") + 1))
    mkdir -p "$findings"
    for target in $targets; do
      echo "== libFuzzer, $target"
      FUZZ_TARGET=$target .build-fuzzer/release/ParserFuzzer -seed="$seed" -max_total_time="$each" -max_len=200000 -timeout=20 \
        -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 -artifact_prefix="$findings/libfuzzer-$target-" || failed "libFuzzer, $target" $?
    done
    ;;
  *) sed -n '2,5s/^# \?//p' "$0"; exit 2 ;;
esac
[ $found = 0 ] || { echo "not clean: ${failures%; }; findings, where there are any, are kept in $findings" >&2; exit 1; }
