"""Exports one fine-tuning in the ways that people ship it, each of them right: what holdfast gate --as-one must not suspect.

    python Scripts/peers/right_exports.py --base FOLDER --adapter FOLDER --llama-cpp FOLDER OUT

The base is a Hugging Face folder, the adapter a PEFT one, llama.cpp its source tree (as for Scripts/goldens/family_gguf.py). Folders: peft's
merge_and_unload in fp32, bf16 and fp16 arithmetic, each saved by save_pretrained; a merge in fp32 that is saved as bf16 and as fp16, as
Unsloth's merged_16bit does; the bf16 one in shards. GGUF files, by llama.cpp's own converter from the fp32 merge: F32, F16, BF16, Q8_0. Of the
F32 file quantised_exports.py makes the others.
"""

import argparse
import pathlib
import subprocess
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

TYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}


def merged(base, adapter, dtype):
    model = AutoModelForCausalLM.from_pretrained(base, dtype=dtype)
    # peft keeps an adapter's weights in fp32 beside a 16-bit base unless it is told not to.
    return PeftModel.from_pretrained(model, adapter, autocast_adapter_dtype=False).merge_and_unload()


def save(model, tokenizer, folder, **options):
    model.save_pretrained(folder, **options)
    tokenizer.save_pretrained(folder)
    print(folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", required=True)
    parser.add_argument("--adapter", required=True)
    parser.add_argument("--llama-cpp", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    arguments = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(arguments.base)
    out = arguments.out
    for name, dtype in TYPES.items():
        save(merged(arguments.base, arguments.adapter, dtype), tokenizer, out / f"peft-{name}")
    for name in ("bf16", "f16"):
        save(merged(arguments.base, arguments.adapter, torch.float32).to(TYPES[name]), tokenizer, out / f"merged-{name}")
    sixteen = AutoModelForCausalLM.from_pretrained(out / "merged-bf16", dtype=torch.bfloat16)
    save(sixteen, tokenizer, out / "sharded-bf16", max_shard_size="100MB")
    if arguments.llama_cpp:
        for kind in ("f32", "f16", "bf16", "q8_0"):
            path = out / f"llama-cpp-{kind}.gguf"
            subprocess.run(
                [sys.executable, arguments.llama_cpp / "convert_hf_to_gguf.py", out / "peft-f32", "--outtype", kind, "--outfile", path],
                check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            print(path)


if __name__ == "__main__":
    main()
