#ifndef HOLDFAST_ATTENTION_H
#define HOLDFAST_ATTENTION_H

/// Keys are read in tiles of 64 that begin at absolute positions divisible by 64.
enum { HF_KEY_TILE = 64 };

/// Packs up to 64 keys (`slots[i]` is key i's row in `keys`, whose rows are `stride` floats apart) as GEMM weights:
/// 4 strips `strip[d][16]`. Missing keys become zeros.
void hf_pack_keys(const float *keys, long stride, const int *slots, int count, long d, float *packed);

/// Packs up to 64 values as GEMM weights of d outputs over 64 inputs: ceil(d/64) panels of strips `strip[64][16]`, zeros elsewhere.
void hf_pack_values(const float *values, long stride, const int *slots, int count, long d, float *packed);

/// One tile of an online softmax over a row of 64 raw scores, of which the first `visible` count (1 to 64).
///
/// `scores` becomes exp(scale · score - new maximum), 0 beyond `visible`; `*maximum` and `*sum` are brought up to date,
/// and `output` (d floats) is multiplied by exp(old maximum - new maximum).
void hf_softmax_tile(float *scores, int visible, float scale, float *maximum, float *sum, float *output, long d);

/// y[i] = x[i] / sum.
void hf_divide(const float *x, float sum, float *y, long n);

#endif
