"""A PEFT LoRA adapter of a llama model as the GGUF file that llama-server loads, as llama.cpp's convert_lora_to_gguf.py makes it.

  python3 Scripts/ci/adapter_gguf.py ADAPTER_FOLDER HEADS KEY_VALUE_HEADS OUT.gguf

Needs gguf, numpy and safetensors (Scripts/ci/requirements-served.txt).
"""

import json
import re
import sys

import gguf
import numpy
from safetensors import safe_open

MODULES = {"q_proj": "attn_q", "k_proj": "attn_k", "v_proj": "attn_v", "o_proj": "attn_output", "gate_proj": "ffn_gate", "up_proj": "ffn_up", "down_proj": "ffn_down"}


def interleaved(rows, heads):
    """Rows of a query or key matrix in llama.cpp's order, in which the two halves of a head take turns."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def main(folder, heads, key_value_heads, out):
    with open(f"{folder}/adapter_config.json") as file:
        configuration = json.load(file)
    writer = gguf.GGUFWriter(out, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(configuration["lora_alpha"]))
    with safe_open(f"{folder}/adapter_model.safetensors", "np") as tensors:
        for name in sorted(tensors.keys()):
            layer, module, side = re.search(r"layers\.(\d+)\..*?(\w+_proj)\.lora_([AB])\.", name).groups()
            tensor = tensors.get_tensor(name).astype(numpy.float32)
            if side == "B" and module in ("q_proj", "k_proj"):
                tensor = interleaved(tensor, heads if module == "q_proj" else key_value_heads)
            writer.add_tensor(f"blk.{layer}.{MODULES[module]}.weight.lora_{side.lower()}", numpy.ascontiguousarray(tensor))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
