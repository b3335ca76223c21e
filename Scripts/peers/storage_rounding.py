"""By how much each of GGML's types moves normally distributed weights: ‖F − W‖ / ‖W‖, by llama.cpp's own quantisers and gguf's decoders.

    python Scripts/peers/storage_rounding.py

Twice these, a little more at most, are the limits of `Sources/Checkpoints/Merging/StorageRounding.swift`.
"""

import numpy
from gguf import GGMLQuantizationType, dequantize
from ggml_quantisers import quantised

TYPES = (
    "Q8_0 Q6_K Q5_0 Q5_1 Q5_K Q4_0 Q4_1 Q4_K IQ4_NL IQ4_XS MXFP4 Q3_K IQ3_S IQ3_XXS Q2_K IQ2_S IQ2_XS IQ2_XXS IQ1_S IQ1_M TQ1_0 TQ2_0"
).split()

weights = numpy.random.default_rng(7).standard_normal((128, 1024)).astype(numpy.float32)
for name in TYPES:
    kind = GGMLQuantizationType[name]
    moved = numpy.linalg.norm(dequantize(quantised(weights, kind), kind) - weights) / numpy.linalg.norm(weights)
    print(f"{name:8} {moved:.4f}")
