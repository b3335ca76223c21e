"""Makes Tests/Goldens/quantisation/llama-low-bits: a tiny llama in GGUF whose tensors are stored in every type of few bits.

    python3 -m pip install -r requirements.txt
    python3 low_bits.py --out ../../Tests/Goldens/quantisation

The blocks are random, with scales that make weights of a model: the gguf package decodes these types and does not make them all. The
logits in `llama-low-bits.expected.json` are transformers' in fp32 on the weights as gguf decodes them. The layout of the files is in
expectations.py.
"""

import argparse
import json
import pathlib

import numpy as np
import torch
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFReader, GGUFWriter, TokenType
from gguf.quants import dequantize

import checkpoints
import expectations
import gguf_llama
from quantisation import SCALES

HIDDEN, HEADS, KV_HEADS, HEAD, MIDDLE, VOCABULARY = 256, 4, 2, 16, 32, 300

# Rows of 256 hold any block, the others those of 32 and 64 weights.
SHAPES = {
    "attn_q": (HEADS * HEAD, HIDDEN), "attn_k": (KV_HEADS * HEAD, HIDDEN), "attn_v": (KV_HEADS * HEAD, HIDDEN),
    "attn_output": (HIDDEN, HEADS * HEAD), "ffn_gate": (MIDDLE, HIDDEN), "ffn_up": (MIDDLE, HIDDEN),
    "ffn_down": (HIDDEN, MIDDLE),
}
TYPES = {
    "token_embd": "Q2_K", "output": "IQ2_XXS",
    "blk.0": ["Q3_K", "IQ3_S", "IQ4_XS", "MXFP4", "IQ3_XXS", "IQ2_S", "IQ4_NL"],
    "blk.1": ["IQ2_XS", "TQ1_0", "TQ2_0", "NVFP4", "IQ1_S", "IQ1_M", "MXFP4"],
}


def stored(kind: GGMLQuantizationType, shape: tuple[int, int], spread: float, random) -> np.ndarray:
    """Random blocks whose weights have about the standard deviation `spread`."""
    weights, size = GGML_QUANT_SIZES[kind]
    data = random.integers(0, 256, (shape[0] * shape[1] // weights, size), dtype=np.uint8)

    def scaled(scale: float) -> np.ndarray:
        half = np.float16(scale).view(np.uint16)
        for offset, factor in zip(SCALES[kind.name], (1, 1.5)):
            data[:, offset:offset + 2] = np.float16(scale * factor).reshape(1).view(np.uint8)
        if kind == GGMLQuantizationType.MXFP4:
            data[:, 0] = 127 + round(np.log2(scale))
        if kind == GGMLQuantizationType.NVFP4:
            data[:, :4] = 56 + 8 * round(np.log2(scale)) + random.integers(0, 8, (len(data), 4))
        if kind == GGMLQuantizationType.IQ1_M:
            for word in range(4):
                data[:, 49 + 2 * word] = data[:, 49 + 2 * word] & 0x0F | int(half >> 4 * word & 15) << 4
        return dequantize(data, kind)

    scaled(spread / float(scaled(1).std()))
    return data.reshape(shape[0], -1)


def write(path: pathlib.Path, tensors: dict) -> None:
    writer = GGUFWriter(path, "llama")
    writer.add_block_count(2)
    writer.add_context_length(256)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(MIDDLE)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(HEAD)
    writer.add_value_length(HEAD)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(HEAD)
    writer.add_vocab_size(VOCABULARY)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    trained = json.loads(checkpoints.trained_tokenizer(VOCABULARY, False).backend_tokenizer.to_str())["model"]
    tokens = sorted(trained["vocab"], key=trained["vocab"].get)
    assert tokens[0] == checkpoints.END and len(tokens) == VOCABULARY
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType.CONTROL] + [TokenType.NORMAL] * (VOCABULARY - 1))
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in trained["merges"]])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(False)
    for name, (data, kind) in tensors.items():
        writer.add_tensor(name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    random = np.random.default_rng(31)
    tensors = {}

    def matrix(name: str, kind: str, shape: tuple[int, int], spread: float) -> None:
        kind = GGMLQuantizationType[kind]
        tensors[f"{name}.weight"] = (stored(kind, shape, spread, random), kind)

    def norm(name: str) -> None:
        tensors[f"{name}.weight"] = (random.uniform(0.5, 1.5, HIDDEN).astype(np.float32), GGMLQuantizationType.F32)

    matrix("token_embd", TYPES["token_embd"], (VOCABULARY, HIDDEN), 0.5)
    for block in ("blk.0", "blk.1"):
        norm(f"{block}.attn_norm")
        for (name, shape), kind in zip(SHAPES.items(), TYPES[block]):
            matrix(f"{block}.{name}", kind, shape, 0.1)
        norm(f"{block}.ffn_norm")
    # NVFP4's scale of the whole matrix, and what has no effect on it.
    for name, scale in (("scale", 0.7), ("input_scale", 3)):
        tensors[f"blk.1.attn_output.{name}"] = (np.array([scale], np.float32), GGMLQuantizationType.F32)
    norm("output_norm")
    matrix("output", TYPES["output"], (VOCABULARY, HIDDEN), 0.1)

    whole = out / "llama-low-bits.gguf"
    write(whole, tensors)
    model = gguf_llama.model(GGUFReader(whole))
    ids = expectations.sequences(VOCABULARY, 31)
    expectations.write(whole.with_suffix(".expected.json"), ids, expectations.logits(model, ids))


if __name__ == "__main__":
    main()
