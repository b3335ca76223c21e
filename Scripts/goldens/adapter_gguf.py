"""Makes Tests/Goldens/adapter-kinds/gguf: adapters of peft as llama.cpp's own convert_lora_to_gguf.py writes them.

    python3 -m pip install -r requirements.txt
    python3 adapter_gguf.py --llama-cpp FOLDER --goldens ../../Tests/Goldens

FOLDER is llama.cpp's source tree, as family_gguf.py has it. The expectations are those of the adapter that each file
was converted from; the script checks that q and k of a llama were put in another order.
"""

import argparse
import pathlib
import subprocess
import sys

import numpy as np
from gguf import GGUFReader
from safetensors.numpy import load_file

# By the file's name: the base, the adapter, and --outtype.
FILES = {
    "llama-bias": ("families/llama-bias", "families/llama-bias/adapter", "f32"),
    "llama-bias-f16": ("families/llama-bias", "families/llama-bias/adapter", "f16"),
    "llama-embedding": ("families/llama-linear", "adapter-kinds/embedding", "f32"),
    "qwen2-head": ("families/qwen2-untied", "adapter-kinds/head-untied", "f32"),
    # To be refused: a and b are the wrong way round, of matrices that are stored [inputs, outputs].
    "gpt2": ("families/gpt2", "families/gpt2/adapter", "f32"),
    "gpt_neox-all": ("families/gpt_neox", "families/gpt_neox/adapter-all", "f32"),
    "phi3": ("families/phi3", "families/phi3/adapter", "f32"),
    "gemma3": ("families/gemma3", "families/gemma3/adapter", "f32"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llama-cpp", type=pathlib.Path, required=True)
    parser.add_argument("--goldens", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    out = arguments.goldens / "adapter-kinds/gguf"
    out.mkdir(exist_ok=True)
    for name, (base, adapter, kind) in FILES.items():
        path = out / f"{name}.gguf"
        subprocess.run(
            [
                sys.executable, arguments.llama_cpp / "convert_lora_to_gguf.py", "--base", arguments.goldens / base,
                "--outtype", kind, "--outfile", path, arguments.goldens / adapter,
            ],
            check=True, capture_output=True,
        )
        path.chmod(0o644)
        reader = GGUFReader(path)
        print(name, path.stat().st_size, sorted(tensor.name for tensor in reader.tensors)[:6])
        if name == "llama-bias":
            stored = {tensor.name: tensor.data for tensor in reader.tensors}
            b = load_file(arguments.goldens / adapter / "adapter_model.safetensors")[
                "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight"
            ]
            own = stored["blk.0.attn_q.weight.lora_b"]
            assert not np.array_equal(own, b) and np.array_equal(np.sort(own, 0), np.sort(b, 0))


if __name__ == "__main__":
    main()
