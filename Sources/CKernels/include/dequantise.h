#ifndef HOLDFAST_DEQUANTISE_H
#define HOLDFAST_DEQUANTISE_H

/// Decodes stored weights to fp32.
///
/// `type` is GGML's number of the element type: 0 F32, 1 F16, 2 Q4_0, 3 Q4_1, 6 Q5_0, 7 Q5_1, 8 Q8_0, 12 Q4_K, 13 Q5_K, 14 Q6_K, 30 BF16.
/// `blocks` needs no alignment and holds `weights` divided by the block size blocks; `weights` is a multiple of the block size
/// (1, 32 or 256). `out` receives `weights` values.
///
/// Multiplications and additions are rounded one by one, never fused, so that every processor gives the same bits; they are the bits
/// of the `gguf` Python package. An unknown `type` writes nothing.
void hf_dequantise(int type, const void *blocks, float *out, long weights);

#endif
