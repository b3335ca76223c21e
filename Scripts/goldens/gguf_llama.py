"""Reads a GGUF of architecture `llama` into a transformers model and a fast tokenizer.

Used by the other scripts of this folder; nothing to run. The weights are dequantised to fp32 by the `gguf` package, the
rows of q and k go back to Hugging Face's order, and the tokenizer is built from the vocabulary in the file. Versions:
see requirements.txt.
"""

import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

CONTROL, USER_DEFINED = 3, 4

BLOCK_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def permute(rows: np.ndarray, heads: int) -> np.ndarray:
    """Hugging Face's row order to GGUF's (halves to pairs), as llama.cpp's convert_hf_to_gguf does."""
    return rows.reshape(heads, 2, rows.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(rows.shape)


def unpermute(rows: np.ndarray, heads: int) -> np.ndarray:
    """GGUF's row order (pairs) back to Hugging Face's (halves)."""
    return rows.reshape(heads, rows.shape[0] // heads // 2, 2, -1).swapaxes(1, 2).reshape(rows.shape)


def hf_name(name: str) -> str:
    if name == "token_embd.weight":
        return "model.embed_tokens.weight"
    if name == "output_norm.weight":
        return "model.norm.weight"
    if name == "output.weight":
        return "lm_head.weight"
    _, layer, part, _ = name.split(".")
    return f"model.layers.{layer}.{BLOCK_NAMES[part]}.weight"


def gguf_name(name: str) -> str:
    if name == "model.embed_tokens.weight":
        return "token_embd.weight"
    if name == "model.norm.weight":
        return "output_norm.weight"
    if name == "lm_head.weight":
        return "output.weight"
    layer, _, rest = name.removeprefix("model.layers.").partition(".")
    part = next(g for g, h in BLOCK_NAMES.items() if f"{h}.weight" == rest)
    return f"blk.{layer}.{part}.weight"


def metadata(reader: GGUFReader) -> dict:
    return {key: field.contents() for key, field in reader.fields.items()}


def state_dict(reader: GGUFReader) -> dict[str, torch.Tensor]:
    """fp32 weights under Hugging Face's names and in its row order; `rope_freqs.weight` is left out."""
    meta = metadata(reader)
    heads = meta["llama.attention.head_count"]
    kv_heads = meta.get("llama.attention.head_count_kv", heads)
    weights = {}
    scales = {tensor.name: tensor.data for tensor in reader.tensors if tensor.name.endswith(".scale")}
    for tensor in reader.tensors:
        if tensor.name == "rope_freqs.weight" or tensor.name.endswith("scale"):
            continue
        values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        values = values.reshape(tuple(int(n) for n in reversed(tensor.shape)))
        values = values * scales.get(tensor.name.removesuffix("weight") + "scale", np.float32(1))
        if tensor.name.endswith("attn_q.weight"):
            values = unpermute(values, heads)
        elif tensor.name.endswith("attn_k.weight"):
            values = unpermute(values, kv_heads)
        weights[hf_name(tensor.name)] = torch.from_numpy(np.ascontiguousarray(values))
    return weights


def model(reader: GGUFReader) -> LlamaForCausalLM:
    """A LlamaForCausalLM in fp32 and evaluation mode (plain rotary embedding only)."""
    meta = metadata(reader)
    weights = state_dict(reader)
    tied = "lm_head.weight" not in weights
    heads = meta["llama.attention.head_count"]
    config = LlamaConfig(
        vocab_size=weights["model.embed_tokens.weight"].shape[0],
        hidden_size=meta["llama.embedding_length"],
        intermediate_size=meta["llama.feed_forward_length"],
        num_hidden_layers=meta["llama.block_count"],
        num_attention_heads=heads,
        num_key_value_heads=meta.get("llama.attention.head_count_kv", heads),
        head_dim=meta.get("llama.attention.key_length"),
        max_position_embeddings=meta["llama.context_length"],
        rms_norm_eps=meta["llama.attention.layer_norm_rms_epsilon"],
        rope_parameters={"rope_type": "default", "rope_theta": meta["llama.rope.freq_base"]},
        bos_token_id=meta.get("tokenizer.ggml.bos_token_id"),
        eos_token_id=meta.get("tokenizer.ggml.eos_token_id"),
        pad_token_id=meta.get("tokenizer.ggml.padding_token_id"),
        tie_word_embeddings=tied,
    )
    config.dtype = torch.float32
    built = LlamaForCausalLM(config)
    missing, unexpected = built.load_state_dict(weights, strict=False)
    assert not unexpected and set(missing) <= ({"lm_head.weight"} if tied else set()), (missing, unexpected)
    built.tie_weights()
    return built.eval()


def tokenizer(reader: GGUFReader) -> PreTrainedTokenizerFast:
    """Byte-level BPE as transformers would have it for the file's `tokenizer.ggml.pre`."""
    meta = metadata(reader)
    assert meta["tokenizer.ggml.model"] == "gpt2"
    tokens = meta["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in meta["tokenizer.ggml.merges"]]
    bpe = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    match meta["tokenizer.ggml.pre"]:
        case "gpt-2":
            bpe.pre_tokenizer = byte_level
        case "smollm":
            bpe.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level])
        case other:
            raise ValueError(f"pre-tokenizer {other} is not known here")
    bpe.decoder = decoders.ByteLevel()
    for token, kind in zip(tokens, meta["tokenizer.ggml.token_type"]):
        if kind == CONTROL:
            bpe.add_special_tokens([AddedToken(token, special=True, normalized=False)])
        elif kind == USER_DEFINED:
            bpe.add_tokens([AddedToken(token, normalized=False)])
    bos, eos = meta["tokenizer.ggml.bos_token_id"], meta["tokenizer.ggml.eos_token_id"]
    if meta.get("tokenizer.ggml.add_bos_token", False):
        bpe.post_processor = processors.TemplateProcessing(
            single=f"{tokens[bos]} $A", pair=f"{tokens[bos]} $A $B", special_tokens=[(tokens[bos], bos)]
        )
    return PreTrainedTokenizerFast(tokenizer_object=bpe, bos_token=tokens[bos], eos_token=tokens[eos])
