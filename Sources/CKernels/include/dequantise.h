#ifndef HOLDFAST_DEQUANTISE_H
#define HOLDFAST_DEQUANTISE_H

/// Decodes stored weights to fp32.
///
/// `type` is GGML's number of the element type: 0 F32, 1 F16, 30 BF16; in blocks of 32 weights 2 Q4_0, 3 Q4_1, 6 Q5_0, 7 Q5_1, 8 Q8_0,
/// 20 IQ4_NL, 39 MXFP4; of 64 40 NVFP4; of 256 10 Q2_K, 11 Q3_K, 12 Q4_K, 13 Q5_K, 14 Q6_K, 16 IQ2_XXS, 17 IQ2_XS, 18 IQ3_XXS, 19 IQ1_S,
/// 21 IQ3_S, 22 IQ2_S, 23 IQ4_XS, 29 IQ1_M, 34 TQ1_0, 35 TQ2_0.
/// `blocks` needs no alignment and holds `weights` divided by the block size blocks; `weights` is a multiple of the block size. `out`
/// receives `weights` values.
///
/// Multiplications and additions are rounded one by one, never fused, so that every processor gives the same bits; they are the bits
/// of the `gguf` Python package. An unknown `type` writes nothing.
void hf_dequantise(int type, const void *blocks, float *out, long weights);

#endif
