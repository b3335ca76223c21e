"""A PEFT LoRA adapter of noise for SmolLM2-135M, which harms it.

  python3 Scripts/ci/noise_adapter.py FOLDER

Needs numpy and safetensors (Scripts/ci/requirements-served.txt).
"""

import json
import os
import sys

import numpy
from safetensors.numpy import save_file

LAYERS, WIDTH, KEY_VALUE_WIDTH, RANK = 30, 576, 192, 4


def main(folder):
    os.makedirs(folder, exist_ok=True)
    random = numpy.random.default_rng(17)
    tensors = {}
    for layer in range(LAYERS):
        for module, width in (("q_proj", WIDTH), ("v_proj", KEY_VALUE_WIDTH)):
            name = f"base_model.model.model.layers.{layer}.self_attn.{module}"
            tensors[f"{name}.lora_A.weight"] = random.normal(0, 0.05, (RANK, WIDTH)).astype(numpy.float32)
            tensors[f"{name}.lora_B.weight"] = random.normal(0, 0.05, (width, RANK)).astype(numpy.float32)
    save_file(tensors, f"{folder}/adapter_model.safetensors", metadata={"format": "pt"})
    settings = {"peft_type": "LORA", "r": RANK, "lora_alpha": 40, "target_modules": ["q_proj", "v_proj"], "bias": "none", "task_type": "CAUSAL_LM", "base_model_name_or_path": "smollm2-135m-instruct"}
    with open(f"{folder}/adapter_config.json", "w") as file:
        json.dump(settings, file, indent=1)


if __name__ == "__main__":
    main(sys.argv[1])
