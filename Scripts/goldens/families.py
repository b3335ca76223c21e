"""Makes Tests/Goldens/families: a tiny random checkpoint of every model family, with transformers' logits.

    python3 -m pip install -r requirements.txt
    python3 families.py --out ../../Tests/Goldens/families [NAME …]

What each checkpoint is stands in family_variants.py. Every folder holds config.json, model.safetensors (bf16),
tokenizer.json, tokenizer_config.json and expected.json with expected.f32, laid out as expectations.py says: the logits
that transformers computes in fp32 with eager attention from the stored weights. The script checks that every switch it
sets moves the logits by far more than a test tolerates, and that fp32 is near enough to float64.
"""

import argparse
import copy
import json
import pathlib
import shutil
import warnings

import torch
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast
from transformers.activations import ACT2FN

import expectations
import smollm2_requests
from family_variants import VARIANTS, Variant

END = "<|endoftext|>"
# A test tolerates 1e-4; a switch that moves the logits by less than this would go unnoticed.
FELT = 2e-3
PROBE = "Q: hot\nA: cold\n\nQ: deep\nA:"


def tiny_tokenizer(size: int = 128) -> PreTrainedTokenizerFast:
    """Byte-level BPE with GPT-2's pattern whose alphabet is ASCII's printable characters and the newline."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = [chr(code) for code in range(0x21, 0x7F)] + ["Ġ", "Ċ"]
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=[END], initial_alphabet=alphabet, limit_alphabet=len(alphabet),
        show_progress=False,
    )
    bpe.train_from_iterator([row["context"] for row in smollm2_requests.requests()], trainer)
    assert bpe.get_vocab_size() == size
    return PreTrainedTokenizerFast(tokenizer_object=bpe, bos_token=END, eos_token=END)


def is_norm(module: torch.nn.Module) -> bool:
    return "Norm" in type(module).__name__


def adds_one(module: torch.nn.Module) -> bool:
    """Whether the norm multiplies by one plus its weight."""
    return type(module).__name__.startswith(("GemmaRMS", "Gemma2RMS", "Gemma3RMS", "NemotronLayerNorm"))


@torch.no_grad()
def randomise(model: torch.nn.Module, seed: int) -> None:
    """Weights large enough that attention and logits are far from flat; norms far from one, biases from nought."""
    generator = torch.Generator().manual_seed(seed)
    owners = dict(model.named_modules())
    for name, weight in sorted(model.named_parameters()):
        owner = owners[name.rpartition(".")[0]]
        if is_norm(owner) and name.endswith("weight"):
            weight.uniform_(*((-0.6, 0.6) if adds_one(owner) else (0.4, 1.6)), generator=generator)
        elif isinstance(owner, torch.nn.Embedding) or "lm_head" in name or "embed_out" in name:
            weight.normal_(0, 0.5, generator=generator)
        elif weight.ndim < 2:
            weight.normal_(0, 0.3, generator=generator)
        else:
            weight.normal_(0, 0.25, generator=generator)
        weight.copy_(weight.to(torch.bfloat16))


def reference(folder: pathlib.Path, **more):
    return AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", experts_implementation="eager", **more
    ).eval()


def apart(ours: list, others: list) -> float:
    return max(float(abs(a - b).max()) for a, b in zip(ours, others))


def check_switches(folder: pathlib.Path, variant: Variant, ids: list[list[int]], values: list) -> None:
    for change in variant.matters:
        other = reference(folder, config=variant.built(**change))
        moved = apart(values, expectations.logits(other, ids))
        assert moved > FELT, f"{folder.name}: {change} moves the logits by {moved} only"
    for name in variant.acts:
        other, swapped = reference(folder), 0
        for module in list(other.modules()):
            for key in ("act_fn", "activation_fn", "act"):
                if hasattr(module, key):
                    setattr(module, key, ACT2FN[name])
                    swapped += 1
        moved = apart(values, expectations.logits(other, ids))
        assert swapped and moved > FELT / 4, f"{folder.name}: {name} moves the logits by {moved} only"


def write_config(path: pathlib.Path, variant: Variant) -> None:
    config = json.loads(path.read_text())
    if variant.edit:
        config = variant.edit(config)
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def write_weights(path: pathlib.Path, variant: Variant) -> None:
    tensors = load_file(path)
    if variant.rename:
        tensors = {new: tensor for old, tensor in tensors.items() if (new := variant.rename(old)) is not None}
    if variant.restack:
        tensors = variant.restack(tensors)
    save_file(tensors | variant.leftovers, path, metadata={"format": "pt"})


def write_folder(out: pathlib.Path, name: str, tokenizer: PreTrainedTokenizerFast) -> None:
    variant, folder = VARIANTS[name], out / name
    seed = VARIANTS[variant.same_as or name].seed
    shutil.rmtree(folder, ignore_errors=True)
    model = AutoModelForCausalLM.from_config(variant.built(), dtype=torch.float32, attn_implementation="eager").eval()
    randomise(model, seed)
    copy.deepcopy(model).to(torch.bfloat16).save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    tokenizer.save_pretrained(folder)
    write_config(folder / "config.json", variant)
    write_weights(folder / "model.safetensors", variant)
    for file in folder.iterdir():
        file.chmod(0o644)
    assert AutoTokenizer.from_pretrained(folder).encode(PROBE) == tokenizer.encode(PROBE), name

    loaded = reference(folder)
    ids = expectations.sequences(tokenizer.vocab_size, seed)
    values = expectations.logits(loaded, ids)
    assert apart(values, expectations.logits(model, ids)) < 1e-6, name
    same_as = out / variant.same_as / "expected.f32" if variant.same_as else None
    expectations.write(folder / "expected.json", ids, values, same_as=same_as)
    check_switches(folder, variant, ids, values)
    rounding = apart(values, expectations.logits(reference(folder).double(), ids))
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{name}: {size // 1024} KB, logits to {max(abs(v).max() for v in values):.1f}, rounding {rounding:.1e}")
    assert rounding < 1.5e-5 and size < 200_000, f"{name}: another seed is needed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("names", nargs="*", help="only these (each after the one whose weights it has)")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    transformers.utils.logging.disable_progress_bar()
    tokenizer = tiny_tokenizer()
    for name in arguments.names or VARIANTS:
        write_folder(arguments.out, name, tokenizer)


if __name__ == "__main__":
    main()
