#ifndef HOLDFAST_ROWWISE_H
#define HOLDFAST_ROWWISE_H

/// y = x / sqrt(mean(x²) + epsilon) · weight over one row of n floats.
/// The sum of squares runs in 16 lanes (element i in lane i mod 16), combined by halving: one fixed order.
void hf_rms_norm(const float *x, const float *weight, long n, float epsilon, float *y);

/// y = (x - mean) / sqrt(variance + epsilon) · weight + bias over one row of n floats; bias may be null. Sums as in hf_rms_norm.
void hf_layer_norm(const float *x, const float *weight, const float *bias, long n, float epsilon, float *y);

/// Rotates pairs of the first `width` of each of `heads` vectors of d floats by the angles whose cosines and sines are given (width/2 each):
/// (i, i + width/2), or (2i, 2i + 1) where interleaved.
void hf_rotate(
  float *x, long heads, long d, long width, int interleaved, const float *cosines, const float *sines);

/// Activations by number: x · sigmoid(x); x · Phi(x), within 2e-7; x/2 · (1 + tanh(sqrt(2/pi) (x + 0.044715 x³))); max(0, x); max(0, x)².
enum { HF_SILU = 0, HF_GELU = 1, HF_GELU_TANH = 2, HF_RELU = 3, HF_SQUARED_RELU = 4 };

/// x[i] = activation(x[i]).
void hf_activate(int kind, float *x, long n);

/// gate[i] = activation(gate[i]) · up[i].
void hf_activate_times(int kind, float *gate, const float *up, long n);

/// x[i] = scale · x[i], then cap · tanh(x[i] / cap) where cap is not 0.
void hf_scale_and_cap(float *x, long n, float scale, float cap);

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
