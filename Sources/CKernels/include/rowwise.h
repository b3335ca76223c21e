#ifndef HOLDFAST_ROWWISE_H
#define HOLDFAST_ROWWISE_H

/// y = x / sqrt(mean(x²) + epsilon) · weight over one row of n floats.
/// The sum of squares runs in 16 lanes (element i in lane i mod 16), combined by halving: one fixed order.
void hf_rms_norm(const float *x, const float *weight, long n, float epsilon, float *y);

/// Rotates the pairs (i, i + d/2) of each of `heads` vectors of d floats by the angles whose cosines and sines are given (d/2 each).
void hf_rotate(float *x, long heads, long d, const float *cosines, const float *sines);

/// gate[i] = silu(gate[i]) · up[i].
void hf_silu_times(float *gate, const float *up, long n);

/// x[i] += y[i].
void hf_add(float *x, const float *y, long n);

/// y[i] = fma(scale, x[i], y[i]).
void hf_add_scaled(float *y, const float *x, float scale, long n);

/// y[i] = exp(x[i]): at most 1.3 ulp; below -87.3 it is 0, NaN stays NaN.
void hf_exp(const float *x, float *y, long n);

/// The index of the first element that is not finite, or -1.
long hf_first_non_finite(const float *x, long n);

/// One vocabulary chunk's share of a log-sum-exp: its maximum, Σ exp(x - maximum) in 16 lanes, and where the maximum first occurs.
typedef struct {
  float maximum;
  float sum;
  long argmax;
} hf_chunk_lse;

hf_chunk_lse hf_log_sum_exp_chunk(const float *x, long n);

#endif
