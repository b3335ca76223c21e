"""Writes a llama of 1.5 billion random parameters in Q8_0, for measuring memory and speed: random_model.py SMOLLM2.gguf OUT.gguf

Hidden size 2,048, 29 layers, 32 query and 8 key-value heads, feed-forward 6,144, tied embedding of 49,152: 1.50 billion parameters in
1.6 GB. The tokenizer is that of the given file. What it says means nothing; that it costs what such a model costs is what counts.
Blocks are written as they are drawn, so that this takes little memory itself. Needs numpy and gguf.
"""

import sys

import numpy as np
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter

HIDDEN, LAYERS, HEADS, KEY_VALUE_HEADS, FEED_FORWARD, CONTEXT = 2048, 29, 32, 8, 6144, 4096
BLOCK = 32


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


def random_blocks(random, rows, columns):
    """Q8_0: a scale in half precision and 32 signed bytes a block."""
    blocks = np.empty((rows * columns // BLOCK, 2 + BLOCK), dtype=np.uint8)
    # Bytes are uniform over ±127: a scale that gives weights a deviation of 1 / sqrt(columns).
    scale = np.float16(1 / (73.3 * np.sqrt(columns)))
    blocks[:, :2] = np.frombuffer(scale.tobytes(), dtype=np.uint8)
    blocks[:, 2:] = random.integers(-127, 128, size=(blocks.shape[0], BLOCK), dtype=np.int8).view(np.uint8)
    return blocks.reshape(rows, columns // BLOCK * (2 + BLOCK))


def main():
    source, out = sys.argv[1:3]
    reader = GGUFReader(source)
    vocabulary = len(reader.fields["tokenizer.ggml.tokens"].data)
    writer = GGUFWriter(out, "llama")
    writer.add_name("random 1.5B")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_VALUE_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_vocab_size(vocabulary)
    copy_tokenizer(reader, writer)

    key_value = HIDDEN // HEADS * KEY_VALUE_HEADS
    shapes = [("token_embd.weight", vocabulary, HIDDEN), ("output_norm.weight", HIDDEN, None)]
    for layer in range(LAYERS):
        shapes += [
            (f"blk.{layer}.{name}.weight", rows, columns)
            for name, rows, columns in [
                ("attn_norm", HIDDEN, None), ("attn_q", HIDDEN, HIDDEN), ("attn_k", key_value, HIDDEN),
                ("attn_v", key_value, HIDDEN), ("attn_output", HIDDEN, HIDDEN), ("ffn_norm", HIDDEN, None),
                ("ffn_gate", FEED_FORWARD, HIDDEN), ("ffn_up", FEED_FORWARD, HIDDEN), ("ffn_down", HIDDEN, FEED_FORWARD),
            ]
        ]
    parameters = 0
    for name, rows, columns in shapes:
        parameters += rows * (columns or 1)
        if columns is None:
            writer.add_tensor_info(name, (rows,), np.dtype(np.float32), rows * 4)
        else:
            bytes_a_row = columns // BLOCK * (2 + BLOCK)
            writer.add_tensor_info(
                name, (rows, bytes_a_row), np.dtype(np.uint8), rows * bytes_a_row, raw_dtype=GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    random = np.random.default_rng(1)
    for name, rows, columns in shapes:
        tensor = np.ones(rows, dtype=np.float32) if columns is None else random_blocks(random, rows, columns)
        writer.write_tensor_data(tensor)
    writer.close()
    print(f"{out}: {parameters / 1e9:.2f} billion parameters")


if __name__ == "__main__":
    main()
