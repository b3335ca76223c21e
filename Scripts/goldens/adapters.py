"""Makes Tests/Goldens/adapters: tiny PEFT adapters on the checkpoint `llama-tied`, with the adapted model's logits.

    python3 -m pip install -r requirements.txt
    python3 checkpoints.py --out ../../Tests/Goldens/checkpoints
    python3 adapters.py --checkpoints ../../Tests/Goldens/checkpoints --out ../../Tests/Goldens/adapters

Each adapter is saved by peft, read back by peft, and run unmerged in fp32; `expected.json` in its folder is laid out as
expectations.py says. `plain`, `patterns`, `rslora` and `nil` are to be loaded; `dora` and `modules-to-save` have
expectations too, but may be refused; `bias`, `unknown-tensor` and `other-model` are to be refused.
"""

import argparse
import json
import pathlib
import shutil
import warnings

import torch
from gguf import GGUFReader
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

import expectations
import gguf_llama


def base(folder: pathlib.Path):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def save(
    folder: pathlib.Path, model, config: LoraConfig, seed: int, zero_b: bool = False, named: str = "llama-tied"
) -> None:
    """A random adapter, large enough to move the logits by whole units; `zero_b` leaves B as peft initialises it."""
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(seed)
    model = get_peft_model(model, config)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in sorted(model.named_parameters()):
            if "lora_A" in name or ("lora_B" in name and not zero_b):
                weight.normal_(0, 0.2, generator=generator)
            elif "lora_magnitude_vector" in name or "modules_to_save" in name:
                weight.mul_(torch.empty_like(weight).uniform_(0.8, 1.25, generator=generator))
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    path = folder / "adapter_config.json"
    saved = json.loads(path.read_text())
    saved["base_model_name_or_path"] = named
    if isinstance(saved["target_modules"], list):
        saved["target_modules"].sort()
    if saved.get("target_parameters"):
        saved["target_parameters"].sort()
    path.write_text(json.dumps(saved, indent=2) + "\n")
    path.with_name("adapter_model.safetensors").chmod(0o644)


def expect(folder: pathlib.Path, checkpoint: pathlib.Path, same_as_base: bool = False) -> None:
    ids = [row["ids"] for row in json.loads((checkpoint / "expected.json").read_text())["sequences"]]
    values = expectations.logits(PeftModel.from_pretrained(base(checkpoint), folder).eval(), ids)
    expectations.write(
        folder / "expected.json", ids, values, same_as=checkpoint / "expected.f32" if same_as_base else None
    )
    difference = max(float(abs(a - b).max()) for a, b in zip(values, expectations.logits(base(checkpoint), ids)))
    print(f"{folder.name}: moves the logits by at most {difference:.4f}")

    # The same adapter on the same weights from the GGUF file: one expectation serves both.
    from_gguf = base(checkpoint)
    from_gguf.load_state_dict(gguf_llama.state_dict(GGUFReader(checkpoint.with_suffix(".gguf"))), strict=False)
    from_gguf.tie_weights()
    again = expectations.logits(PeftModel.from_pretrained(from_gguf, folder).eval(), ids)
    assert all((a == b).all() for a, b in zip(values, again))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoints", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    out, tied = arguments.out, arguments.checkpoints / "llama-tied"
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")

    def lora(**options) -> LoraConfig:
        return LoraConfig(**{"task_type": "CAUSAL_LM", "r": 4, "lora_alpha": 8, "lora_dropout": 0.05} | options)

    pair = ["q_proj", "v_proj"]
    save(out / "plain", base(tied), lora(target_modules=pair), 1)
    # More than one key may match a module: the first in the file wins (peft writes the keys sorted).
    patterns = lora(
        target_modules="all-linear",
        rank_pattern={"layers.1.mlp.down_proj": 6, "mlp.down_proj": 3, "q_proj": 2},
        alpha_pattern={"layers.0.self_attn.k_proj": 3, "v_proj": 16},
    )
    save(out / "patterns", base(tied), patterns, 2)
    rslora = lora(r=8, lora_alpha=16, use_rslora=True, target_modules=r".*\.(o_proj|gate_proj)")
    save(out / "rslora", base(tied), rslora, 3)
    save(out / "nil", base(tied), lora(target_modules=pair), 4, zero_b=True)
    save(out / "dora", base(tied), lora(target_modules=pair, use_dora=True), 5)
    save(out / "modules-to-save", base(tied), lora(target_modules=pair, modules_to_save=["norm"]), 6)
    for name in ("plain", "patterns", "rslora", "nil", "dora", "modules-to-save"):
        expect(out / name, tied, same_as_base=name == "nil")

    save(out / "bias", base(tied), lora(target_modules=pair, bias="all"), 7)
    save(out / "other-model", base(arguments.checkpoints / "llama-f16"), lora(target_modules=pair), 8)
    unknown = out / "unknown-tensor"
    save(unknown, base(tied), lora(target_modules=pair), 9)
    tensors = load_file(unknown / "adapter_model.safetensors")
    tensors["base_model.model.model.layers.0.self_attn.q_proj.lora_gate.weight"] = torch.ones(4, 4)
    save_file(tensors, unknown / "adapter_model.safetensors", metadata={"format": "pt"})
    (unknown / "adapter_model.safetensors").chmod(0o644)


if __name__ == "__main__":
    main()
