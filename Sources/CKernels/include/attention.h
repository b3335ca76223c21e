#ifndef HOLDFAST_ATTENTION_H
#define HOLDFAST_ATTENTION_H

/// Keys are read in tiles of 64 that begin at absolute positions divisible by 64.
enum { HF_KEY_TILE = 64 };

/// Packs up to 64 keys (`slots[i]` is key i's row in `keys`, whose rows are `stride` floats apart) as GEMM weights:
/// 4 strips `strip[d][16]`. Missing keys become zeros.
void hf_pack_keys(const float *keys, long stride, const int *slots, int count, long d, float *packed);

/// Packs up to 64 values as GEMM weights of d outputs over 64 inputs: ceil(d/64) panels of strips `strip[64][16]`, zeros elsewhere.
void hf_pack_values(const float *values, long stride, const int *slots, int count, long d, float *packed);

/// One tile of an online softmax over a row of 64 raw scores, of which those from `first` to before `visible` count (0 to 64).
///
/// `scores` becomes exp(scale · score - new maximum), 0 elsewhere; where cap is not 0, cap · tanh(scale · score / cap) stands for the scaled
/// score. `*maximum` and `*sum` are brought up to date, and `output` (d floats) is multiplied by exp(old maximum - new maximum). Where
/// nothing counts, all but `scores`, which become 0, stays.
void hf_softmax_tile(
  float *scores, int first, int visible, float scale, float cap, float *maximum, float *sum, float *output, long d);

/// y[i] = x[i] / sum.
void hf_divide(const float *x, float sum, float *y, long n);

#endif
