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

TARGET static void VARIANT(rotate)(float *x, long heads, long d, const float *cosines, const float *sines) {
  long half = d / 2;
  for (long h = 0; h < heads; h++) {
    float *low = x + h * d;
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

TARGET static void VARIANT(silu_times)(float *gate, const float *up, long n) {
  long i = 0;
  for (; i + 16 <= n; i += 16)
    *(v16 *)(gate + i) = VARIANT(silu_times16)(*(const v16 *)(gate + i), *(const v16 *)(up + i));
  if (i < n) {
    v16 y = VARIANT(silu_times16)(VARIANT(load_part)(gate + i, n - i, 0), VARIANT(load_part)(up + i, n - i, 0));
    VARIANT(store_part)(gate + i, n - i, y);
  }
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
  float *scores, int visible, float scale, float *maximum, float *sum, float *output, long d) {
  const float lowest = -__builtin_inff();
  float top = *maximum;
  for (int i = 0; i < visible; i++) scores[i] *= scale;
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
