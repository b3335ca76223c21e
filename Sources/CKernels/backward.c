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

void hf_rotate_back(float *dx, long heads, long d, const float *cosines, const float *sines) {
  long half = d / 2;
  for (long h = 0; h < heads; h++) {
    float *low = dx + h * d;
    float *high = low + half;
    for (long i = 0; i < half; i++) {
      float a = low[i];
      float b = high[i];
      low[i] = a * cosines[i] + b * sines[i];
      high[i] = b * cosines[i] - a * sines[i];
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

void hf_silu_times_to(const float *gate, const float *up, long n, float *y) {
  float s[CHUNK];
  for (long begin = 0; begin < n; begin += CHUNK) {
    long count = n - begin < CHUNK ? n - begin : CHUNK;
    sigmoid(gate + begin, count, s);
    for (long i = 0; i < count; i++) y[begin + i] = gate[begin + i] * s[i] * up[begin + i];
  }
}

void hf_silu_times_backward(const float *gate, const float *up, const float *dy, long n, float *dgate, float *dup) {
  float s[CHUNK];
  for (long begin = 0; begin < n; begin += CHUNK) {
    long count = n - begin < CHUNK ? n - begin : CHUNK;
    sigmoid(gate + begin, count, s);
    for (long i = 0; i < count; i++) {
      float g = gate[begin + i];
      float d = dy[begin + i];
      float u = up[begin + i];
      dgate[begin + i] = d * u * s[i] * (1 + g * (1 - s[i]));
      dup[begin + i] = d * g * s[i];
    }
  }
}

void hf_softmax_row(float *scores, long visible, long n, float scale) {
  float maximum = -INFINITY;
  for (long i = 0; i < visible; i++) {
    scores[i] *= scale;
    if (scores[i] > maximum) maximum = scores[i];
  }
  for (long i = 0; i < visible; i++) scores[i] -= maximum;
  hf_exp(scores, scores, visible);
  double sum = 0;
  for (long i = 0; i < visible; i++) sum += scores[i];
  float inverse = (float)(1 / sum);
  for (long i = 0; i < visible; i++) scores[i] *= inverse;
  for (long i = visible; i < n; i++) scores[i] = 0;
}

void hf_softmax_row_backward(const float *p, float *dp, long visible, long n, float scale) {
  double sum = 0;
  for (long i = 0; i < visible; i++) sum += (double)p[i] * dp[i];
  float shared = (float)sum;
  for (long i = 0; i < visible; i++) dp[i] = scale * p[i] * (dp[i] - shared);
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
