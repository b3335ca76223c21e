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

#undef TILE_ROWS
