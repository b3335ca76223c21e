"""Makes Tests/Goldens/merged: what peft's merge_and_unload makes of the goldens' adapters in fp32, and roundings by the gguf package.

    python3 -m pip install -r requirements.txt
    python3 merged_adapters.py --goldens ../../Tests/Goldens

After checkpoints.py, adapters.py, families.py and family_adapters.py. NAME.safetensors has the adapted weights of the merged model in fp32,
under the names of the base's files. `roundings.gguf` has the tensor `values` in F32 and the same as `gguf.quants.quantize` and numpy round
it: `f16`, `bf16`, `q8_0`. Values are random of many sizes, and ties.
"""

import argparse
import pathlib
import warnings

import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.quants import quantize
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

ADAPTERS = {
    "plain": ("checkpoints/llama-tied", "adapters/plain"),
    "patterns": ("checkpoints/llama-tied", "adapters/patterns"),
    "rslora": ("checkpoints/llama-tied", "adapters/rslora"),
    # Transposed, fused head by head, and fused one after another.
    "gpt2": ("families/gpt2", "families/gpt2/adapter"),
    "gpt_neox": ("families/gpt_neox", "families/gpt_neox/adapter"),
    "phi3": ("families/phi3", "families/phi3/adapter"),
}


def merged(base: pathlib.Path, adapter: pathlib.Path) -> dict[str, torch.Tensor]:
    """The weights that differ from the base's."""
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    after = PeftModel.from_pretrained(model, adapter).merge_and_unload(safe_merge=True).state_dict()
    assert before.keys() == after.keys()
    return {name: weight.contiguous() for name, weight in after.items() if not torch.equal(weight, before[name])}


def values(random) -> np.ndarray:
    """[rows, 64]: sizes from below f16's smallest number to near its largest, halves of steps of every type, zeros of both signs."""
    rows = [random.standard_normal(64) * 10.0**power for power in range(-12, 5)]
    rows += [random.standard_normal(64) * 10.0 ** random.uniform(-9, 4, 64) for _ in range(8)]
    # With 127 among them the steps of q8_0 are whole numbers.
    rows += [np.concatenate([[127.0], np.arange(31) + 0.5, [-127.0], -np.arange(31) - 0.5])]
    # Halves of steps of f16, normal and below, and of bf16.
    rows += [1 + (2 * np.arange(64) + 1) * 2.0**-11, (2 * np.arange(64) + 1) * 2.0**-25, 1 + (2 * np.arange(64) + 1) * 2.0**-8]
    rows += [np.concatenate([np.zeros(32), -np.zeros(32)]), np.full(64, 65504.0)]
    return np.array(rows, dtype=np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--goldens", type=pathlib.Path, required=True)
    goldens = parser.parse_args().goldens
    out = goldens / "merged"
    out.mkdir(exist_ok=True)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    for name, (base, adapter) in ADAPTERS.items():
        path = out / f"{name}.safetensors"
        save_file(merged(goldens / base, goldens / adapter), path, metadata={"format": "pt"})
        path.chmod(0o644)

    data = values(np.random.default_rng(22))
    writer = GGUFWriter(out / "roundings.gguf", "llama")
    writer.add_tensor("values", data)
    writer.add_tensor("f16", data.astype(np.float16))
    for kind in (GGMLQuantizationType.BF16, GGMLQuantizationType.Q8_0):
        writer.add_tensor(kind.name.lower(), quantize(data, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
