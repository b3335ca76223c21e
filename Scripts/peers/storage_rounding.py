"""By how much each of GGML's types moves normally distributed weights: ‖F − W‖ / ‖W‖, by llama.cpp's own quantisers and gguf's decoders.

    python Scripts/peers/storage_rounding.py

Twice these are the limits of `Sources/Checkpoints/Merging/StorageRounding.swift`. The quantisers come out of xllamacpp's library
(Scripts/goldens/requirements.txt); types that need an importance matrix get one of ones.
"""

import ctypes
import pathlib

import numpy
import xllamacpp
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, dequantize

TYPES = (
    "Q8_0 Q6_K Q5_0 Q5_1 Q5_K Q4_0 Q4_1 Q4_K IQ4_NL IQ4_XS MXFP4 Q3_K IQ3_S IQ3_XXS Q2_K IQ2_S IQ2_XS IQ2_XXS IQ1_S IQ1_M TQ1_0 TQ2_0"
).split()
library = ctypes.CDLL(str(next(pathlib.Path(xllamacpp.__file__).parent.glob("*.so"))))
library.ggml_quantize_chunk.restype = ctypes.c_size_t
library.ggml_quantize_chunk.argtypes = [
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p]

weights = numpy.random.default_rng(7).standard_normal((128, 1024)).astype(numpy.float32)
importance = numpy.ones(1024, dtype=numpy.float32)
for name in TYPES:
    kind = GGMLQuantizationType[name]
    count, size = GGML_QUANT_SIZES[kind]
    blocks = numpy.zeros((128, 1024 // count * size), dtype=numpy.uint8)
    library.ggml_quantize_init(int(kind))
    library.ggml_quantize_chunk(
        int(kind), weights.ctypes.data, blocks.ctypes.data, 0, 128, 1024, importance.ctypes.data if name.startswith("IQ") else None)
    moved = numpy.linalg.norm(dequantize(blocks, kind) - weights) / numpy.linalg.norm(weights)
    print(f"{name:8} {moved:.4f}")
