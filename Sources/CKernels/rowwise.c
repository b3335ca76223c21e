#include "include/rowwise.h"

#include "dispatch.h"
#include "include/attention.h"
#include "include/gemm.h"
#include "vector.h"

#if defined(__x86_64__)
#define TARGET TARGET_AVX512
#define SUFFIX _avx512
#include "rowwise_variant.h"
#undef TARGET
#undef SUFFIX

#define TARGET TARGET_AVX2
#define SUFFIX _avx2
#include "rowwise_variant.h"
#undef TARGET
#undef SUFFIX
#endif

#define TARGET TARGET_PORTABLE
#define SUFFIX _portable
#include "rowwise_variant.h"

void hf_rms_norm(const float *x, const float *weight, long n, float epsilon, float *y) {
  DISPATCH(rms_norm, x, weight, n, epsilon, y)
}

void hf_layer_norm(const float *x, const float *weight, const float *bias, long n, float epsilon, float *y) {
  DISPATCH(layer_norm, x, weight, bias, n, epsilon, y)
}

void hf_rotate(
  float *x, long heads, long d, long width, int interleaved, const float *cosines, const float *sines) {
  DISPATCH(rotate, x, heads, d, width, interleaved, cosines, sines)
}

void hf_activate(int kind, float *x, long n) { DISPATCH(activate, kind, x, n) }

void hf_activate_times(int kind, float *gate, const float *up, long n) { DISPATCH(activate_times, kind, gate, up, n) }

void hf_scale_and_cap(float *x, long n, float scale, float cap) { DISPATCH(scale_and_cap, x, n, scale, cap) }

void hf_add(float *x, const float *y, long n) { DISPATCH(add, x, y, n) }

void hf_add_scaled(float *y, const float *x, float scale, long n) { DISPATCH(add_scaled, y, x, scale, n) }

void hf_exp(const float *x, float *y, long n) { DISPATCH(exp, x, y, n) }

long hf_first_non_finite(const float *x, long n) { DISPATCH(first_non_finite, x, n) }

hf_chunk_lse hf_log_sum_exp_chunk(const float *x, long n) { DISPATCH(log_sum_exp_chunk, x, n) }

void hf_softmax_tile(
  float *scores, int first, int visible, float scale, float cap, float *maximum, float *sum, float *output, long d) {
  DISPATCH(softmax_tile, scores, first, visible, scale, cap, maximum, sum, output, d)
}

void hf_divide(const float *x, float sum, float *y, long n) { DISPATCH(divide, x, sum, y, n) }
