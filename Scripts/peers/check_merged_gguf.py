#!/usr/bin/env python3
"""Compares a GGUF file that `holdfast merge-adapter --gguf` wrote with what the gguf package and llama.cpp make of it.

Needs Python 3.11 with Scripts/ci/requirements-served.txt (xllamacpp, gguf). Run from the repository's root:

    holdfast merge-adapter ADAPTER --base BASE.gguf --gguf f32 --out f32.gguf
    holdfast merge-adapter ADAPTER --base BASE.gguf --gguf q8_0 --out q8_0.gguf
    holdfast score --model q8_0.gguf --requests REQUESTS --out expected.jsonl
    python Scripts/peers/check_merged_gguf.py q8_0.gguf --base BASE.gguf --f32 f32.gguf --expected expected.jsonl [--count 12]

Metadata must be the base's, to the byte, but for the file's type; tensors those of the base by name, order and shape, and their data what
`gguf.quants.quantize` makes of those in --f32. llama.cpp loads the file, with fp32 keys and values and no flash attention, and gives each
continuation's log probability after the context's ids. Prints the largest difference and exits with 1 where it is beyond --tolerance, or
anything else is off. On one thread: what llama.cpp rounds (activations to q8_0 for q8_0 weights, to f16 or bf16 for those) is its own.
"""

import argparse
import json
import pathlib
import sys

import numpy as np
from gguf import GGMLQuantizationType, GGUFReader
from gguf.quants import quantize

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "goldens"))

FILE_TYPES = {"F32": 0, "F16": 1, "Q8_0": 7, "BF16": 32}
CHANGED = {"general.file_type", "general.quantization_version", "GGUF.version", "GGUF.tensor_count", "GGUF.kv_count"}


def check_metadata(own, base, template):
    """The keys whose values differ, and those that one of the two lacks."""
    changed = CHANGED | ({"tokenizer.chat_template"} if template else set())

    def values(reader):
        fields = {key: field for key, field in reader.fields.items() if key not in changed}
        return {key: ([int(t) for t in f.types], [f.parts[i].tobytes() for i in f.data]) for key, f in fields.items()}

    one, other = values(own), values(base)
    differing = sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
    kept = [key for key in base.fields if key not in CHANGED]
    in_order = [key for key in own.fields if key in kept] == kept
    print(f"metadata: {len(one)} keys, differing {differing}, in order {in_order}")
    return not differing and in_order


def check_tensors(own, base, exact):
    if [(t.name, list(t.shape)) for t in own.tensors] != [(t.name, list(t.shape)) for t in base.tensors]:
        print("tensors: names, order or shapes differ from the base's")
        return False
    kinds = {}
    wrong = []
    sources = {tensor.name: tensor for tensor in exact.tensors} if exact else {}
    for tensor in own.tensors:
        kind = tensor.tensor_type
        kinds[kind.name] = kinds.get(kind.name, 0) + 1
        if tensor.name not in sources:
            continue
        source = np.asarray(sources[tensor.name].data, dtype=np.float32)
        data = source if kind == GGMLQuantizationType.F32 else quantize(source, kind)
        if np.asarray(data).tobytes() != np.asarray(tensor.data).tobytes():
            wrong.append(tensor.name)
    most = max((k for k in kinds if k != "F32" or len(kinds) == 1), key=kinds.get)
    declared = int(own.fields["general.file_type"].contents())
    print(f"tensors: {kinds}, file type {declared}, data that differ from gguf.quants: {wrong[:5]}")
    return not wrong and declared == FILE_TYPES[most]


def check_scores(path, expected, vocabulary, tolerance):
    import family_llama_cpp

    running = family_llama_cpp.server(path)
    largest = total = 0.0
    count = 0
    for line in expected:
        ids, logprob = list(line["context_tokens"]), 0.0
        for token in line["tokens"]:
            logprob += family_llama_cpp.log_probabilities(running, ids, vocabulary)[token]
            ids.append(token)
        difference = abs(logprob - line["logprob"])
        largest, total, count = max(largest, difference), total + difference, count + 1
    print(f"llama.cpp: {count} continuations, largest difference {largest:.2e}, mean {total / count:.2e} (allowed {tolerance:g})")
    return largest <= tolerance


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--base", type=pathlib.Path, required=True, help="the file whose metadata were taken")
    parser.add_argument("--f32", type=pathlib.Path, help="the same model, written as f32")
    parser.add_argument("--expected", type=pathlib.Path, help="what holdfast score gives for the file")
    parser.add_argument("--template", action="store_true", help="the adapter has a chat template of its own")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--tolerance", type=float, default=1e-3)
    options = parser.parse_args()
    own, base = GGUFReader(options.file), GGUFReader(options.base)
    fine = check_metadata(own, base, options.template)
    fine &= check_tensors(own, base, GGUFReader(options.f32) if options.f32 else None)
    if options.expected:
        lines = [json.loads(line) for line in options.expected.read_text().splitlines()]
        short = [line for line in lines if len(line["context_tokens"]) + len(line["tokens"]) < 200][: options.count]
        vocabulary = len(base.fields["tokenizer.ggml.tokens"].data)
        fine &= check_scores(options.file, short, vocabulary, options.tolerance)
    print("equal" if fine else "NOT equal")
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
