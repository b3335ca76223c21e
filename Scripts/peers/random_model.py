"""Writes a model of random parameters, for measuring memory and speed: random_model.py SMOLLM2.gguf OUT.gguf [SHAPE [TYPE]]

SHAPE is llama-1.5b (the default; 29 layers of 2,048), qwen2.5-1.5b or llama-3.2-3b: the widths, heads, layers, vocabulary and tied
embedding of the models of these names, all as a llama; or four layers, with a tied embedding, of qwen3-30b-a3b (128 experts, 8 of them a
row) or of qwen3-a3b-dense, which is that with one MLP as wide as 8 experts. TYPE is Q8_0 (the default), Q4_K or BF16. The tokenizer is that of the given file. What it says
means nothing; that it costs what such a model costs is what counts. Tensors are written as they are drawn, so that this takes little
memory itself. Needs numpy and gguf.
"""

import sys
from typing import NamedTuple

import numpy as np
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter

CONTEXT = 4096


class Shape(NamedTuple):
    hidden: int
    layers: int
    heads: int
    key_value_heads: int
    feed_forward: int
    vocabulary: int
    architecture: str = "llama"
    head: int | None = None
    experts: int = 0
    chosen: int = 0


SHAPES = {
    "qwen3-30b-a3b": Shape(2048, 4, 32, 4, 768, 151936, "qwen3moe", 128, 128, 8),
    "qwen3-a3b-dense": Shape(2048, 4, 32, 4, 8 * 768, 151936, "qwen3", 128),
    "llama-1.5b": Shape(2048, 29, 32, 8, 6144, 49152),
    "qwen2.5-1.5b": Shape(1536, 28, 12, 2, 8960, 151936),
    "llama-3.2-3b": Shape(3072, 28, 24, 8, 8192, 128256),
}
# Numbers a block, bytes a block.
TYPES = {"Q8_0": (32, 34), "Q4_K": (256, 144), "BF16": (1, 2)}


def copy_tokenizer(reader, writer):
    for name, field in reader.fields.items():
        if not name.startswith("tokenizer."):
            continue
        kind = field.types[0]
        value = field.contents()
        if kind == GGUFValueType.ARRAY:
            writer.add_array(name, value)
        else:
            writer.add_key_value(name, value, kind)


def random_tensor(random, kind, rows, columns):
    """Weights with a deviation of about 1 / sqrt(columns), as the file holds them."""
    numbers, size = TYPES[kind]
    blocks = np.empty((rows * columns // numbers, size), dtype=np.uint8)
    deviation = 1 / np.sqrt(columns)

    def half(value):
        return np.frombuffer(np.float16(value).tobytes(), dtype=np.uint8)

    if kind == "Q8_0":  # a scale, then 32 signed bytes, uniform over ±127
        blocks[:, :2] = half(deviation / 73.3)
        blocks[:, 2:] = random.integers(-127, 128, size=(blocks.shape[0], 32), dtype=np.int8).view(np.uint8)
    elif kind == "Q4_K":  # two scales, 12 bytes of 6-bit scales and minima, 256 numbers of 0 to 15
        blocks[:] = random.integers(0, 256, size=blocks.shape, dtype=np.uint8)
        blocks[:, :2] = half(deviation / 170)
        blocks[:, 2:4] = half(deviation / 24)
    else:
        values = (random.standard_normal(blocks.shape[0], dtype=np.float32) * np.float32(deviation)).view(np.uint32)
        blocks[:] = (values >> 16).astype(np.uint16).view(np.uint8).reshape(-1, 2)
    return blocks.reshape(rows, columns // numbers * size)


def main():
    source, out = sys.argv[1:3]
    shape_name, kind = (sys.argv[3:] + ["llama-1.5b", "Q8_0"][len(sys.argv) - 3:])[:2]
    shape = SHAPES[shape_name]
    hidden, layers, heads, key_value_heads, feed_forward, vocabulary = shape[:6]
    head = shape.head or hidden // heads
    numbers, size = TYPES[kind]
    reader = GGUFReader(source)
    writer = GGUFWriter(out, shape.architecture)
    writer.add_name(f"random {shape_name} {kind}")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(hidden)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(feed_forward)
    writer.add_head_count(heads)
    writer.add_head_count_kv(key_value_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(head)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_vocab_size(vocabulary)
    if shape.experts:
        writer.add_expert_count(shape.experts)
        writer.add_expert_used_count(shape.chosen)
        writer.add_expert_feed_forward_length(feed_forward)
    copy_tokenizer(reader, writer)

    key_value = head * key_value_heads
    shapes = [("token_embd.weight", vocabulary, hidden), ("output_norm.weight", hidden, None)]
    for layer in range(layers):
        shapes += [
            (f"blk.{layer}.{name}.weight", rows, columns)
            for name, rows, columns in [
                ("attn_norm", hidden, None), ("attn_q", head * heads, hidden), ("attn_k", key_value, hidden),
                ("attn_v", key_value, hidden), ("attn_output", hidden, head * heads), ("ffn_norm", hidden, None),
            ]
            + ([("attn_q_norm", head, None), ("attn_k_norm", head, None)] if shape.head else [])
            + ([("ffn_gate_inp", shape.experts, hidden)] if shape.experts else [])
            + [
                (name + "_exps" * bool(shape.experts), max(1, shape.experts) * rows, columns)
                for name, rows, columns in [
                    ("ffn_gate", feed_forward, hidden), ("ffn_up", feed_forward, hidden),
                    ("ffn_down", hidden, feed_forward),
                ]
            ]
        ]
    parameters = 0
    for name, rows, columns in shapes:
        parameters += rows * (columns or 1)
        if "_exps" in name:
            bytes_a_row = columns // numbers * size
            writer.add_tensor_info(
                name, (shape.experts, rows // shape.experts, bytes_a_row), np.dtype(np.uint8), rows * bytes_a_row,
                raw_dtype=GGMLQuantizationType[kind])
        elif columns is None:
            writer.add_tensor_info(name, (rows,), np.dtype(np.float32), rows * 4)
        else:
            bytes_a_row = columns // numbers * size
            writer.add_tensor_info(
                name, (rows, bytes_a_row), np.dtype(np.uint8), rows * bytes_a_row, raw_dtype=GGMLQuantizationType[kind])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    random = np.random.default_rng(1)
    for name, rows, columns in shapes:
        tensor = np.ones(rows, dtype=np.float32) if columns is None else random_tensor(random, kind, rows, columns)
        writer.write_tensor_data(tensor)
    writer.close()
    print(f"{out}: {parameters / 1e9:.2f} billion parameters")


if __name__ == "__main__":
    main()
