"""Reads a GGUF of architecture `gemma3` into a transformers model.

Used by gemma3.py; nothing to run. The weights are dequantised to fp32 by the `gguf` package, and the one that the
converter adds to every norm is taken off again. Versions: see requirements.txt.
"""

import numpy as np
import torch
from gguf import GGUFReader
from gguf.quants import dequantize
from transformers import Gemma3ForCausalLM, Gemma3TextConfig

import gguf_llama

BLOCK_NAMES = gguf_llama.BLOCK_NAMES | {
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "post_attention_norm": "post_attention_layernorm",
    "ffn_norm": "pre_feedforward_layernorm",
    "post_ffw_norm": "post_feedforward_layernorm",
}
# What a GGUF leaves to its reader (llama.cpp's gemma3): every sixth layer is full, the others rotate by 10,000.
PATTERN, LOCAL_BASE, LARGEST = 6, 10_000.0, 62


def hf_name(name: str) -> str:
    if not name.startswith("blk."):
        return gguf_llama.hf_name(name)
    _, layer, part, _ = name.split(".")
    return f"model.layers.{layer}.{BLOCK_NAMES[part]}.weight"


def state_dict(reader: GGUFReader) -> dict[str, torch.Tensor]:
    """fp32 weights under Hugging Face's names; a norm's weight is what is added to one."""
    weights = {}
    for tensor in reader.tensors:
        values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        values = values.reshape(tuple(int(n) for n in reversed(tensor.shape)))
        weights[hf_name(tensor.name)] = torch.from_numpy(values - 1 if "norm" in tensor.name else values)
    return weights


def model(reader: GGUFReader) -> Gemma3ForCausalLM:
    """A Gemma3ForCausalLM in fp32 and evaluation mode, with eager attention (no rotary scaling, no caps)."""
    meta = gguf_llama.metadata(reader)
    # What is not built here must not be there.
    assert not {key for key in meta if "rope.scaling" in key or "softcapping" in key}
    weights = state_dict(reader)
    layers, width = meta["gemma3.block_count"], meta["gemma3.attention.key_length"]
    assert layers != LARGEST and width == meta["gemma3.attention.value_length"]
    config = Gemma3TextConfig(
        vocab_size=weights["model.embed_tokens.weight"].shape[0],
        hidden_size=meta["gemma3.embedding_length"],
        intermediate_size=meta["gemma3.feed_forward_length"],
        num_hidden_layers=layers,
        num_attention_heads=meta["gemma3.attention.head_count"],
        num_key_value_heads=meta["gemma3.attention.head_count_kv"],
        head_dim=width,
        query_pre_attn_scalar=width,
        max_position_embeddings=meta["gemma3.context_length"],
        rms_norm_eps=meta["gemma3.attention.layer_norm_rms_epsilon"],
        sliding_window=meta["gemma3.attention.sliding_window"],
        layer_types=["full_attention" if (i + 1) % PATTERN == 0 else "sliding_attention" for i in range(layers)],
        rope_parameters={
            "full_attention": {"rope_type": "default", "rope_theta": meta["gemma3.rope.freq_base"]},
            "sliding_attention": {"rope_type": "default", "rope_theta": LOCAL_BASE},
        },
        bos_token_id=meta["tokenizer.ggml.bos_token_id"],
        eos_token_id=meta["tokenizer.ggml.eos_token_id"],
        pad_token_id=meta["tokenizer.ggml.padding_token_id"],
        tie_word_embeddings=True,
        attn_implementation="eager",
    )
    config.dtype = torch.float32
    built = Gemma3ForCausalLM(config)
    missing, unexpected = built.load_state_dict(weights, strict=False)
    assert not unexpected and set(missing) == {"lm_head.weight"}, (missing, unexpected)
    built.tie_weights()
    return built.eval()
