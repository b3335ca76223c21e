// Row-wise kernels, included once for each instruction set: TARGET and SUFFIX are defined by the includer.

// mask ? a : b, a lane at a time (C has no ?: over vectors).
TARGET INLINE v16 VARIANT(select16)(v16i mask, v16 a, v16 b) { return (v16)((mask & (v16i)a) | (~mask & (v16i)b)); }

// exp in 16 lanes: 2^n · e^r with r = x - n ln 2 in two parts and a polynomial of degree 6 (Cephes' expf), n by adding 1.5 · 2^23.
// Below -87.3 the result is 0; above 88.7 infinity; NaN stays NaN.
TARGET INLINE v16 VARIANT(exp16)(v16 x) {
  const v16 zero = {0};
  v16 magic = zero + 12582912.0f;
  v16 bounded = VARIANT(select16)(x < zero - 87.3365f, zero - 87.3365f, x);
  bounded = VARIANT(select16)(bounded > zero + 88.7228f, zero + 88.7228f, bounded);
  v16 shifted = __builtin_elementwise_fma(bounded, zero + 1.44269504088896341f, magic);
  v16 n = shifted - magic;
  v16 r = __builtin_elementwise_fma(n, zero - 0.693359375f, bounded);
  r = __builtin_elementwise_fma(n, zero + 2.12194440e-4f, r);
  v16 p = zero + 1.9875691500e-4f;
  p = __builtin_elementwise_fma(p, r, zero + 1.3981999507e-3f);
  p = __builtin_elementwise_fma(p, r, zero + 8.3334519073e-3f);
  p = __builtin_elementwise_fma(p, r, zero + 4.1665795894e-2f);
  p = __builtin_elementwise_fma(p, r, zero + 1.6666665459e-1f);
  p = __builtin_elementwise_fma(p, r, zero + 5.0000001201e-1f);
  v16 y = __builtin_elementwise_fma(p, r * r, r) + 1.0f;
  // 2^n in two halves, because n reaches 128.
  v16i whole = (v16i)shifted - (v16i)magic;
  v16i half = whole >> 1;
  v16 first = (v16)((half + 127) << 23);
  v16 second = (v16)((whole - half + 127) << 23);
  y = y * first * second;
  y = VARIANT(select16)(x < zero - 87.3365f, zero, y);
  y = VARIANT(select16)(x > zero + 88.7228f, zero + __builtin_inff(), y);
  return VARIANT(select16)(x == x, y, x);
}

TARGET INLINE float VARIANT(sum16)(v16 s) {
  float lanes[16];
  *(v16 *)lanes = s;
  for (int width = 8; width > 0; width /= 2)
    for (int i = 0; i < width; i++) lanes[i] += lanes[i + width];
  return lanes[0];
}

TARGET INLINE v16 VARIANT(load_part)(const float *x, long n, float fill) {
  float lanes[16];
  for (int i = 0; i < 16; i++) lanes[i] = i < n ? x[i] : fill;
  return *(const v16 *)lanes;
}

TARGET INLINE void VARIANT(store_part)(float *y, long n, v16 value) {
  float lanes[16];
  *(v16 *)lanes = value;
  for (int i = 0; i < n; i++) y[i] = lanes[i];
}

TARGET static void VARIANT(rms_norm)(const float *x, const float *weight, long n, float epsilon, float *y) {
  v16 squares = {0};
  long i = 0;
  for (; i + 16 <= n; i += 16) {
    v16 v = *(const v16 *)(x + i);
    squares = __builtin_elementwise_fma(v, v, squares);
  }
  if (i < n) {
    v16 v = VARIANT(load_part)(x + i, n - i, 0);
    squares = __builtin_elementwise_fma(v, v, squares);
  }
  float scale = 1.0f / __builtin_sqrtf(VARIANT(sum16)(squares) / (float)n + epsilon);
  for (i = 0; i < n; i++) y[i] = x[i] * scale * weight[i];
}

// The mean and the variance about it, each in one fixed order of 16 lanes.
TARGET static void VARIANT(layer_norm)(
  const float *x, const float *weight, const float *bias, long n, float epsilon, float *y) {
  v16 total = {0};
  long i = 0;
  for (; i + 16 <= n; i += 16) total += *(const v16 *)(x + i);
  if (i < n) total += VARIANT(load_part)(x + i, n - i, 0);
  float mean = VARIANT(sum16)(total) / (float)n;
  v16 squares = {0};
  for (i = 0; i + 16 <= n; i += 16) {
    v16 v = *(const v16 *)(x + i) - mean;
    squares = __builtin_elementwise_fma(v, v, squares);
  }
  if (i < n) {
    v16 v = VARIANT(load_part)(x + i, n - i, mean) - mean;
    squares = __builtin_elementwise_fma(v, v, squares);
  }
  float scale = 1.0f / __builtin_sqrtf(VARIANT(sum16)(squares) / (float)n + epsilon);
  if (bias)
    for (i = 0; i < n; i++) y[i] = (x[i] - mean) * scale * weight[i] + bias[i];
  else
    for (i = 0; i < n; i++) y[i] = (x[i] - mean) * scale * weight[i];
}

TARGET static void VARIANT(rotate)(
  float *x, long heads, long d, long width, int interleaved, const float *cosines, const float *sines) {
  long half = width / 2;
  for (long h = 0; h < heads; h++) {
    float *low = x + h * d;
    if (interleaved) {
      for (long i = 0; i < half; i++) {
        float a = low[2 * i];
        float b = low[2 * i + 1];
        low[2 * i] = a * cosines[i] - b * sines[i];
        low[2 * i + 1] = b * cosines[i] + a * sines[i];
      }
      continue;
    }
    float *high = low + half;
    for (long i = 0; i < half; i++) {
      float a = low[i];
      float b = high[i];
      low[i] = a * cosines[i] - b * sines[i];
      high[i] = b * cosines[i] + a * sines[i];
    }
  }
}

TARGET INLINE v16 VARIANT(silu_times16)(v16 g, v16 u) {
  v16 one = (v16){0} + 1.0f;
  return g / (one + VARIANT(exp16)(-g)) * u;
}

// x · σ(2k) = x/2 · (1 + tanh k), k = √(2/π) (x + 0.044715 x³)
TARGET INLINE v16 VARIANT(gelu_tanh16)(v16 x) {
  v16 one = (v16){0} + 1.0f;
  v16 k = x * 0.7978845608028654f * __builtin_elementwise_fma(x * x, (v16){0} + 0.044715f, one);
  return x / (one + VARIANT(exp16)(-2.0f * k));
}

// x/2 · erfc(-x/√2); erfc by a Chebyshev fit within 1.2e-7 of itself (Press et al., Numerical Recipes, 6.2).
TARGET INLINE v16 VARIANT(gelu16)(v16 x) {
  static const float fit[] = {
    0.17087277f, -0.82215223f, 1.48851587f, -1.13520398f, 0.27886807f, -0.18628806f, 0.09678418f, 0.37409196f, 1.00002368f,
    -1.26551223f};
  v16 zero = {0};
  v16 z = VARIANT(select16)(x < zero, -x, x) * 0.7071067811865476f;
  v16 t = 1.0f / __builtin_elementwise_fma(z, zero + 0.5f, zero + 1.0f);
  v16 p = zero + fit[0];
  for (int i = 1; i < 10; i++) p = __builtin_elementwise_fma(p, t, zero + fit[i]);
  v16 tail = t * VARIANT(exp16)(__builtin_elementwise_fma(-z, z, p));
  return x * 0.5f * VARIANT(select16)(x < zero, tail, 2.0f - tail);
}

TARGET INLINE v16 VARIANT(activate16)(int kind, v16 x) {
  v16 zero = {0};
  v16 above = VARIANT(select16)(x > zero, x, VARIANT(select16)(x == x, zero, x));
  switch (kind) {
    case HF_GELU: return VARIANT(gelu16)(x);
    case HF_GELU_TANH: return VARIANT(gelu_tanh16)(x);
    case HF_RELU: return above;
    case HF_SQUARED_RELU: return above * above;
    default: return x / (1.0f + VARIANT(exp16)(-x));
  }
}

// One loop for each kind, so that none is chosen within it.
#define ACTIVATE(expression) \
  for (long i = 0; i < n; i += 16) { \
    int whole = i + 16 <= n; \
    v16 g = whole ? *(const v16 *)(x + i) : VARIANT(load_part)(x + i, n - i, 0); \
    v16 y = expression; \
    if (whole) *(v16 *)(x + i) = y; \
    else VARIANT(store_part)(x + i, n - i, y); \
  } \
  break;
#define UP (whole ? *(const v16 *)(up + i) : VARIANT(load_part)(up + i, n - i, 0))

TARGET static void VARIANT(activate)(int kind, float *x, long n) {
  switch (kind) {
    case HF_GELU: ACTIVATE(VARIANT(gelu16)(g))
    case HF_GELU_TANH: ACTIVATE(VARIANT(gelu_tanh16)(g))
    default: ACTIVATE(VARIANT(activate16)(kind, g))
  }
}

TARGET static void VARIANT(activate_times)(int kind, float *x, const float *up, long n) {
  switch (kind) {
    case HF_SILU: ACTIVATE(VARIANT(silu_times16)(g, UP))
    case HF_GELU_TANH: ACTIVATE(VARIANT(gelu_tanh16)(g) * UP)
    default: ACTIVATE(VARIANT(activate16)(kind, g) * UP)
  }
}

#undef ACTIVATE
#undef UP

// tanh: a polynomial near 0 (Cephes' tanhf), by exp elsewhere.
TARGET INLINE v16 VARIANT(tanh16)(v16 x) {
  v16 zero = {0};
  v16 z = x * x;
  v16 p = zero - 5.70498872745e-3f;
  p = __builtin_elementwise_fma(p, z, zero + 2.06390887954e-2f);
  p = __builtin_elementwise_fma(p, z, zero - 5.37397155531e-2f);
  p = __builtin_elementwise_fma(p, z, zero + 1.33314422036e-1f);
  p = __builtin_elementwise_fma(p, z, zero - 3.33332819422e-1f);
  v16 near = __builtin_elementwise_fma(p * z, x, x);
  v16 size = VARIANT(select16)(x < zero, -x, x);
  v16 far = 1.0f - 2.0f / (VARIANT(exp16)(2.0f * size) + 1.0f);
  far = VARIANT(select16)(x < zero, -far, far);
  return VARIANT(select16)(size < zero + 0.625f, near, VARIANT(select16)(x == x, far, x));
}

TARGET static void VARIANT(scale_and_cap)(float *x, long n, float scale, float cap) {
  for (long i = 0; i < n; i++) x[i] *= scale;
  if (cap == 0) return;
  long i = 0;
  for (; i + 16 <= n; i += 16) *(v16 *)(x + i) = cap * VARIANT(tanh16)(*(const v16 *)(x + i) / cap);
  if (i < n) VARIANT(store_part)(x + i, n - i, cap * VARIANT(tanh16)(VARIANT(load_part)(x + i, n - i, 0) / cap));
}

TARGET static void VARIANT(add)(float *x, const float *y, long n) {
  for (long i = 0; i < n; i++) x[i] += y[i];
}

TARGET static void VARIANT(add_scaled)(float *y, const float *x, float scale, long n) {
  for (long i = 0; i < n; i++) y[i] = __builtin_elementwise_fma(scale, x[i], y[i]);
}

TARGET static void VARIANT(exp)(const float *x, float *y, long n) {
  long i = 0;
  for (; i + 16 <= n; i += 16) *(v16 *)(y + i) = VARIANT(exp16)(*(const v16 *)(x + i));
  if (i < n) VARIANT(store_part)(y + i, n - i, VARIANT(exp16)(VARIANT(load_part)(x + i, n - i, 0)));
}

TARGET static long VARIANT(first_non_finite)(const float *x, long n) {
  // x - x is 0 for a finite x and NaN for the others; a whole run is looked at before its elements are.
  for (long begin = 0; begin < n; begin += 1024) {
    long end = begin + 1024 < n ? begin + 1024 : n;
    v16 bad = {0};
    long i = begin;
    for (; i + 16 <= end; i += 16) {
      v16 v = *(const v16 *)(x + i);
      bad += v - v;
    }
    float total = VARIANT(sum16)(bad);
    for (; i < end; i++) total += x[i] - x[i];
    if (total == 0) continue;
    for (i = begin; i < end; i++)
      if (x[i] - x[i] != 0) return i;
  }
  return -1;
}

TARGET static hf_chunk_lse VARIANT(log_sum_exp_chunk)(const float *x, long n) {
  const float lowest = -__builtin_inff();
  v16 top = (v16){0} + lowest;
  long i = 0;
  for (; i + 16 <= n; i += 16) {
    v16 v = *(const v16 *)(x + i);
    top = VARIANT(select16)(v > top, v, top);
  }
  float maximum = lowest;
  for (int lane = 0; lane < 16; lane++) maximum = top[lane] > maximum ? top[lane] : maximum;
  for (; i < n; i++) maximum = x[i] > maximum ? x[i] : maximum;
  v16 sum = {0};
  for (i = 0; i + 16 <= n; i += 16) sum += VARIANT(exp16)(*(const v16 *)(x + i) - maximum);
  if (i < n) sum += VARIANT(exp16)(VARIANT(load_part)(x + i, n - i, lowest) - maximum);
  long argmax = 0;
  while (argmax < n && x[argmax] != maximum) argmax++;
  return (hf_chunk_lse){maximum, VARIANT(sum16)(sum), argmax};
}

TARGET static void VARIANT(softmax_tile)(
  float *scores, int first, int visible, float scale, float cap, float *maximum, float *sum, float *output, long d) {
  if (first >= visible) {
    // Nothing of this tile is seen: it weighs exactly 0.
    for (int i = 0; i < HF_KEY_TILE; i++) scores[i] = 0;
    return;
  }
  const float lowest = -__builtin_inff();
  float top = *maximum;
  for (int i = 0; i < visible; i++) scores[i] *= scale;
  if (cap != 0)
    for (int i = 0; i < HF_KEY_TILE; i += 16)
      *(v16 *)(scores + i) = cap * VARIANT(tanh16)(*(const v16 *)(scores + i) / cap);
  for (int i = 0; i < first; i++) scores[i] = lowest;
  for (int i = visible; i < HF_KEY_TILE; i++) scores[i] = lowest;
  v16 tops = *(const v16 *)scores;
  for (int i = 16; i < HF_KEY_TILE; i += 16) {
    v16 v = *(const v16 *)(scores + i);
    tops = VARIANT(select16)(v > tops, v, tops);
  }
  for (int lane = 0; lane < 16; lane++) top = tops[lane] > top ? tops[lane] : top;
  v16 total = {0};
  for (int i = 0; i < HF_KEY_TILE; i += 16) {
    v16 p = VARIANT(exp16)(*(const v16 *)(scores + i) - top);
    *(v16 *)(scores + i) = p;
    total += p;
  }
  // exp(-inf - top) is 0: the first tile begins from nothing.
  float shrink = VARIANT(exp16)((v16){0} + (*maximum - top))[0];
  *sum = *sum * shrink + VARIANT(sum16)(total);
  *maximum = top;
  for (long i = 0; i < d; i++) output[i] *= shrink;
}

TARGET static void VARIANT(divide)(const float *x, float sum, float *y, long n) {
  for (long i = 0; i < n; i++) y[i] = x[i] / sum;
}
