"""Makes Tests/Goldens/training: losses, gradients and ten optimiser steps of tiny llamas, by torch and peft.

    python3 -m pip install -r requirements.txt
    python3 training.py --goldens ../../Tests/Goldens

Reads the checkpoints `llama-tied` and `llama-untied` and the adapters `plain` and `nil`; writes into `training`:
batch.json, full.json/.f32, untied.json/.f32, lora.json/.f32, kl.json/.f32 and operations.json.

batch.json: `samples`, each with `ids`, `mask` (1 where a token is scored) and what follows from them: `rows`, the
positions whose logits are scored, and `targets`, the token after each. "Scored rows" are those of all the samples in
order. The loss is the mean of the cross-entropy over the scored rows of the whole batch.

NAME.json names its `values`, a file beside it of little-endian fp32, in which each `{"name", "shape", "offset"}`
(offset in values, not bytes; row-major) is found: `logits` (scored rows x vocabulary), `gradients` (of the loss, at
step 0, unclipped), `weights` (after the last step). Tensors have the names of the checkpoint's or the adapter's
safetensors, sorted. `token_losses` is the cross-entropy of every scored row. `losses` and `gradient_norms`, one a
step, are those before the step's update (the norm: global, before clipping); `final_loss` is the one after the last.
`optimiser` gives the settings. Clipping multiplies the gradients by min(1, max_norm / (norm + 1e-6)), as torch does.
kl.json: see `preservation`. operations.json: see training_operations.py.

Every number comes from fp32, one forward a sample, without padding; `double` repeats some from float64, so that a
reader sees how far rounding reaches. README.md in the output folder says the same at length, with tolerances.
"""

import argparse
import copy
import json
import math
import pathlib
import types
import warnings

import numpy as np
import torch
import torch.nn.functional as F
from peft import LoraConfig, PeftModel
from transformers.models.llama.modeling_llama import LlamaRMSNorm

import training_operations
from checkpoints import reference

STEPS = 10
# Tokens of each sample, and the scored ones: a completion of three, of one, and two turns of four and six.
LENGTHS, SCORED = (9, 17, 70), (range(6, 9), range(16, 17), (*range(30, 34), *range(64, 70)))


def batch(vocabulary: int, seed: int = 11) -> list[dict]:
    random, samples = np.random.default_rng(seed), []
    for length, scored in zip(LENGTHS, SCORED):
        ids = random.integers(0, vocabulary, length).tolist()
        samples.append({
            "ids": ids,
            "mask": [int(i in scored) for i in range(length)],
            "rows": [i - 1 for i in scored],
            "targets": [ids[i] for i in scored],
        })
    return samples


def targets(samples: list[dict]) -> torch.Tensor:
    return torch.tensor([target for sample in samples for target in sample["targets"]])


def scored_logits(model, samples: list[dict]) -> torch.Tensor:
    """[scored rows, vocabulary], one forward a sample."""
    found = [model(torch.tensor([s["ids"]]), use_cache=False).logits[0, s["rows"]] for s in samples]
    return torch.cat(found)


def padded_logits(model, samples: list[dict]) -> torch.Tensor:
    """The same from one forward of a batch padded on the right, with an attention mask."""
    width = max(len(s["ids"]) for s in samples)
    ids = torch.tensor([s["ids"] + [0] * (width - len(s["ids"])) for s in samples])
    mask = torch.tensor([[1] * len(s["ids"]) + [0] * (width - len(s["ids"])) for s in samples])
    logits = model(ids, attention_mask=mask, use_cache=False).logits
    return torch.cat([logits[i, s["rows"]] for i, s in enumerate(samples)])


def loss_of(model, samples: list[dict], forward=scored_logits) -> torch.Tensor:
    return F.cross_entropy(forward(model, samples), targets(samples))


def trained(model) -> dict[str, torch.nn.Parameter]:
    """The parameters that are trained, sorted, under the names of the safetensors."""
    found = {n.replace(".default.", "."): p for n, p in model.named_parameters() if p.requires_grad}
    return dict(sorted(found.items()))


def gradients(model, loss: torch.Tensor) -> dict[str, torch.Tensor]:
    weights = trained(model)
    return dict(zip(weights, torch.autograd.grad(loss, list(weights.values()))))


def in_double(model):
    """A float64 twin: transformers' norm and eager softmax would fall back to fp32 inside."""
    twin = copy.deepcopy(model).double()
    twin.set_attn_implementation("sdpa")

    def norm(self, x):
        return F.rms_norm(x, self.weight.shape, self.weight, self.variance_epsilon)

    for module in twin.modules():
        if isinstance(module, LlamaRMSNorm):
            module.forward = types.MethodType(norm, module)
    return twin


def descend(model, samples: list[dict], lr: float, decay: float, max_norm: float) -> dict:
    """Ten steps of AdamW on the one batch; matrices decay, vectors and norms (cohere's are [heads, width]) do not."""
    weights = list(trained(model).values())
    decaying = [w for name, w in trained(model).items() if w.ndim >= 2 and not name.endswith("norm.weight")]
    groups = [
        {"params": decaying, "weight_decay": decay},
        {"params": [w for w in weights if not any(w is other for other in decaying)], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW([g for g in groups if g["params"]], lr=lr, foreach=False)
    losses, norms = [], []
    for _ in range(STEPS):
        loss = loss_of(model, samples)
        optimiser.zero_grad()
        loss.backward()
        losses.append(loss.item())
        norms.append(torch.nn.utils.clip_grad_norm_(weights, max_norm, foreach=False).item())
        optimiser.step()
    with torch.no_grad():
        return {"losses": losses, "gradient_norms": norms, "final_loss": loss_of(model, samples).item()}


class Values:
    """Tensors on their way into one .f32 file."""

    def __init__(self) -> None:
        self.data, self.count = [], 0

    def add(self, name: str, tensor: torch.Tensor) -> dict:
        array = tensor.detach().numpy().astype("<f4")
        entry = {"name": name, "shape": list(array.shape), "offset": self.count}
        self.data.append(array.tobytes())
        self.count += array.size
        return entry

    def add_all(self, tensors: dict[str, torch.Tensor]) -> list[dict]:
        return [self.add(name, tensor) for name, tensor in tensors.items()]

    def write(self, path: pathlib.Path) -> None:
        path.write_bytes(b"".join(self.data))


def write(path: pathlib.Path, document: dict) -> None:
    """JSON with a line for each key of the document and each entry of a list of objects."""
    def text(value) -> str:
        if isinstance(value, list) and isinstance(value[0], dict):
            return "[\n" + ",\n".join(f"  {json.dumps(entry)}" for entry in value) + "\n ]"
        return json.dumps(value)

    lines = ",\n".join(f" {json.dumps(key)}: {text(value)}" for key, value in document.items())
    path.write_text("{\n" + lines + "\n}\n")


def apart(ours: dict[str, torch.Tensor], others: dict[str, torch.Tensor]) -> float:
    """The largest difference in a tensor, relative to that tensor's largest magnitude."""
    return max(float((ours[n] - others[n]).abs().max() / others[n].abs().max()) for n in ours)


def check_padding(model, samples: list[dict]) -> None:
    """Padding changes neither loss nor gradients: to 1e-6 of each tensor's largest in fp32, far less in float64."""
    for bound, run in ((1e-6, model), (1e-12, in_double(model))):
        alone, padded = loss_of(run, samples), loss_of(run, samples, padded_logits)
        difference = abs(alone.item() / padded.item() - 1)
        difference = max(difference, apart(gradients(run, alone), gradients(run, padded)))
        print(f"  separate against padded: {difference:.1e}")
        assert difference < bound


def dump(path: pathlib.Path, model, samples: list[dict], about: dict, optimiser: dict | None) -> None:
    check_padding(model, samples)
    values, logits = Values(), scored_logits(model, samples)
    loss = F.cross_entropy(logits, targets(samples))
    found, twin = gradients(model, loss), in_double(model)
    exact = loss_of(twin, samples)
    token_losses = F.cross_entropy(logits, targets(samples), reduction="none")
    document = about | {
        "values": path.with_suffix(".f32").name,
        "vocabulary": logits.shape[1],
        "loss": loss.item(),
        "token_losses": token_losses.tolist(),
        "logits": values.add("logits", logits),
        "gradient_norm": float(torch.cat([g.flatten() for g in found.values()]).norm()),
        "gradients": values.add_all(found),
    }
    double = {"loss": exact.item(), "gradients_apart": apart(found, gradients(twin, exact))}
    if optimiser:
        settings = {"lr": optimiser["lr"], "decay": optimiser["weight_decay"]}
        settings["max_norm"] = optimiser["max_norm"] or math.inf
        document |= {"optimiser": optimiser} | descend(model, samples, **settings)
        double |= descend(twin, samples, **settings)
        ours, others = trained(model), trained(twin)
        document["weights"] = values.add_all(ours)
        double["weights_apart"] = max(float((ours[n] - others[n]).abs().max()) for n in ours)
        assert all(abs(a / b - 1) < 1e-5 for a, b in zip(document["losses"], double["losses"]))
    document["double"] = double
    write(path, document)
    values.write(path.with_suffix(".f32"))
    print(f"{path.name}: {document['loss']:.5f} -> {document.get('final_loss')}, {double}")


def adapted(goldens: pathlib.Path, name: str):
    """llama-tied under an adapter whose A and B are trained, without dropout."""
    folder = goldens / "adapters" / name
    config = LoraConfig.from_pretrained(folder)
    config.lora_dropout = 0.0
    base = reference(goldens / "checkpoints/llama-tied")
    return PeftModel.from_pretrained(base, folder, config=config, is_trainable=True)


def divergence(base: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
    """KL(p0 || p) of each row."""
    expected = F.log_softmax(base, dim=-1)
    return (expected.exp() * (expected - F.log_softmax(logits, dim=-1))).sum(dim=-1)


def preservation(path: pathlib.Path, goldens: pathlib.Path, samples: list[dict]) -> None:
    """The preservation term R: the mean over samples of the mean over a sample's scored rows of KL(p0 || p).

    p0 is llama-tied, p the same under the adapter `plain`. kl.json: `row_divergences` (each scored row's KL), `value`
    (R), `logits` and `logit_gradients` (of p's logits; scored rows x vocabulary), `gradients` (of R, each A and B),
    `gradient_norm`. p0's logits are those of full.json.
    """
    weights = torch.cat([torch.full((len(s["rows"]),), 1 / len(s["rows"]) / len(samples)) for s in samples])

    def term(model, base):
        logits = scored_logits(model, samples)
        rows = divergence(base, logits)
        value = (rows * weights.to(rows.dtype)).sum()
        (at_logits,) = torch.autograd.grad(value, logits, retain_graph=True)
        return value, rows, logits, at_logits, gradients(model, value)

    base_model, model, values = reference(goldens / "checkpoints/llama-tied"), adapted(goldens, "plain"), Values()
    twin, base_twin = in_double(model), in_double(base_model)
    with torch.no_grad():
        base, base_double = scored_logits(base_model, samples), scored_logits(base_twin, samples)
        merged = scored_logits(copy.deepcopy(twin).merge_and_unload(), samples)
    value, rows, logits, at_logits, found = term(model, base)
    exact, exact_rows, exact_logits, exact_at_logits, exact_found = term(twin, base_double)
    assert (merged - exact_logits).abs().max() < 1e-9
    by_formula = (exact_logits.softmax(-1) - base_double.softmax(-1)) * weights[:, None].double()
    assert (exact_at_logits - by_formula).abs().max() < 1e-7
    same, _, _, _, nothing = term(in_double(adapted(goldens, "nil")), base_double)
    assert abs(same.item()) < 1e-12 and all(g.abs().max() < 1e-12 for g in nothing.values())

    document = {
        "checkpoint": "../checkpoints/llama-tied",
        "adapter": "../adapters/plain",
        "values": path.with_suffix(".f32").name,
        "vocabulary": logits.shape[1],
        "value": value.item(),
        "row_divergences": rows.tolist(),
        "logits": values.add("logits", logits),
        "logit_gradients": values.add("logit_gradients", at_logits),
        "gradient_norm": float(torch.cat([g.flatten() for g in found.values()]).norm()),
        "gradients": values.add_all(found),
        "double": {
            "value": exact.item(),
            "row_divergences": exact_rows.tolist(),
            "gradients_apart": apart(found, exact_found),
        },
    }
    write(path, document)
    values.write(path.with_suffix(".f32"))
    print(f"{path.name}: {value.item():.6f}, {document['double']['gradients_apart']:.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--goldens", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, help="instead of training/ there")
    arguments = parser.parse_args()
    goldens = arguments.goldens
    out = arguments.out or goldens / "training"
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    warnings.simplefilter("ignore")

    samples = batch(360)
    write(out / "batch.json", {"samples": samples, "scored": len(targets(samples))})

    adamw = {"name": "adamw", "steps": STEPS, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
    full = adamw | {"lr": 1e-3, "weight_decay": 0.01, "max_norm": 1.0}
    tied, untied = {"checkpoint": "../checkpoints/llama-tied"}, {"checkpoint": "../checkpoints/llama-untied"}
    dump(out / "full.json", reference(goldens / "checkpoints/llama-tied"), samples, tied, full)
    dump(out / "untied.json", reference(goldens / "checkpoints/llama-untied"), samples, untied, None)
    lora = adamw | {"lr": 1e-2, "weight_decay": 0.0, "max_norm": None}
    dump(out / "lora.json", adapted(goldens, "plain"), samples, tied | {"adapter": "../adapters/plain"}, lora)
    preservation(out / "kl.json", goldens, samples)
    write(out / "operations.json", training_operations.cases())


if __name__ == "__main__":
    main()
