"""Makes Tests/Goldens/families/NAME/adapter: a LoRA adapter by peft on a checkpoint of every family, with its logits.

    python3 -m pip install -r requirements.txt
    python3 family_adapters.py --families ../../Tests/Goldens/families [NAME …]

After families.py. `adapter` has the modules of peft's default table (`target_modules` None) or, where that has no
entry, every linear module by name; `adapter-parameters` has tensors of all experts besides, by peft's
target_parameters; `adapter-all` has every linear module where `adapter` has only the default ones and
the family fuses or names its projections in a way of its own. Each is saved by peft, read back by peft, and run
unmerged in fp32; expected.json is laid out as expectations.py says, with the sequences of the checkpoint.
"""

import argparse
import copy
import json
import pathlib
import shutil
import warnings

import torch
import transformers
from peft import LoraConfig, PeftModel
from safetensors.torch import load_file, save_file

import adapters
import expectations
from families import apart, reference

PLAIN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
NOT_GATED = ["q_proj", "k_proj", "v_proj", "o_proj", "up_proj", "down_proj"]
# The text's modules only, as fine-tuners of the wrapper write them.
TEXT = r".*language_model.*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"

# None: peft's default for the model type.
ADAPTERS: dict[tuple[str, str], list[str] | str | None] = {
    ("llama-bias", "adapter"): None,
    ("mistral", "adapter"): None,
    ("mistral-null", "adapter"): None,
    ("ministral", "adapter"): PLAIN,
    ("ministral3", "adapter"): PLAIN,
    ("qwen2", "adapter"): None,
    ("qwen3", "adapter"): None,
    ("gemma", "adapter"): None,
    ("gemma2", "adapter"): None,
    ("gemma3", "adapter"): None,
    ("gemma3-wrapper", "adapter"): TEXT,
    ("phi", "adapter"): None,
    ("phi", "adapter-all"): ["q_proj", "k_proj", "v_proj", "dense", "fc1", "fc2"],
    ("phi3", "adapter"): ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"],
    ("olmo", "adapter"): PLAIN,
    ("olmo2", "adapter"): PLAIN,
    ("olmo3", "adapter"): PLAIN,
    ("granite", "adapter"): PLAIN,
    ("granitemoehybrid", "adapter"): ["q_proj", "k_proj", "v_proj", "o_proj", "input_linear", "output_linear"],
    ("smollm3", "adapter"): PLAIN,
    ("gpt2", "adapter"): None,
    ("gpt2", "adapter-all"): ["c_attn", "c_proj", "c_fc"],
    ("gpt_neox", "adapter"): None,
    ("gpt_neox", "adapter-all"): ["query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"],
    ("opt", "adapter"): None,
    ("opt", "adapter-all"): ["q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2"],
    ("starcoder2-full", "adapter"): ["q_proj", "k_proj", "v_proj", "o_proj", "c_fc", "c_proj"],
    ("stablelm", "adapter"): None,
    ("stablelm-qk", "adapter"): PLAIN,
    ("cohere", "adapter"): PLAIN,
    ("cohere2", "adapter"): PLAIN,
    ("glm", "adapter"): ["q_proj", "k_proj", "v_proj", "o_proj", "gate_up_proj", "down_proj"],
    ("glm4", "adapter"): ["q_proj", "k_proj", "v_proj", "o_proj", "gate_up_proj", "down_proj"],
    ("exaone4", "adapter"): PLAIN,
    ("arcee", "adapter"): NOT_GATED,
    ("nemotron", "adapter"): NOT_GATED,
    ("apertus", "adapter"): NOT_GATED,
    ("seed_oss", "adapter"): PLAIN,
    ("hunyuan_v1_dense", "adapter"): PLAIN,
    ("ernie4_5", "adapter"): PLAIN,
    ("helium", "adapter"): PLAIN,
}
ADAPTERS |= {
    ("qwen3_moe", "adapter-parameters"): ["q_proj", "v_proj"],
    ("qwen3_moe-mixed", "adapter-parameters"): ["o_proj"],
    ("granitemoe", "adapter-parameters"): ["q_proj"],
    ("qwen2_moe", "adapter"): [
        "q_proj", "v_proj", "shared_expert.gate_proj", "shared_expert.up_proj", "shared_expert.down_proj",
        "shared_expert_gate",
    ],
    ("olmoe", "adapter"): ["q_proj", "k_proj", "v_proj", "o_proj"],
    # Names of transformers 4, of which peft makes parameters.
    ("qwen3_moe", "adapter-all"): ["q_proj", "v_proj", "gate", "gate_proj", "up_proj", "down_proj"],
    ("mixtral", "adapter-all"): ["q_proj", "v_proj", "gate", "w1", "w2", "w3"],
}
# peft adapts parameters without dropout.
STACKED = {"qwen3_moe": ["adapter-all"], "mixtral": ["adapter-all"]}
PARAMETERS = {
    "qwen3_moe": ["mlp.experts.gate_up_proj", "mlp.experts.down_proj"],
    "qwen3_moe-mixed": ["mlp.experts.gate_up_proj", "mlp.gate.weight"],
    "granitemoe": ["experts.gate_up_proj", "experts.down_proj"],
}
# Seeds with which fp32 is near to float64, where 1 is none.
SEEDS = {"mistral-null": 2, "ministral3": 2, "phi3": 2, "smollm3": 6, "stablelm": 2, "ernie4_5": 3}


def write(families: pathlib.Path, name: str, kind: str) -> None:
    checkpoint, folder, modules = families / name, families / name / kind, ADAPTERS[name, kind]
    parameters = PARAMETERS[name] if kind == "adapter-parameters" else None
    has_dropout = parameters is None and kind not in STACKED.get(name, ())
    config = LoraConfig(
        task_type="CAUSAL_LM", r=2, lora_alpha=4, lora_dropout=0.05 if has_dropout else 0.0,
        target_modules=copy.copy(modules), target_parameters=parameters, fan_in_fan_out=name.startswith("gpt2"),
    )
    adapters.save(folder, reference(checkpoint), config, SEEDS.get(name, 1), named=name)
    saved = json.loads((folder / "adapter_config.json").read_text())["target_modules"]
    tensors = load_file(folder / "adapter_model.safetensors")
    if isinstance(saved, list) and not parameters:
        assert all(any(f".{module}.lora_B" in tensor for tensor in tensors) for module in saved), (name, saved)

    ids = [row["ids"] for row in json.loads((checkpoint / "expected.json").read_text())["sequences"]]
    model = PeftModel.from_pretrained(reference(checkpoint), folder).eval()
    values = expectations.logits(model, ids)
    expectations.write(folder / "expected.json", ids, values)
    moved = apart(values, expectations.logits(reference(checkpoint), ids))
    merged = apart(values, expectations.logits(copy.deepcopy(model).merge_and_unload(), ids))
    rounding = apart(values, expectations.logits(model.double(), ids))
    print(f"{name}/{kind}: {saved}, moves the logits by {moved:.1f}, merged {merged:.1e}, rounding {rounding:.1e}")
    assert moved > 0.1 and merged < 5e-5 and rounding < 1.5e-5, f"{name}/{kind}: another seed is needed"


def write_older_wrapper(families: pathlib.Path) -> None:
    """The adapter of gemma3-wrapper as transformers before 4.52 named the modules."""
    source, folder = families / "gemma3-wrapper/adapter", families / "gemma3-wrapper-older/adapter"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(source / "adapter_config.json", folder)
    tensors = load_file(source / "adapter_model.safetensors")
    old, new = "base_model.model.language_model.model.", "base_model.model.model.language_model."
    assert all(name.startswith(new) for name in tensors)
    save_file(
        {old + name.removeprefix(new): tensor for name, tensor in tensors.items()},
        folder / "adapter_model.safetensors", metadata={"format": "pt"},
    )
    (folder / "adapter_model.safetensors").chmod(0o644)
    ids = [row["ids"] for row in json.loads((source / "expected.json").read_text())["sequences"]]
    values = expectations.logits(PeftModel.from_pretrained(reference(source.parent), source).eval(), ids)
    expectations.write(folder / "expected.json", ids, values, same_as=source / "expected.f32")


def write_older_parameters(families: pathlib.Path) -> None:
    """The adapter of qwen3_moe as peft before 0.18 kept it: the axes of the experts' tensors the other way round."""
    source, folder = families / "qwen3_moe/adapter-parameters", families / "qwen3_moe/adapter-parameters-older"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(source / "adapter_config.json", folder)
    tensors, older, experts = load_file(source / "adapter_model.safetensors"), {}, 6
    for name, b in tensors.items():
        if ".experts." not in name or "lora_B" not in name:
            older.setdefault(name, b)
            continue
        a = tensors[name.replace("lora_B", "lora_A")]
        rank = a.shape[0] // experts
        older[name.replace("lora_B", "lora_A")] = torch.cat([b[:, expert::experts].T for expert in range(experts)])
        rows = [a[expert * rank + index] for index in range(rank) for expert in range(experts)]
        older[name] = torch.stack(rows, dim=1)
    older = {name: tensor.contiguous() for name, tensor in older.items()}
    save_file(older, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    (folder / "adapter_model.safetensors").chmod(0o644)
    document = json.loads((source / "expected.json").read_text())
    document["logits"] = "../adapter-parameters/expected.f32"
    (folder / "expected.json").write_text(json.dumps(document) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", type=pathlib.Path, required=True)
    parser.add_argument("names", nargs="*", help="only on these")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    transformers.utils.logging.disable_progress_bar()
    for name, kind in ADAPTERS:
        if not arguments.names or name in arguments.names:
            write(arguments.families, name, kind)
    if not arguments.names or "gemma3-wrapper" in arguments.names:
        write_older_wrapper(arguments.families)
    if not arguments.names or "qwen3_moe" in arguments.names:
        write_older_parameters(arguments.families)


if __name__ == "__main__":
    main()
