"""Makes Tests/Goldens/families/training: losses, gradients and ten optimiser steps of the families' block kinds.

    python3 -m pip install -r requirements.txt
    python3 family_training.py --families ../../Tests/Goldens/families [NAME …]

After families.py and family_adapters.py. batch.json, NAME.json with NAME.f32 (every weight trained) and NAME-lora.json
with NAME-lora.f32 (every A and B of an adapter) are laid out as training.py says, with its sample lengths, settings
and steps, but without `logits` and with fewer of the tensors (`Kept`). README.md beside the goldens says which.
"""

import argparse
import copy
import dataclasses
import math
import pathlib
import warnings
from collections.abc import Callable

import torch
import torch.nn.functional as F
import transformers
from peft import LoraConfig, PeftModel
from safetensors.torch import load_file
from torch.overrides import TorchFunctionMode

from families import reference
from family_mixtures import Adapted, per_expert
from training import STEPS, Values, apart, batch, descend, gradients, loss_of, scored_logits, targets, trained, write

# Each block kind of its own: fully, or, where a switch is all that is new, briefly.
FULL = (
    "qwen3", "gemma2", "gemma3-scale", "olmo2", "phi", "gpt2", "gpt_neox", "phi3", "granite", "cohere2", "starcoder2",
    "stablelm-qk",
)
# Of a mixture the first sparse layer; names are those of single experts.
MIXTURES = {"qwen2_moe": 0, "qwen3_moe-mixed": 1, "granitemoe": 0}
BRIEF = (
    "mistral", "olmo", "olmo3", "opt", "glm4", "exaone4", "smollm3-window", "hunyuan_v1_dense", "nemotron", "cohere",
)
LORA = {
    "qwen3": "adapter", "gemma2": "adapter", "gemma3": "adapter", "olmo2": "adapter", "phi": "adapter-all",
    "gpt2": "adapter-all", "gpt_neox": "adapter-all", "phi3": "adapter", "granite": "adapter", "cohere2": "adapter",
    "starcoder2-full": "adapter", "stablelm-qk": "adapter", "granitemoehybrid": "adapter", "glm4": "adapter",
    "mixtral": "adapter-experts", "qwen3_moe-mixed": "adapter-experts",
}
# Keys' biases without rotary move all scores of a query alike, so that their gradient is rounding only; AdamW, which
# divides by its size, makes steps of it. The fused ones hold such a part, and those of partly rotated keys.
ADRIFT = ("k_proj.bias", "c_attn.bias", "query_key_value.bias")


def is_first(name: str) -> bool:
    return ".layers.0." in name or ".h.0." in name


def is_outside(name: str) -> bool:
    """Of no layer: embeddings, positions, the head."""
    return ".layers." not in name and ".h." not in name


@dataclasses.dataclass
class Kept:
    """The tensors that are written. Of an error in the others, losses and gradient norms tell."""

    gradients: Callable[[str, torch.Tensor], bool]
    weights: Callable[[str, torch.Tensor], bool]


FULLY = Kept(
    lambda name, tensor: tensor.ndim == 1 or is_first(name) or is_outside(name),
    lambda name, tensor: (tensor.ndim == 1 or (is_first(name) and "att" in name)) and not name.endswith(ADRIFT),
)
BRIEFLY = Kept(lambda name, tensor: tensor.ndim == 1 or is_first(name), lambda name, tensor: False)
ALL = Kept(lambda name, tensor: True, lambda name, tensor: True)


class InDouble(TorchFunctionMode):
    """Keeps float64 where the models of transformers fall back to fp32: in norms and in the softmax."""

    def __torch_function__(self, function, types, arguments=(), options=None):
        options = options or {}
        first = arguments[0] if arguments else None
        if isinstance(first, torch.Tensor) and first.dtype == torch.float64:
            if function is torch.Tensor.float:
                return first
            if function is torch.Tensor.to and torch.float32 in (*arguments[1:], *options.values()):
                return first
            if options.get("dtype") == torch.float32:
                options = options | {"dtype": torch.float64}
        return function(*arguments, **options)


def stored_names(model, checkpoint: pathlib.Path) -> dict[str, str]:
    """The name in the file of each trained parameter: transformers renames some (`embed_out`) on loading."""
    stored, names = load_file(checkpoint / "model.safetensors"), {}
    for name, weight in trained(model).items():
        if name in stored:
            names[name] = name
            continue
        (names[name],) = [
            other for other, tensor in stored.items()
            if tensor.shape == weight.shape and torch.equal(tensor.float(), weight) and other not in names.values()
        ]
    return names


def dump(path: pathlib.Path, model, names, samples: list[dict], about: dict, optimiser: dict, kept: Kept,
         family: str | None = None) -> None:
    def stored(tensors: dict[str, torch.Tensor], keeps: Callable[[str, torch.Tensor], bool]) -> list[dict]:
        if family:
            tensors = {n: part for name, whole in tensors.items() for n, part in per_expert(name, whole, family).items()}
        renamed = {names[name] if names else name: tensor for name, tensor in sorted(tensors.items())}
        return values.add_all({name: tensor for name, tensor in sorted(renamed.items()) if keeps(name, tensor)})

    twin = copy.deepcopy(model).double()
    values, logits = Values(), scored_logits(model, samples)
    loss = F.cross_entropy(logits, targets(samples))
    found = gradients(model, loss)
    with InDouble():
        exact = loss_of(twin, samples)
        exact_found = gradients(twin, exact)
    found = {name: tensor for name, tensor in found.items() if exact_found[name].abs().max() > 1e-9}
    settings = {"lr": optimiser["lr"], "decay": optimiser["weight_decay"]}
    settings["max_norm"] = optimiser["max_norm"] or math.inf
    document = about | {
        "values": path.with_suffix(".f32").name,
        "vocabulary": logits.shape[1],
        "loss": loss.item(),
        "token_losses": F.cross_entropy(logits, targets(samples), reduction="none").tolist(),
        "gradient_norm": float(torch.cat([g.flatten() for g in found.values()]).norm()),
        "gradients": stored(found, kept.gradients),
        "optimiser": optimiser,
        **descend(model, samples, **settings),
    }
    with InDouble():
        double = {"loss": exact.item(), "gradients_apart": apart(found, exact_found)}
        double |= descend(twin, samples, **settings)
    if weights := stored(trained(model), kept.weights):
        document["weights"] = weights
        stray = {name: (weight - trained(twin)[name]).abs() for name, weight in trained(model).items()}
        names = names or {name: name for name in stray}
        double["weights_apart"] = max(float(far.max()) for n, far in stray.items() if kept.weights(names[n], far))
    document["double"] = double
    write(path, document)
    values.write(path.with_suffix(".f32"))
    rounding = max(abs(a / b - 1) for a, b in zip(document["losses"], double["losses"]))
    size = path.with_suffix(".f32").stat().st_size
    reached = ", ".join(f"{key} {value:.1e}" for key, value in double.items() if key.endswith("apart"))
    print(f"{path.stem}: {document['loss']:.4f} -> {document['final_loss']:.4f}, {size // 1024} KB, {reached}")
    assert rounding < 1e-5 and double["gradients_apart"] < 1e-5 and size < 200_000, path


def adapted(checkpoint: pathlib.Path, adapter: str):
    """The checkpoint under an adapter whose A and B are trained, without dropout."""
    if adapter == "adapter-experts":
        tensors = load_file(checkpoint / adapter / "adapter_model.safetensors")
        return Adapted(reference(checkpoint), checkpoint.name.partition("-")[0], tensors, 2.0)
    config = LoraConfig.from_pretrained(checkpoint / adapter)
    config.lora_dropout = 0.0
    return PeftModel.from_pretrained(reference(checkpoint), checkpoint / adapter, config=config, is_trainable=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", type=pathlib.Path, required=True)
    parser.add_argument("names", nargs="*", help="only these")
    arguments = parser.parse_args()
    families, out = arguments.families, arguments.families / "training"
    out.mkdir(exist_ok=True)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    warnings.simplefilter("ignore")
    transformers.utils.logging.disable_progress_bar()

    samples = batch(128)
    write(out / "batch.json", {"samples": samples, "scored": len(targets(samples))})
    adamw = {"name": "adamw", "steps": STEPS, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
    full = adamw | {"lr": 1e-3, "weight_decay": 0.01, "max_norm": 1.0}
    lora = adamw | {"lr": 1e-2, "weight_decay": 0.0, "max_norm": None}
    for name in (*FULL, *BRIEF):
        if not arguments.names or name in arguments.names:
            model = reference(families / name)
            names = stored_names(model, families / name)
            about, kept = {"checkpoint": f"../{name}"}, FULLY if name in FULL else BRIEFLY
            dump(out / f"{name}.json", model, names, samples, about, full, kept)
    for name, layer in MIXTURES.items():
        if not arguments.names or name in arguments.names:
            kept = Kept(lambda n, tensor: tensor.ndim == 1 or f".layers.{layer}." in n, lambda n, tensor: False)
            about = {"checkpoint": f"../{name}"}
            dump(out / f"{name}.json", reference(families / name), None, samples, about, full, kept, name.split("-")[0])
    for name, adapter in LORA.items():
        if not arguments.names or name in arguments.names:
            about = {"checkpoint": f"../{name}", "adapter": f"../{name}/{adapter}"}
            model = adapted(families / name, adapter)
            dump(out / f"{name}-lora.json", model, None, samples, about, lora, ALL)


if __name__ == "__main__":
    main()
