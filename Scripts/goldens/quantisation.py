"""Makes Tests/Goldens/quantisation: blocks of every supported type and their fp32 values.

    python3 -m pip install -r requirements.txt
    python3 quantisation.py --out ../../Tests/Goldens/quantisation

`blocks.gguf` has for each type one tensor named after it (`q4_0`, … `bf16`) of 4 rows of 256 random weights, and
`<name>.expected` in F32 with what the gguf package's `dequantize` gives. Every formula is exact but for one rounding, so
the values are to be equal (== in fp32), with or without fused multiply-add.

`digests.json` says the same of a million random weights of each type, and of its blocks at the edges (`edges`), by a
digest of the values; the test makes the same blocks.
"""

import argparse
import json
import pathlib

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFReader, GGUFWriter
from gguf.quants import dequantize

ROWS, COLUMNS = 4, 256

# Where the fp16 scales of a block start, in bytes.
SCALES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "F16": [0], "BF16": [],
    "Q3_K": [108], "Q2_K": [80, 82], "IQ4_NL": [0], "IQ4_XS": [0], "MXFP4": [], "IQ3_S": [0], "IQ3_XXS": [0],
    "IQ2_S": [0], "IQ2_XS": [0], "IQ2_XXS": [0], "TQ1_0": [52], "TQ2_0": [64], "IQ1_S": [0], "IQ1_M": [], "NVFP4": [],
}

# What each byte of a block takes in turn at the edges, between bytes of FILLS: halves of either sign that are zero, subnormal, the
# largest, infinite and NaN; the exponents and eight-bit floats beside the ends of their ranges.
EDGES = [0x00, 0x01, 0x02, 0x03, 0x04, 0x3C, 0x7B, 0x7C, 0x7E, 0x7F, 0x80, 0xFB, 0xFC, 0xFE, 0xFF]
FILLS = [0x00, 0x55, 0xFF]


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
    # These two have no fp16 scale in one piece: a power of two that twelve times it does not overflow, a small exponent.
    if kind == GGMLQuantizationType.MXFP4:
        data[:, 0] = np.minimum(data[:, 0], 251)
    if kind == GGMLQuantizationType.IQ1_M:
        data[:, 55] &= 0xBF
    return data.reshape(ROWS, -1)


def mixed(z: np.ndarray) -> np.ndarray:
    """SplitMix64's output for a state."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def weyl(count: int) -> np.ndarray:
    return np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)


def random_blocks(kind: GGMLQuantizationType) -> np.ndarray:
    """2^20 weights: SplitMix64's bytes from GGML's number of the type."""
    weights, size = GGML_QUANT_SIZES[kind]
    count = (1 << 20) // weights * size
    return mixed(np.uint64(int(kind)) + weyl((count + 7) // 8)).astype("<u8").view(np.uint8)[:count].reshape(-1, size)


def edge_blocks(kind: GGMLQuantizationType) -> np.ndarray:
    """For each fill and each byte's place a block for each edge."""
    size = GGML_QUANT_SIZES[kind][1]
    data = np.empty((len(FILLS), size, len(EDGES), size), np.uint8)
    for index, fill in enumerate(FILLS):
        data[index] = fill
        for place in range(size):
            data[index, place, :, place] = EDGES
    return data.reshape(-1, size)


def digest(data: np.ndarray, kind: GGMLQuantizationType) -> str:
    """The sum of the mixed bits of all values, each with its place; one NaN for all of them."""
    with np.errstate(all="ignore"):
        values = dequantize(data, kind).astype(np.float32).ravel()
        bits = np.where(np.isnan(values), np.uint32(0x7FC00000), values.view(np.uint32)).astype(np.uint64)
        return f"{int(mixed(bits + weyl(len(bits))).sum(dtype=np.uint64)):016x}"


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

    kinds = {name.lower(): GGMLQuantizationType[name] for name in SCALES if name not in ("F16", "BF16")}
    digests = {
        name: {"random": digest(random_blocks(kind), kind), "edges": digest(edge_blocks(kind), kind)}
        for name, kind in kinds.items()
    }
    rows = ",\n".join(f" {json.dumps(name)}: {json.dumps(row)}" for name, row in digests.items())
    (out / "digests.json").write_text("{\n" + rows + "\n}\n")


if __name__ == "__main__":
    main()
