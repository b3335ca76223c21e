"""Quantises a GGUF file by llama.cpp's own quantisers, as `llama-quantize --pure` does: what holdfast gate --as-one must not suspect.

    python Scripts/peers/quantised_exports.py IN.gguf FOLDER TYPE…      (IN in F32; TYPE such as Q4_K, IQ4_XS, Q2_K)

Takes the quantisers out of xllamacpp's library (Scripts/goldens/requirements.txt). Rows that a type's blocks do not divide get what llama.cpp falls
back to.
"""

import ctypes
import pathlib
import sys

import numpy
import xllamacpp
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter

FALLBACK = {"Q2_K": "Q4_0", "Q3_K": "Q4_0", "Q4_K": "Q5_0", "Q5_K": "Q5_1", "Q6_K": "Q8_0"}
library = ctypes.CDLL(str(next(pathlib.Path(xllamacpp.__file__).parent.glob("*.so"))))
library.ggml_quantize_chunk.restype = ctypes.c_size_t
library.ggml_quantize_chunk.argtypes = [
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p]


def quantised(values, name):
    """The blocks of a matrix, and the type that they are of."""
    rows, columns = values.shape
    kind = GGMLQuantizationType[name]
    if columns % GGML_QUANT_SIZES[kind][0]:
        name = FALLBACK.get(name, "IQ4_NL")
        kind = GGMLQuantizationType[name]
    count, size = GGML_QUANT_SIZES[kind]
    values = numpy.ascontiguousarray(values, dtype=numpy.float32)
    blocks = numpy.zeros((rows, columns // count * size), dtype=numpy.uint8)
    library.ggml_quantize_chunk(int(kind), values.ctypes.data, blocks.ctypes.data, 0, rows, columns, None)
    return blocks, kind


def write(source, path, name):
    reader = GGUFReader(source)
    architecture = reader.fields["general.architecture"].contents()
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
            blocks, kind = quantised(values, name)
            writer.add_tensor(tensor.name, blocks, raw_dtype=kind)
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
