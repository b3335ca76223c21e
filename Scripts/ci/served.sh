#!/usr/bin/env bash
# Gates a real served model: llama.cpp's llama-server with SmolLM2 and a LoRA adapter, killed once on the way.
# Then the same model by its chat endpoint, for text alone: its answers are right and wrong where this engine's are.
#   Scripts/ci/served.sh HOLDFAST MODEL.gguf
# The server comes from PyPI into a folder outside the repository; it runs here, and nothing else is spoken to.
set -euo pipefail

holdfast=$(realpath "$1")
model=$(realpath "$2")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -9 "$server" 2>/dev/null; rm -rf "$work"' EXIT

packages=${XDG_CACHE_HOME:-$HOME/.cache}/holdfast-served-$(sha256sum "$here/requirements-served.txt" | cut -c 1-12)
if [ ! -e "$packages/complete" ]; then
  rm -rf "$packages"
  PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check --target "$packages" -r "$here/requirements-served.txt"
  touch "$packages/complete"
fi
export PYTHONPATH=$packages

cd "$work"
python3 "$here/noise_adapter.py" noise
python3 "$here/adapter_gguf.py" noise 9 3 noise.gguf
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
start() { # adapters...
  python3 "$here/llama_server.py" "$model" "$port" "$@" >server.log 2>&1 &
  server=$!
  for _ in $(seq 300); do
    grep -q '^up$' server.log && return
    sleep 0.1
  done
  cat server.log >&2
  echo "served: the server did not start" >&2
  exit 1
}
# One task of the smoke suite: without shared demonstrations each question costs all its tokens.
mkdir suite
cp "$here"/../../suites/smoke/{suite.yaml,copy-words.*} suite
start noise.gguf
cat >holdfast.yaml <<YAML
base: {server: "http://127.0.0.1:$port", tokenizer: "$model"}
baseline: baseline.json
suites: [suite]
ledger: ledger.sqlite
YAML
# The server's name for the base is its path.
ends() { # what, expected exit code, command...
  local what=$1 expected=$2 code=0
  shift 2
  "$@" >log 2>&1 || code=$?
  if [ "$code" != "$expected" ]; then
    echo "served: $what ended with $code, not $expected:" >&2
    cat log >&2
    exit 1
  fi
}
ends 'the self-test' 0 "$holdfast" doctor --server "http://127.0.0.1:$port" --model noise --tokenizer "$model"
grep -q 'alignment' log
"$holdfast" baseline save >save.log 2>&1 &
saving=$!
sleep 8
kill -9 "$server"
wait "$server" 2>/dev/null || :
sleep 1
start noise.gguf
wait "$saving" || { cat save.log >&2; exit 1; }
# The same questions by the server's own tokenizer, as if no files of the model were here: the same scores.
sed 's/tokenizer: .*}/tokenizer: server}/; s/ledger.sqlite/own.sqlite/' holdfast.yaml >own.yaml
ends "the run by the server's tokenizer" 0 "$holdfast" run --config own.yaml --share 1/2
grep -q "ids are taken from the server's /tokenize; 20 of 20" log
python3 - <<'PYTHON'
import sqlite3

scores = "SELECT request_id, logprob, exact_match, token_hash FROM scores"
own, files = ({row[0]: row[1:] for row in sqlite3.connect(name).execute(scores)} for name in ("own.sqlite", "ledger.sqlite"))
ids = [request for request in own if own[request][2] != files[request][2]]
answers = [request for request in own if own[request][1] != files[request][1]]
logprobs = max(abs(own[request][0] - files[request][0]) for request in own if own[request][0] is not None)
print(f"served: {len(own)} requests by the server's tokenizer: {len(ids)} of other ids, {len(answers)} answered otherwise, logprobs within {logprobs:.6f}")
assert len(own) > 50 and not ids and len(answers) <= len(own) // 100 and logprobs < 0.5
PYTHON
ends 'the gate of noise' 1 "$holdfast" gate --candidate "http://127.0.0.1:$port#noise" --quiet
grep -q 'FAIL: few-shot exact match fell' log
kill -9 "$server"
wait "$server" 2>/dev/null || :
start
cat >written.yaml <<YAML
base: {server: "http://127.0.0.1:$port", answers: written}
baseline: written.json
suites: [suite]
ledger: written.sqlite
prompt: chat
YAML
ends 'the test of its texts' 0 "$holdfast" doctor --server "http://127.0.0.1:$port" --written
grep -q 'greedy .* are the most probable ones' log
ends 'the run of its texts' 0 "$holdfast" run --config written.yaml --share 1/2
ends 'the run of the same chats here' 0 "$holdfast" run --model "$model" --suite suite --prompt chat --ledger here.sqlite --config none.yaml --share 1/2
python3 - <<'PYTHON'
import sqlite3

asked = "SELECT o.task, o.item, o.k, s.exact_match FROM observations AS o JOIN scores AS s USING (request_id) WHERE o.role = -1"
written, here = ({row[:3]: row[3] for row in sqlite3.connect(name).execute(asked)} for name in ("written.sqlite", "here.sqlite"))
differ = [place for place in written if written[place] != here[place]]
print(f"served: {len(written)} chats, {sum(written.values())} answered rightly by the chat endpoint, {len(differ)} otherwise than here")
# Its activations are quantised: a text may part from this engine's where two tokens are as probable.
assert written.keys() == here.keys() and len(written) > 60 and len(differ) <= len(written) // 20, differ
PYTHON
echo "served: llama-server was proved, killed, gone on with and gated, and asked for text"
