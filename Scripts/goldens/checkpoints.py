"""Makes Tests/Goldens/checkpoints: tiny random llama checkpoints, as Hugging Face folders and GGUF, with their logits.

    python3 -m pip install -r requirements.txt
    python3 checkpoints.py --out ../../Tests/Goldens/checkpoints

The logits are transformers' in fp32 (eager attention) on the stored weights, dequantised to fp32. The layout of the
files is in expectations.py.
"""

import argparse
import json
import math
import pathlib
import shutil

import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter, LlamaFileType, TokenType
from gguf.quants import quantize
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

import expectations
import gguf_llama
import smollm2_requests

END, BEGIN = "<|endoftext|>", "<|begin_of_text|>"


def trained_tokenizer(size: int, with_bos: bool) -> PreTrainedTokenizerFast:
    """Byte-level BPE with GPT-2's pattern, trained on the prose and shots of smollm2_requests.py."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[END, BEGIN] if with_bos else [END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator([row["context"] for row in smollm2_requests.requests()], trainer)
    if with_bos:
        bpe.post_processor = processors.TemplateProcessing(
            single=f"{BEGIN} $A", pair=f"{BEGIN} $A $B", special_tokens=[(BEGIN, bpe.token_to_id(BEGIN))]
        )
    return PreTrainedTokenizerFast(tokenizer_object=bpe, bos_token=BEGIN if with_bos else END, eos_token=END)


def random_model(config: LlamaConfig, seed: int) -> LlamaForCausalLM:
    """Weights large enough that attention and logits are far from flat; norms differ from one."""
    generator = torch.Generator().manual_seed(seed)
    built = LlamaForCausalLM(config)
    with torch.no_grad():
        for name, weight in sorted(built.named_parameters()):
            if "norm" in name:
                weight.uniform_(0.5, 1.5, generator=generator)
            elif "embed_tokens" in name or "lm_head" in name:
                weight.normal_(0, 0.5, generator=generator)
            else:
                weight.normal_(0, 0.25, generator=generator)
    return built.eval()


def reference(folder: pathlib.Path) -> LlamaForCausalLM:
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()


def texts(tokenizer) -> list[dict]:
    return [{"text": text, "ids": tokenizer.encode(text)} for text in expectations.TEXTS]


def write_folder(folder: pathlib.Path, config: LlamaConfig, tokenizer, seed: int, dtype, shard="200KB", edit=None):
    shutil.rmtree(folder, ignore_errors=True)
    random_model(config, seed).to(dtype).save_pretrained(folder, max_shard_size=shard)
    tokenizer.save_pretrained(folder)
    (folder / "generation_config.json").unlink()
    if edit:
        path = folder / "config.json"
        path.write_text(json.dumps(edit(json.loads(path.read_text())), indent=2, sort_keys=True) + "\n")
    for file in folder.iterdir():
        file.chmod(0o644)
    reloaded = AutoTokenizer.from_pretrained(folder)
    assert texts(reloaded) == texts(tokenizer)
    ids = expectations.sequences(config.vocab_size, seed)
    values = expectations.logits(reference(folder), ids)
    expectations.write(folder / "expected.json", ids, values, texts=texts(reloaded))


def older_spelling(config: dict) -> dict:
    """config.json as transformers 4 wrote it; without num_key_value_heads and head_dim, as the first llamas had it."""
    config["torch_dtype"] = config.pop("dtype")
    config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
    config["rope_scaling"] = None
    del config["num_key_value_heads"], config["head_dim"]
    return config


def rope_factors(config: LlamaConfig) -> np.ndarray:
    """What each rotary frequency is divided by (llama-3 scaling), as convert_hf_to_gguf writes `rope_freqs.weight`."""
    rope = config.rope_parameters
    low, high, factor = rope["low_freq_factor"], rope["high_freq_factor"], rope["factor"]
    context, factors = rope["original_max_position_embeddings"], []
    for i in range(0, config.head_dim, 2):
        wavelength = 2 * math.pi * rope["rope_theta"] ** (i / config.head_dim)
        if wavelength < context / high:
            factors.append(1.0)
        elif wavelength > context / low:
            factors.append(factor)
        else:
            smooth = (context / wavelength - low) / (high - low)
            factors.append(1 / ((1 - smooth) / factor + smooth))
    return np.array(factors, dtype=np.float32)


def write_gguf(path: pathlib.Path, folder: pathlib.Path, kind: GGMLQuantizationType, add_bos: bool) -> None:
    """The folder's checkpoint as convert_hf_to_gguf lays it out: matrices of `kind`, norms in F32, q and k permuted."""
    source, tokenizer = reference(folder), AutoTokenizer.from_pretrained(folder)
    config = source.config
    writer = GGUFWriter(path, "llama")
    writer.add_name(path.stem)
    writer.add_file_type(LlamaFileType[{"F32": "ALL_F32"}.get(kind.name, f"MOSTLY_{kind.name}")])
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_rope_dimension_count(config.head_dim)
    if config.head_dim * config.num_attention_heads != config.hidden_size:
        writer.add_key_length(config.head_dim)
        writer.add_value_length(config.head_dim)
    writer.add_vocab_size(config.vocab_size)

    special = set(tokenizer.all_special_ids)
    vocabulary = {id: token for token, id in tokenizer.get_vocab().items()}
    tokens = [vocabulary.get(i, f"[PAD{i}]") for i in range(config.vocab_size)]
    kinds = [
        TokenType.UNUSED if i not in vocabulary else TokenType.CONTROL if i in special else TokenType.NORMAL
        for i in range(config.vocab_size)
    ]
    merges = json.loads((folder / "tokenizer.json").read_text())["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_bos_token_id(tokenizer.bos_token_id)
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_add_bos_token(add_bos)

    if config.rope_parameters["rope_type"] == "llama3":
        writer.add_tensor("rope_freqs.weight", rope_factors(config))
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    for name, weight in source.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        values, projection = weight.numpy(), name.split(".")[-2]
        if projection in heads:
            values = gguf_llama.permute(values, heads[projection])
        if values.ndim == 1 or kind == GGMLQuantizationType.F32:
            writer.add_tensor(gguf_llama.gguf_name(name), np.ascontiguousarray(values))
        else:
            writer.add_tensor(gguf_llama.gguf_name(name), quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def expect_gguf(path: pathlib.Path, folder: pathlib.Path, exact: bool) -> None:
    """Expects of the file what the folder's model gives with the file's weights; `exact` where none was rounded."""
    reader = GGUFReader(path)
    weights, loaded = gguf_llama.state_dict(reader), reference(folder)
    if exact:
        own = loaded.state_dict()
        assert all(torch.equal(weight, own[name]) for name, weight in weights.items())
    missing, unexpected = loaded.load_state_dict(weights, strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight"}
    loaded.tie_weights()
    tokenizer = gguf_llama.tokenizer(reader)
    assert texts(tokenizer) == texts(AutoTokenizer.from_pretrained(folder))
    ids = [row["ids"] for row in json.loads((folder / "expected.json").read_text())["sequences"]]
    expectations.write(
        path.with_suffix(".expected.json"),
        ids,
        expectations.logits(loaded, ids),
        same_as=folder / "expected.f32" if exact else None,
        texts=texts(tokenizer),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    plain, with_bos = trained_tokenizer(360, False), trained_tokenizer(360, True)

    tied = LlamaConfig(
        vocab_size=360, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=256, rms_norm_eps=1e-5, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, bos_token_id=0, eos_token_id=0,
    )
    write_folder(out / "llama-tied", tied, plain, 1, torch.float32)

    # 24 rows of padding past the tokenizer's 360 tokens; head_dim is not hidden_size / heads.
    llama3 = {
        "rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64,
    }
    untied = LlamaConfig(
        vocab_size=384, hidden_size=40, intermediate_size=72, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=16, max_position_embeddings=512, rms_norm_eps=1e-6,
        tie_word_embeddings=False, rope_parameters=llama3, bos_token_id=1, eos_token_id=[0, 1],
    )
    write_folder(out / "llama-untied", untied, with_bos, 2, torch.bfloat16, shard="70KB")

    half = LlamaConfig(
        vocab_size=360, hidden_size=24, intermediate_size=56, num_hidden_layers=3, num_attention_heads=3,
        num_key_value_heads=3, max_position_embeddings=256, rms_norm_eps=1e-5, tie_word_embeddings=False,
        rope_parameters={"rope_type": "default", "rope_theta": 50000.0}, bos_token_id=0, eos_token_id=0,
    )
    write_folder(out / "llama-f16", half, plain, 3, torch.float16, edit=older_spelling)

    for name, folder, kind, exact, add_bos in (
        ("llama-tied", "llama-tied", GGMLQuantizationType.F32, True, False),
        ("llama-tied-f16", "llama-tied", GGMLQuantizationType.F16, False, False),
        ("llama-tied-q8_0", "llama-tied", GGMLQuantizationType.Q8_0, False, False),
        ("llama-untied", "llama-untied", GGMLQuantizationType.BF16, True, True),
    ):
        path = out / f"{name}.gguf"
        write_gguf(path, out / folder, kind, add_bos)
        expect_gguf(path, out / folder, exact)


if __name__ == "__main__":
    main()
