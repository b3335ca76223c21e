"""Quantises a GGUF file by llama.cpp's own quantisers, as `llama-quantize --pure` does: what holdfast gate --as-one must not suspect.

    python Scripts/peers/quantised_exports.py IN.gguf FOLDER TYPE…      (IN in F32; TYPE such as Q4_K, IQ4_XS, Q2_K, or Q4_K_M)

Q4_K_M and Q5_K_M are llama.cpp's mixes: Q6_K for the embedding, and for attn_v and ffn_down of the layers that `use_more_bits` chooses.
"""

import pathlib
import sys

from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter
from ggml_quantisers import quantised

FALLBACK = {"Q2_K": "Q4_0", "Q3_K": "Q4_0", "Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0"}

def of_rows(name, columns):
    """The type of a matrix in a file of a type: rows that its blocks do not divide get what llama.cpp falls back to."""
    kind = GGMLQuantizationType[name]
    return kind if columns % GGML_QUANT_SIZES[kind][0] == 0 else GGMLQuantizationType[FALLBACK.get(name, "IQ4_NL")]


def of_mix(name, tensor, layers):
    """What a mix of types gives a matrix (llama-quant.cpp, llama_tensor_get_type)."""
    if not name.endswith("_M"):
        return name
    layer = int(tensor.split(".")[1]) if tensor.startswith("blk.") else None
    if layer is None:
        return "Q6_K"
    eighth = layers // 8
    more = layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2
    return "Q6_K" if more and (".attn_v." in tensor or ".ffn_down." in tensor) else name.removesuffix("_M")


def write(source, path, name):
    reader = GGUFReader(source)
    architecture = reader.fields["general.architecture"].contents()
    layers = reader.fields[f"{architecture}.block_count"].contents()
    writer = GGUFWriter(path, architecture)
    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key == "general.architecture":
            continue
        kind = field.types[0]
        writer.add_key_value(key, field.contents(), kind, field.types[-1] if kind == GGUFValueType.ARRAY else None)
    for tensor in reader.tensors:
        values = tensor.data
        if values.ndim < 2:
            writer.add_tensor(tensor.name, values)
        else:
            kind = of_rows(of_mix(name, tensor.name, layers), values.shape[1])
            writer.add_tensor(tensor.name, quantised(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    source, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[3:]:
        write(source, str(folder / f"{name}.gguf"), name)
        print(folder / f"{name}.gguf")
