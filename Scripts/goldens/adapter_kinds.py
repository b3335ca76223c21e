"""Makes Tests/Goldens/adapter-kinds: one tiny PEFT adapter of every kind that changes more than linear modules.

    python3 -m pip install -r requirements.txt
    python3 adapter_kinds.py --families ../../Tests/Goldens/families --out ../../Tests/Goldens/adapter-kinds [NAME …]

After families.py. Each adapter is saved by peft, read back by peft on the base of its `base` (a folder of
Tests/Goldens/families), and run unmerged in fp32; expected.json is laid out as expectations.py says. The script checks
that an adapter of which only the plain LoRA on the blocks' linear modules were applied would be far off: a kind that is
ignored is seen.
"""

import argparse
import json
import pathlib
import shutil
import warnings

import torch
import transformers
from peft import IA3Config, LNTuningConfig, LoraConfig, PeftModel, TrainableTokensConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer

import expectations
from families import apart, reference

FEED = ["down_proj"]
# The weights that are drawn: everything of the adapter's own.
DRAWN = ("lora_", "modules_to_save", "trainable_tokens_delta", "ia3_l", "ln_tuning_layers")


def lora(**options) -> LoraConfig:
    return LoraConfig(**{"task_type": "CAUSAL_LM", "r": 4, "lora_alpha": 8, "target_modules": ["v_proj"]} | options)


# By name: the base and its adapter; what resizes the vocabulary first; which names of tensors to save beyond peft's.
KINDS = {
    "save-head": ("llama-linear", lora(modules_to_save=["lm_head"])),
    "save-embedding": ("llama-linear", lora(modules_to_save=["embed_tokens"])),
    "save-both": ("llama-linear", lora(modules_to_save=["embed_tokens", "lm_head"])),
    "save-tied": ("llama-linear", lora(modules_to_save=["embed_tokens"], ensure_weight_tying=True)),
    "save-many": (
        "qwen2-untied",
        lora(modules_to_save=["embed_tokens", "lm_head", "norm", "input_layernorm", "down_proj", "k_proj"]),
    ),
    "save-gpt2": ("gpt2", lora(target_modules=["c_proj"], modules_to_save=["wte", "ln_f", "c_fc"], fan_in_fan_out=True)),
    "save-neox": ("gpt_neox", lora(target_modules=["dense"], modules_to_save=["query_key_value", "lm_head"])),
    "save-gemma": ("gemma3", lora(modules_to_save=["embed_tokens", "norm", "q_norm"])),
    "larger": ("llama-linear", lora()),
    "larger-untied": ("qwen2-untied", lora()),
    "smaller": ("qwen2-untied", lora(modules_to_save=["embed_tokens", "lm_head"])),
    "larger-tokens": ("llama-linear", lora(trainable_token_indices=[127, 128, 130])),
    "embedding": ("llama-linear", lora(target_modules=["embed_tokens", "q_proj"])),
    "embedding-tied": ("llama-linear", lora(target_modules=["embed_tokens", "q_proj"], ensure_weight_tying=True)),
    "embedding-gemma": ("gemma3", lora(target_modules=["embed_tokens", "q_proj"])),
    "embedding-gpt2": ("gpt2", lora(target_modules=["wte", "c_attn"], fan_in_fan_out=True)),
    "head": ("llama-linear", lora(target_modules=["lm_head", "v_proj"])),
    "head-untied": ("qwen2-untied", lora(target_modules=["lm_head", "embed_tokens"])),
    "dora": (
        "llama-bias",
        lora(target_modules="all-linear", use_dora=True, use_rslora=True, rank_pattern={"q_proj": 2}),
    ),
    "dora-embedding": ("llama-linear", lora(target_modules=["embed_tokens", "lm_head", "o_proj"], use_dora=True)),
    "dora-gemma": ("gemma3", lora(target_modules=["embed_tokens", "up_proj"], use_dora=True)),
    "dora-gpt2": ("gpt2", lora(target_modules=["c_attn", "c_proj"], use_dora=True, fan_in_fan_out=True)),
    "dora-neox": ("gpt_neox", lora(target_modules=["query_key_value"], use_dora=True)),
    "tokens": ("llama-linear", lora(trainable_token_indices=[5, 99, 17])),
    "tokens-apart": ("llama-linear", lora(trainable_token_indices={"embed_tokens": [5, 99], "lm_head": [7, 5, 120]})),
    "tokens-untied": ("qwen2-untied", lora(trainable_token_indices={"embed_tokens": [5, 99], "lm_head": [7, 5]})),
    "tokens-gemma": ("gemma3", lora(trainable_token_indices=[0, 127])),
    "tokens-alone": ("llama-linear", TrainableTokensConfig(task_type="CAUSAL_LM", token_indices=[3, 64, 9])),
    "lora-bias": ("llama-bias", lora(target_modules=["q_proj", "up_proj"], lora_bias=True)),
    "bias-all": ("llama-bias", lora(target_modules=["q_proj"], bias="all")),
    "bias-lora": ("gpt2", lora(target_modules=["c_attn"], bias="lora_only", fan_in_fan_out=True)),
    "bias-norms": ("gpt_neox", lora(target_modules=["query_key_value"], bias="all")),
    "replicated": ("llama-linear", lora(target_modules=["q_proj", "down_proj"], layer_replication=[[0, 2], [1, 2], [0, 1]])),
    "ia3": (
        "llama-bias",
        IA3Config(
            task_type="CAUSAL_LM", target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=FEED,
            modules_to_save=["lm_head"],
        ),
    ),
    "ia3-head": (
        "qwen2-untied", IA3Config(task_type="CAUSAL_LM", target_modules=["lm_head", "o_proj"], feedforward_modules=["o_proj"])
    ),
    "ia3-gpt2": (
        "gpt2",
        IA3Config(
            task_type="CAUSAL_LM", target_modules=["c_attn", "mlp.c_proj"], feedforward_modules=["mlp.c_proj"],
            fan_in_fan_out=True,
        ),
    ),
    "norms": ("llama-linear", LNTuningConfig(task_type="CAUSAL_LM", target_modules=["input_layernorm", "norm"])),
    "norms-gpt2": ("gpt2", LNTuningConfig(task_type="CAUSAL_LM", target_modules=["ln_1", "ln_f"])),
    "pissa-converted": ("llama-linear", lora(target_modules=["q_proj", "o_proj"], init_lora_weights="pissa")),
}
ROWS = {"larger": 136, "larger-untied": 131, "smaller": 120, "larger-tokens": 136}
# Linear modules carry nothing but a plain LoRA, which is applied as it is: nothing could be ignored.
PLAIN = {"pissa-converted"}


def base(families: pathlib.Path, name: str):
    model = reference(families / KINDS[name][0])
    if name in ROWS:
        torch.manual_seed(3)
        model.resize_token_embeddings(ROWS[name], mean_resizing=False)
    return model


@torch.no_grad()
def draw(model, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    for name, weight in sorted(model.named_parameters()):
        if "magnitude" in name or "ia3_l" in name or ("norm" in name or "ln_" in name) and "weight" in name:
            if any(part in name for part in DRAWN):
                weight.mul_(torch.empty_like(weight).uniform_(0.6, 1.5, generator=generator))
        elif name.endswith(".bias"):
            if weight.requires_grad:
                weight.normal_(0, 0.3, generator=generator)
        elif "lora_" in name:
            weight.normal_(0, 0.2, generator=generator)
        elif any(part in name for part in DRAWN):
            weight.add_(torch.empty_like(weight).normal_(0, 0.3, generator=generator))


def save(families: pathlib.Path, folder: pathlib.Path, name: str) -> None:
    checkpoint, config = families / KINDS[name][0], KINDS[name][1]
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(1)
    model = get_peft_model(base(families, name), config)
    # peft looks there whether the vocabulary was resized.
    model.peft_config["default"].base_model_name_or_path = str(checkpoint)
    if name == "pissa-converted":
        model.save_pretrained(folder / "initial")
        draw(model, 7)
        model.save_pretrained(folder, path_initial_model_for_weight_conversion=folder / "initial")
        shutil.rmtree(folder / "initial")
    else:
        draw(model, 7)
        if name in ("larger", "larger-untied"):
            with torch.no_grad():
                rows = model.get_input_embeddings().weight
                rows[124:].normal_(0, 0.5, generator=torch.Generator().manual_seed(9))
        model.save_pretrained(folder)
    if name in ROWS and ROWS[name] > 128:
        tokenizer = AutoTokenizer.from_pretrained(checkpoint)
        tokenizer.add_tokens([f"<added {index}>" for index in range(128, min(ROWS[name], 131))])
        tokenizer.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    path = folder / "adapter_config.json"
    saved = json.loads(path.read_text())
    saved["base_model_name_or_path"] = KINDS[name][0]
    for key in ("target_modules", "feedforward_modules"):
        if isinstance(saved.get(key), list):
            saved[key].sort()
    path.write_text(json.dumps(saved, indent=2) + "\n")
    for file in folder.iterdir():
        file.chmod(0o644)


def plain_part(families: pathlib.Path, folder: pathlib.Path, name: str):
    """The base with what a reader of plain LoRA on the blocks' linear modules would apply, by hand."""
    model = reference(families / KINDS[name][0])
    config = json.loads((folder / "adapter_config.json").read_text())
    tensors = load_file(folder / "adapter_model.safetensors")
    modules = dict(model.named_modules())
    for key, a in tensors.items():
        if not key.endswith("lora_A.weight") or "lm_head" in key:
            continue
        path = key.removeprefix("base_model.model.").removesuffix(".lora_A.weight")
        if path not in modules:
            continue
        scale = config["lora_alpha"] / (a.shape[0] ** 0.5 if config["use_rslora"] else a.shape[0])
        delta = scale * tensors[key.replace("lora_A", "lora_B")] @ a
        weight = modules[path].weight.data
        weight += delta.T if weight.shape != delta.shape or type(modules[path]).__name__ == "Conv1D" else delta
    return model


def expect(families: pathlib.Path, folder: pathlib.Path, name: str) -> None:
    checkpoint = families / KINDS[name][0]
    ids = [row["ids"] for row in json.loads((checkpoint / "expected.json").read_text())["sequences"]]
    if ROWS.get(name, 128) > 128:
        ids = [[*row[:-2], 127 + index % 2, 130] if len(row) > 4 else row for index, row in enumerate(ids)]
    # What is trained is met.
    tokens = KINDS[name][1].__dict__
    indices = tokens.get("trainable_token_indices") or tokens.get("token_indices") or []
    if isinstance(indices, dict):
        indices = [index for own in indices.values() for index in own]
    rows = ROWS.get(name, 128)
    ids = [[min(token, rows - 1) for token in row[:-3]] + (indices + row[-3:])[:3] if len(row) > 4 else row for row in ids]
    model = PeftModel.from_pretrained(base(families, name), folder).eval()
    values = expectations.logits(model, ids)
    fits = [[min(token, 127) for token in row] for row in ids]
    plain = expectations.logits(plain_part(families, folder, name), fits)
    rows = min(values[0].shape[1], plain[0].shape[1])
    ignored = apart([value[:, :rows] for value in values], [value[:, :rows] for value in plain])
    expectations.write(folder / "expected.json", ids, values, base=KINDS[name][0], ignored=ignored)
    rounding = apart(values, expectations.logits(model.double(), ids))
    names = sorted({k.split("layers.0.")[-1].split("h.0.")[-1] for k in load_file(folder / "adapter_model.safetensors")})
    size = sum(file.stat().st_size for file in folder.iterdir()) >> 10
    print(f"{name}: ignored {ignored:.2f}, rounding {rounding:.1e}, {size} KiB, {names}", flush=True)
    if name in PLAIN:
        assert ignored < 1e-4, name
    else:
        assert ignored > 0.1, name
    assert rounding < 3e-5, name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("names", nargs="*", help="only these")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    transformers.utils.logging.disable_progress_bar()
    for name in KINDS:
        if not arguments.names or name in arguments.names:
            save(arguments.families, arguments.out / name, name)
            expect(arguments.families, arguments.out / name, name)


if __name__ == "__main__":
    main()
