"""Makes Tests/Goldens/families/NAME/adapter-experts: LoRA adapters on single experts and routers, with their logits.

    python3 -m pip install -r requirements.txt
    python3 family_mixtures.py --families ../../Tests/Goldens/families [NAME …]

After families.py. transformers 4 had a linear module for every matrix of every expert and for the router, and peft's
adapters of that time name them (`mlp.experts.3.gate_proj.lora_A.weight`). transformers 5 has one tensor for all experts,
so the adapter is put together here, as peft saved it then, and run by adding s · B A to the weights (`Adapted`). Where
peft itself takes such an adapter for the stacked weights, its logits are compared.
"""

import argparse
import json
import math
import pathlib
import shutil
import warnings

import torch
import transformers
from peft import PeftModel
from safetensors.torch import save_file
from torch.func import functional_call

import expectations
from families import apart, reference

# In files: where a block's experts are, what an expert's gate, up and down are called, and the router.
USUAL = ("mlp.experts", ("gate_proj", "up_proj", "down_proj"), "mlp.gate")
MIXTRAL = ("block_sparse_moe.experts", ("w1", "w3", "w2"), "block_sparse_moe.gate")
GRANITE = ("block_sparse_moe.experts", ("gate_proj", "up_proj", "down_proj"), "block_sparse_moe.router.layer")
NAMES = {"mixtral": MIXTRAL, "granitemoe": GRANITE}
ADAPTERS = {
    "qwen3_moe": ["q_proj", "v_proj", "gate", "gate_proj", "up_proj", "down_proj"],
    "qwen3_moe-mixed": ["q_proj", "v_proj", "gate_proj", "up_proj", "down_proj"],
    "mixtral": ["q_proj", "v_proj", "w1", "w2", "w3", "gate"],
}
SEEDS: dict[str, int] = {}
RANK, ALPHA = 2, 4


def per_expert(name: str, tensor: torch.Tensor, family: str) -> dict[str, torch.Tensor]:
    """A parameter of transformers 5 under the names of files: a stack as its experts' matrices, as views."""
    experts, (gate, up, down), router = NAMES.get(family, USUAL)
    block, found, last = name.partition(".experts.")
    if not found:
        for inside in (".mlp.gate.weight", ".block_sparse_moe.router.weight"):
            name = name.replace(inside, f".{router}.weight")
        return {name: tensor}
    block = block.rpartition(".")[0]
    result = {}
    for index, matrix in enumerate(tensor):
        if last == "gate_up_proj":
            parts = zip((gate, up), matrix.chunk(2))
        else:
            parts = [(down, matrix)]
        result |= {f"{block}.{experts}.{index}.{part}.weight": value for part, value in parts}
    return result


class Adapted(torch.nn.Module):
    """A model whose weights have s · B A added, by modules as files name them: A and B are what is trained."""

    def __init__(self, model, family: str, adapter: dict[str, torch.Tensor], scale: float):
        super().__init__()
        self.inner = [model.requires_grad_(False)]
        self.family, self.scale = family, scale
        self.halves = torch.nn.ParameterDict(
            {name.replace(".", "/"): torch.nn.Parameter(tensor.clone()) for name, tensor in sorted(adapter.items())}
        )

    @property
    def config(self):
        return self.inner[0].config

    def named_parameters(self, *arguments, **options):
        return ((name.replace("/", "."), tensor) for name, tensor in self.halves.items())

    def double(self):
        twin = Adapted(self.inner[0].double(), self.family, {}, self.scale)
        twin.halves = torch.nn.ParameterDict({n: torch.nn.Parameter(t.detach().double()) for n, t in self.halves.items()})
        return twin

    def merged(self) -> dict[str, torch.Tensor]:
        weights = {}
        for name, tensor in self.inner[0].named_parameters():
            parts = []
            for path, part in per_expert(name, tensor, self.family).items():
                stem = f"base_model/model/{path.removesuffix('.weight').replace('.', '/')}"
                if f"{stem}/lora_A/weight" in self.halves:
                    a, b = self.halves[f"{stem}/lora_A/weight"], self.halves[f"{stem}/lora_B/weight"]
                    part = part + self.scale * (b @ a)
                parts.append(part)
            weights[name] = parts[0] if len(parts) == 1 else torch.cat(parts).reshape(tensor.shape)
        return weights

    def forward(self, *arguments, **options):
        return functional_call(self.inner[0], self.merged(), arguments, options)


def adapter_tensors(model, family: str, targets: list[str], seed: int) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, weight in sorted(model.named_parameters()):
        for path, part in per_expert(name, weight, family).items():
            path = path.removesuffix(".weight")
            if part.ndim == 2 and path.rpartition(".")[2] in targets:
                stem = f"base_model.model.{path}"
                tensors[f"{stem}.lora_A.weight"] = torch.randn(RANK, part.shape[1], generator=generator) * 0.2
                tensors[f"{stem}.lora_B.weight"] = torch.randn(part.shape[0], RANK, generator=generator) * 0.2
    return tensors


def write(families: pathlib.Path, name: str) -> None:
    checkpoint, folder, targets = families / name, families / name / "adapter-experts", ADAPTERS[name]
    family = name.partition("-")[0]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    tensors = adapter_tensors(reference(checkpoint), family, targets, SEEDS.get(name, 1))
    save_file(tensors, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    config = {
        "base_model_name_or_path": name, "bias": "none", "fan_in_fan_out": False, "inference_mode": True,
        "lora_alpha": ALPHA, "lora_dropout": 0.0, "peft_type": "LORA", "r": RANK, "target_modules": sorted(targets),
        "task_type": "CAUSAL_LM", "use_dora": False, "use_rslora": False,
    }
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")
    (folder / "adapter_model.safetensors").chmod(0o644)

    ids = [row["ids"] for row in json.loads((checkpoint / "expected.json").read_text())["sequences"]]
    model = Adapted(reference(checkpoint), family, tensors, ALPHA / RANK)
    values = expectations.logits(model, ids)
    expectations.write(folder / "expected.json", ids, values)
    moved = apart(values, expectations.logits(reference(checkpoint), ids))
    rounding = apart(values, expectations.logits(model.double(), ids))
    try:
        theirs = apart(values, expectations.logits(PeftModel.from_pretrained(reference(checkpoint), folder).eval(), ids))
    except Exception as error:  # What peft makes of these files is its own affair.
        theirs = math.nan
        print(f"{name}: peft: {error}")
    print(f"{name}: moves the logits by {moved:.1f}, rounding {rounding:.1e}, peft's conversion {theirs:.1e}")
    assert moved > 0.1 and rounding < 1.5e-5, f"{name}: another seed is needed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", type=pathlib.Path, required=True)
    parser.add_argument("names", nargs="*", help="only these")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    transformers.utils.logging.disable_progress_bar()
    for name in arguments.names or ADAPTERS:
        write(arguments.families, name)


if __name__ == "__main__":
    main()
