#include "include/backward.h"

#include <math.h>

#include "include/rowwise.h"

// Training is bit-equal on one machine with one kernel and one number of threads, so plain loops that the compiler may vectorise
// elementwise are enough; sums run in a fixed order.
#pragma STDC FP_CONTRACT OFF

enum { CHUNK = 256 };

void hf_rms_norm_backward(
  const float *x, const float *weight, const float *dy, long n, float epsilon, float *dx, float *dweight) {
  double squares = 0;
  double product = 0;
  for (long i = 0; i < n; i++) {
    squares += (double)x[i] * x[i];
    product += (double)dy[i] * weight[i] * x[i];
  }
  double scale = 1 / sqrt(squares / (double)n + epsilon);
  float s = (float)scale;
  float shared = (float)(scale * scale * scale * product / (double)n);
  for (long i = 0; i < n; i++) dx[i] += s * dy[i] * weight[i] - shared * x[i];
  if (dweight)
    for (long i = 0; i < n; i++) dweight[i] += dy[i] * x[i] * s;
}

void hf_layer_norm_backward(
  const float *x, const float *weight, const float *dy, long n, float epsilon, float *dx, float *dweight, float *dbias) {
  double mean = 0;
  for (long i = 0; i < n; i++) mean += x[i];
  mean /= (double)n;
  double squares = 0;
  double sum = 0;
  double product = 0;
  for (long i = 0; i < n; i++) {
    double centred = x[i] - mean;
    double z = (double)dy[i] * weight[i];
    squares += centred * centred;
    sum += z;
    product += z * centred;
  }
  double scale = 1 / sqrt(squares / (double)n + epsilon);
  double shared = scale * scale * product / (double)n;
  for (long i = 0; i < n; i++) {
    double centred = x[i] - mean;
    dx[i] += (float)(scale * ((double)dy[i] * weight[i] - sum / (double)n - shared * centred));
    if (dweight) dweight[i] += (float)(dy[i] * centred * scale);
    if (dbias) dbias[i] += dy[i];
  }
}

void hf_rotate_back(
  float *dx, long heads, long d, long width, int interleaved, const float *cosines, const float *sines) {
  long half = width / 2;
  long step = interleaved ? 2 : 1;
  long apart = interleaved ? 1 : half;
  for (long h = 0; h < heads; h++) {
    float *low = dx + h * d;
    for (long i = 0; i < half; i++) {
      float a = low[step * i];
      float b = low[step * i + apart];
      low[step * i] = a * cosines[i] + b * sines[i];
      low[step * i + apart] = b * cosines[i] - a * sines[i];
    }
  }
}

// sigmoid of up to CHUNK values.
static void sigmoid(const float *x, long n, float *y) {
  float negated[CHUNK];
  for (long i = 0; i < n; i++) negated[i] = -x[i];
  hf_exp(negated, y, n);
  for (long i = 0; i < n; i++) y[i] = 1 / (1 + y[i]);
}

// An activation and its slope at up to CHUNK values.
static void activation(int kind, const float *x, long n, float *value, float *slope) {
  float s[CHUNK];
  switch (kind) {
    case HF_SILU:
      sigmoid(x, n, s);
      for (long i = 0; i < n; i++) {
        value[i] = x[i] * s[i];
        slope[i] = s[i] * (1 + x[i] * (1 - s[i]));
      }
      return;
    case HF_GELU:
      for (long i = 0; i < n; i++) {
        float below = 0.5f * erfcf(-x[i] * 0.70710678f);
        value[i] = x[i] * below;
        slope[i] = below + x[i] * expf(-0.5f * x[i] * x[i]) * 0.39894228f;
      }
      return;
    case HF_GELU_TANH: {
      float k[CHUNK];
      for (long i = 0; i < n; i++) k[i] = 2 * 0.79788456f * (x[i] + 0.044715f * x[i] * x[i] * x[i]);
      sigmoid(k, n, s);
      for (long i = 0; i < n; i++) {
        value[i] = x[i] * s[i];
        slope[i] = s[i] + x[i] * s[i] * (1 - s[i]) * 2 * 0.79788456f * (1 + 3 * 0.044715f * x[i] * x[i]);
      }
      return;
    }
    default:
      for (long i = 0; i < n; i++) {
        float above = x[i] > 0 ? x[i] : 0;
        value[i] = kind == HF_RELU ? above : above * above;
        slope[i] = kind == HF_RELU ? (x[i] > 0 ? 1 : 0) : 2 * above;
      }
  }
}

void hf_activate_times_to(int kind, const float *gate, const float *up, long n, float *y) {
  float value[CHUNK], slope[CHUNK];
  for (long begin = 0; begin < n; begin += CHUNK) {
    long count = n - begin < CHUNK ? n - begin : CHUNK;
    activation(kind, gate + begin, count, value, slope);
    for (long i = 0; i < count; i++) y[begin + i] = up ? value[i] * up[begin + i] : value[i];
  }
}

void hf_activate_times_backward(
  int kind, const float *gate, const float *up, const float *dy, long n, float *dgate, float *dup) {
  float value[CHUNK], slope[CHUNK];
  for (long begin = 0; begin < n; begin += CHUNK) {
    long count = n - begin < CHUNK ? n - begin : CHUNK;
    activation(kind, gate + begin, count, value, slope);
    for (long i = 0; i < count; i++) {
      float d = dy[begin + i];
      dgate[begin + i] = up ? d * up[begin + i] * slope[i] : d * slope[i];
      if (dup) dup[begin + i] = d * value[i];
    }
  }
}

void hf_cap_backward(const float *capped, float *dx, long n, float scale, float cap) {
  for (long i = 0; i < n; i++) {
    float t = cap == 0 ? 0 : capped[i] / cap;
    dx[i] *= scale * (1 - t * t);
  }
}

void hf_softmax_row(float *scores, long first, long visible, long n, float scale, float cap, float *slopes) {
  float maximum = -INFINITY;
  for (long i = 0; i < first; i++) scores[i] = 0;
  if (cap != 0) {
    hf_scale_and_cap(scores + first, visible - first, scale, cap);
    if (slopes)
      for (long i = first; i < visible; i++) slopes[i] = 1 - scores[i] / cap * (scores[i] / cap);
  } else
    for (long i = first; i < visible; i++) scores[i] *= scale;
  for (long i = first; i < visible; i++)
    if (scores[i] > maximum) maximum = scores[i];
  for (long i = first; i < visible; i++) scores[i] -= maximum;
  hf_exp(scores + first, scores + first, visible - first);
  double sum = 0;
  for (long i = first; i < visible; i++) sum += scores[i];
  float inverse = (float)(1 / sum);
  for (long i = first; i < visible; i++) scores[i] *= inverse;
  for (long i = visible; i < n; i++) scores[i] = 0;
}

void hf_softmax_row_backward(
  const float *p, float *dp, long first, long visible, long n, float scale, const float *slopes) {
  double sum = 0;
  for (long i = first; i < visible; i++) sum += (double)p[i] * dp[i];
  float shared = (float)sum;
  for (long i = 0; i < first; i++) dp[i] = 0;
  for (long i = first; i < visible; i++) dp[i] = scale * p[i] * (dp[i] - shared) * (slopes ? slopes[i] : 1);
  for (long i = visible; i < n; i++) dp[i] = 0;
}

// Turns logits into probabilities; returns the log-sum-exp.
static double probabilities(float *logits, long n) {
  float maximum = -INFINITY;
  for (long i = 0; i < n; i++)
    if (logits[i] > maximum) maximum = logits[i];
  for (long i = 0; i < n; i++) logits[i] -= maximum;
  hf_exp(logits, logits, n);
  double sum = 0;
  for (long i = 0; i < n; i++) sum += logits[i];
  float inverse = (float)(1 / sum);
  for (long i = 0; i < n; i++) logits[i] *= inverse;
  return maximum + log(sum);
}

double hf_cross_entropy_row(float *logits, long n, long target, float weight) {
  double wanted = logits[target];
  double loss = probabilities(logits, n) - wanted;
  for (long i = 0; i < n; i++) logits[i] *= weight;
  logits[target] -= weight;
  return loss;
}

double hf_kl_row(float *logits, float *base, long n, float weight) {
  // Σ p0 (log p0 - log p) = Σ p0 (base - logits) - lse(base) + lse(logits); the differences are taken before either is overwritten.
  float baseMaximum = -INFINITY;
  for (long i = 0; i < n; i++)
    if (base[i] > baseMaximum) baseMaximum = base[i];
  double baseSum = 0;
  double weighted = 0;
  for (long i = 0; i < n; i++) {
    double e = exp((double)base[i] - baseMaximum);
    baseSum += e;
    weighted += e * ((double)base[i] - logits[i]);
  }
  double baseLogSum = baseMaximum + log(baseSum);
  for (long i = 0; i < n; i++) base[i] = (float)(exp((double)base[i] - baseLogSum));
  double kl = weighted / baseSum - baseLogSum + probabilities(logits, n);
  for (long i = 0; i < n; i++) logits[i] = weight * (logits[i] - base[i]);
  return kl;
}

void hf_adamw(
  float *parameters, const float *gradient, float *first, float *second, long n, float gradientScale, float learningRate,
  float beta1, float beta2, float epsilon, float decay, float correction1, float correction2) {
  float shrink = 1 - learningRate * decay;
  float step = learningRate / correction1;
  float root = 1 / sqrtf(correction2);
  for (long i = 0; i < n; i++) {
    float g = gradient[i] * gradientScale;
    float m = beta1 * first[i] + (1 - beta1) * g;
    float v = beta2 * second[i] + (1 - beta2) * g * g;
    first[i] = m;
    second[i] = v;
    parameters[i] = parameters[i] * shrink - step * m / (sqrtf(v) * root + epsilon);
  }
}

double hf_sum_of_squares(const float *x, long n) {
  double sum = 0;
  for (long i = 0; i < n; i++) sum += (double)x[i] * x[i];
  return sum;
}
