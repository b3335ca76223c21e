"""llama.cpp's own quantisers, out of xllamacpp's library (Scripts/goldens/requirements.txt), for the scripts beside this one."""

import ctypes
import pathlib

import numpy
import xllamacpp
from gguf import GGML_QUANT_SIZES

library = ctypes.CDLL(str(next(pathlib.Path(xllamacpp.__file__).parent.glob("*.so"))))
library.ggml_quantize_chunk.restype = ctypes.c_size_t
library.ggml_quantize_chunk.argtypes = [
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p]


def quantised(values, kind):
    """The blocks of a matrix whose rows are whole blocks; IQ types, which may need an importance matrix, get one of ones."""
    rows, columns = values.shape
    count, size = GGML_QUANT_SIZES[kind]
    values = numpy.ascontiguousarray(values, dtype=numpy.float32)
    blocks = numpy.zeros((rows, columns // count * size), dtype=numpy.uint8)
    importance = numpy.ones(columns, dtype=numpy.float32) if kind.name.startswith("IQ") else None
    library.ggml_quantize_init(int(kind))
    library.ggml_quantize_chunk(
        int(kind), values.ctypes.data, blocks.ctypes.data, 0, rows, columns, None if importance is None else importance.ctypes.data)
    return blocks
