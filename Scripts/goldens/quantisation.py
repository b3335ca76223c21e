"""Makes Tests/Goldens/quantisation/blocks.gguf: random blocks of every supported type and their fp32 values.

    python3 -m pip install -r requirements.txt
    python3 quantisation.py --out ../../Tests/Goldens/quantisation

For each type one tensor named after it (`q4_0`, … `bf16`) of 4 rows of 256 weights, and `<name>.expected` in F32 with
what the gguf package's `dequantize` gives. Every formula is exact but for one rounding, so the values are to be equal
(== in fp32), with or without fused multiply-add.
"""

import argparse
import pathlib

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFReader, GGUFWriter
from gguf.quants import dequantize

ROWS, COLUMNS = 4, 256

# Where the fp16 scales of a block start, in bytes.
SCALES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "F16": [0], "BF16": [],
}


def finite_halves(random, count: int) -> np.ndarray:
    """Random finite fp16 bit patterns of either sign; one in eight is subnormal, and of many the first is zero."""
    bits = random.integers(0, 1 << 16, count, dtype=np.uint16)
    bits = np.where(bits & 0x7C00 == 0x7C00, bits & 0x83FF | 0x3C00, bits)
    bits[::8] &= 0x83FF
    if count > 8:
        bits[0] = 0
    return bits.astype("<u2")


def blocks(kind: GGMLQuantizationType, random) -> np.ndarray:
    weights, size = GGML_QUANT_SIZES[kind]
    if kind == GGMLQuantizationType.BF16:
        bits = random.integers(0, 1 << 16, ROWS * COLUMNS, dtype=np.uint16)
        bits = np.where(bits & 0x7F80 == 0x7F80, bits & 0xBFFF, bits)
        return bits.astype("<u2").view(np.uint8).reshape(ROWS, -1)
    count = ROWS * COLUMNS // weights
    data = random.integers(0, 256, (count, size), dtype=np.uint8)
    for offset in SCALES[kind.name]:
        data[:, offset:offset + 2] = finite_halves(random, count).view(np.uint8).reshape(count, 2)
    return data.reshape(ROWS, -1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(20)
    writer = GGUFWriter(out / "blocks.gguf", "llama")
    for name in SCALES:
        kind = GGMLQuantizationType[name]
        data = blocks(kind, random)
        values = dequantize(data, kind).astype(np.float32).reshape(ROWS, COLUMNS)
        assert np.isfinite(values).all()
        writer.add_tensor(name.lower(), data, raw_dtype=kind)
        writer.add_tensor(f"{name.lower()}.expected", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    stored = {tensor.name: tensor for tensor in GGUFReader(out / "blocks.gguf").tensors}
    for name in SCALES:
        tensor = stored[name.lower()]
        values = dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        assert np.array_equal(values, stored[f"{name.lower()}.expected"].data)
        assert tensor.tensor_type.name == name and list(tensor.shape) == [COLUMNS, ROWS]


if __name__ == "__main__":
    main()
