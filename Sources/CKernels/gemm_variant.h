// The packed GEMM, included once for each instruction set: TARGET, SUFFIX and VECTORS (strips a tile is wide) are defined by the includer.

#define TILE_ROWS 6

// A tile of `rows` (a constant where inlined) rows by VECTORS strips. Accumulators stay in registers; x is broadcast from its rows.
TARGET INLINE void VARIANT(tile)(
  int rows, const float *x, long xStride, const float *w, long stripLength, long k, float *y, long yStride, int accumulate) {
  v16 sum[TILE_ROWS][VECTORS];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < VECTORS; v++) {
      if (accumulate) sum[r][v] = *(const v16 *)(y + r * yStride + v * HF_STRIP);
      else sum[r][v] = (v16){0};
    }
  for (long i = 0; i < k; i++) {
    v16 weight[VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < VECTORS; v++) weight[v] = *(const v16 *)(w + v * stripLength + i * HF_STRIP);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      float scalar = x[r * xStride + i];
      v16 broadcast = (v16){0} + scalar;
#pragma clang loop unroll(full)
      for (int v = 0; v < VECTORS; v++) sum[r][v] = __builtin_elementwise_fma(broadcast, weight[v], sum[r][v]);
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < VECTORS; v++) *(v16 *)(y + r * yStride + v * HF_STRIP) = sum[r][v];
}

TARGET static void VARIANT(row_tile)(
  long rows, const float *x, long xStride, const float *w, long stripLength, long k, float *y, long yStride, int accumulate) {
#define ROWS(n) \
  case n: VARIANT(tile)(n, x, xStride, w, stripLength, k, y, yStride, accumulate); break;
  switch (rows) { ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) }
#undef ROWS
}

TARGET static void VARIANT(gemm)(
  const float *x, long xStride, long rows, const float *w, long k, long outputs, long firstPanel, long lastPanel,
  float *y, long yStride, int accumulate) {
  long stripLength = k * HF_STRIP;
  long width = VECTORS * HF_STRIP;
  for (long panel = firstPanel; panel < lastPanel; panel++) {
    for (long row = 0; row < rows; row += TILE_ROWS) {
      long tileRows = rows - row < TILE_ROWS ? rows - row : TILE_ROWS;
      for (long output = panel * HF_PANEL; output < (panel + 1) * HF_PANEL && output < outputs; output += width) {
        const float *strip = w + (output / HF_STRIP) * stripLength;
        const float *from = x + row * xStride;
        float *to = y + row * yStride + output;
        if (output + width <= outputs) {
          VARIANT(row_tile)(tileRows, from, xStride, strip, stripLength, k, to, yStride, accumulate);
          continue;
        }
        // The last outputs do not fill the tile: compute it whole beside y and copy what exists.
        float whole[TILE_ROWS * VECTORS * HF_STRIP];
        long left = outputs - output;
        for (long r = 0; r < tileRows; r++)
          for (long o = 0; o < width; o++)
            whole[r * width + o] = accumulate && o < left ? to[r * yStride + o] : 0;
        VARIANT(row_tile)(tileRows, from, xStride, strip, stripLength, k, whole, width, accumulate);
        for (long r = 0; r < tileRows; r++)
          for (long o = 0; o < left; o++) to[r * yStride + o] = whole[r * width + o];
      }
    }
  }
}

// One of the four steps of a transposition of 16 x 16: pairs of rows whose numbers differ in the bit `d` exchange the halves of each
// group of 2 d lanes.
#define LOW(j, d) (((j) & (d)) == 0 ? (j) : 16 + (j) - (d))
#define HIGH(j, d) (((j) & (d)) == 0 ? (j) + (d) : 16 + (j))
#define LANES(f, d) \
  f(0, d), f(1, d), f(2, d), f(3, d), f(4, d), f(5, d), f(6, d), f(7, d), f(8, d), f(9, d), f(10, d), f(11, d), f(12, d), f(13, d), \
    f(14, d), f(15, d)
#define EXCHANGE(d) \
  _Pragma("clang loop unroll(full)") for (int i = 0; i < 16; i++) if ((i & (d)) == 0) { \
    v16 low = __builtin_shufflevector(row[i], row[i + (d)], LANES(LOW, d)); \
    row[i + (d)] = __builtin_shufflevector(row[i], row[i + (d)], LANES(HIGH, d)); \
    row[i] = low; \
  }

TARGET static void VARIANT(pack_strip)(const float *const *rows, int count, long k, float *strip) {
  long i = 0;
  if (count == HF_STRIP)
    for (; i + 16 <= k; i += 16) {
      v16 row[16];
#pragma clang loop unroll(full)
      for (int r = 0; r < 16; r++) row[r] = *(const v16 *)(rows[r] + i);
      EXCHANGE(8) EXCHANGE(4) EXCHANGE(2) EXCHANGE(1)
#pragma clang loop unroll(full)
      for (int r = 0; r < 16; r++) *(v16 *)(strip + (i + r) * HF_STRIP) = row[r];
    }
  for (; i < k; i++) {
    float *to = strip + i * HF_STRIP;
    int r = 0;
    for (; r < count; r++) to[r] = rows[r][i];
    for (; r < HF_STRIP; r++) to[r] = 0;
  }
}

#undef LOW
#undef HIGH
#undef LANES
#undef EXCHANGE
#undef TILE_ROWS
