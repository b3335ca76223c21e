#!/usr/bin/env bash
# Measures what asking a server costs here: the core suite through a server that answers at once (the tests' own, in Python, on the same
# cores), with the seconds, requests and memory of the client.
#   Scripts/bench_served.sh HOLDFAST TOKENIZER
set -euo pipefail

holdfast=$(realpath "$1")
tokenizer=$(realpath "$2")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
python3 "$root/Tests/Servers/scripted_server.py" --log "$work/requests" >"$work/port" &
server=$!
trap 'kill "$server"; rm -rf "$work"' EXIT
until grep -q port "$work/port"; do sleep 0.1; done
cd "$work"
cat >holdfast.yaml <<YAML
base: {server: "http://127.0.0.1:$(cut -d ' ' -f 2 port)", model: base, tokenizer: "$tokenizer"}
baseline: baseline.json
suites: [$root/suites/core]
ledger: ledger.sqlite
YAML
"$holdfast" run --json 2>/dev/null >run.json
python3 - <<'PYTHON'
import json
run = json.load(open("run.json"))
requests = sum(1 for line in open("requests") if line.startswith("POST"))
print(f"{requests} requests with {run['rows']} tokens in {run['seconds']:.1f} s: {requests / run['seconds']:.0f} requests/s, "
      f"{run['peak_resident_bytes'] / 2**20:.0f} MiB at most")
PYTHON
