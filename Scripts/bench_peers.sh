#!/usr/bin/env bash
# Scoring here, in lm-evaluation-harness and in llama.cpp, on the same requests and weights; the options are those of
# Scripts/peers/scoring_speed.py. The packages come from PyPI into a virtual environment outside the repository:
# HOLDFAST_PEERS names another place for it, HOLDFAST_PEERS_MODEL one for lm-eval's fp32 copy of the weights (540 MB).
set -euo pipefail

ours=$1
shift
weights=${HOLDFAST_MODELS:-models}/smollm2-135m-instruct.gguf
venv=${HOLDFAST_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/holdfast-peers}
copy=${HOLDFAST_PEERS_MODEL:-$venv/smollm2-hf}

if [ ! -e "$weights" ]; then
  echo "bench: $weights is missing. Run '$ours fetch smollm2-135m-instruct' first." >&2
  exit 2
fi
if ! "$venv/bin/python" -c 'import lm_eval, llama_cpp, gguf, torch, transformers' >/dev/null 2>&1; then
  if ! command -v c++ >/dev/null 2>&1; then
    echo "bench: llama-cpp-python is built from source and there is no C++ compiler. Install g++, run this again." >&2
    exit 2
  fi
  echo "bench: installing lm_eval, transformers and llama-cpp-python in $venv (ten minutes: llama.cpp is compiled)"
  [ -e "$venv/bin/python" ] || python3 -m venv "$venv"
  CMAKE_ARGS="-DGGML_NATIVE=ON" "$venv/bin/python" -m pip install --quiet -r Scripts/peers/requirements.txt
fi
if [ ! -e "$copy/config.json" ]; then
  echo "bench: writing the weights in fp32 to $copy"
  rm -rf "$copy.partial"
  "$venv/bin/python" Scripts/peers/hugging_face_folder.py "$weights" "$copy.partial"
  mv "$copy.partial" "$copy"
fi
# No program is to be the one that reads its weights from the disk.
cat "$copy"/* "$weights" >/dev/null

exec "$venv/bin/python" Scripts/peers/scoring_speed.py --holdfast "$ours" --gguf "$weights" --model "$copy" "$@"
