// The packed GEMM, included once for each instruction set. The includer defines TARGET, SUFFIX, LANES (floats that a register holds)
// and STRIPS (that a tile is wide).

#define TILE_ROWS 6
#define PARTS (HF_STRIP / LANES)

// A vector as wide as a register: transpositions of wider ones, which the compiler must split, are spilled to the stack.
typedef float VARIANT(lanes) __attribute__((ext_vector_type(LANES), aligned(4)));

// A tile of `rows` (a constant where inlined) rows by STRIPS strips. Accumulators stay in registers; x is broadcast from its rows.
TARGET INLINE void VARIANT(tile)(
  int rows, const float *x, long xStride, const float *w, long stripLength, long k, float *y, long yStride, int accumulate) {
  typedef VARIANT(lanes) lanes;
  lanes sum[TILE_ROWS][STRIPS * PARTS];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < STRIPS * PARTS; v++) {
      if (accumulate) sum[r][v] = *(const lanes *)(y + r * yStride + v * LANES);
      else sum[r][v] = (lanes){0};
    }
  for (long i = 0; i < k; i++) {
    lanes weight[STRIPS * PARTS];
#pragma clang loop unroll(full)
    for (int v = 0; v < STRIPS * PARTS; v++)
      weight[v] = *(const lanes *)(w + v / PARTS * stripLength + i * HF_STRIP + v % PARTS * LANES);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      // Assigned, not added to noughts: that would be an addition and a shuffle where a broadcasting load does.
      lanes broadcast = x[r * xStride + i];
#pragma clang loop unroll(full)
      for (int v = 0; v < STRIPS * PARTS; v++) sum[r][v] = __builtin_elementwise_fma(broadcast, weight[v], sum[r][v]);
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < STRIPS * PARTS; v++) *(lanes *)(y + r * yStride + v * LANES) = sum[r][v];
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
  long width = STRIPS * HF_STRIP;
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
        float whole[TILE_ROWS * STRIPS * HF_STRIP];
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

// One step of a transposition of LANES x LANES: pairs of rows whose numbers differ in the bit `d` exchange the halves of each group
// of 2 d lanes.
#define LOW(j, d) (((j) & (d)) == 0 ? (j) : LANES + (j) - (d))
#define HIGH(j, d) (((j) & (d)) == 0 ? (j) + (d) : LANES + (j))
#define FOUR(f, j, d) f(j, d), f((j) + 1, d), f((j) + 2, d), f((j) + 3, d)
#if LANES == 16
#define ALL(f, d) FOUR(f, 0, d), FOUR(f, 4, d), FOUR(f, 8, d), FOUR(f, 12, d)
#elif LANES == 8
#define ALL(f, d) FOUR(f, 0, d), FOUR(f, 4, d)
#else
#define ALL(f, d) FOUR(f, 0, d)
#endif
#define EXCHANGE(d) \
  if ((d) < LANES) \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < LANES; i++) if ((i & (d)) == 0) { \
      VARIANT(lanes) low = __builtin_shufflevector(row[i], row[(i + (d)) % LANES], ALL(LOW, (d) % LANES)); \
      row[(i + (d)) % LANES] = __builtin_shufflevector(row[i], row[(i + (d)) % LANES], ALL(HIGH, (d) % LANES)); \
      row[i] = low; \
    }

TARGET static void VARIANT(pack_strip)(const float *const *rows, int count, long k, float *strip) {
  long i = 0;
  if (count == HF_STRIP)
    for (; i + LANES <= k; i += LANES)
#pragma clang loop unroll(full)
      for (int first = 0; first < HF_STRIP; first += LANES) {
        VARIANT(lanes) row[LANES];
#pragma clang loop unroll(full)
        for (int r = 0; r < LANES; r++) row[r] = *(const VARIANT(lanes) *)(rows[first + r] + i);
        EXCHANGE(8) EXCHANGE(4) EXCHANGE(2) EXCHANGE(1)
#pragma clang loop unroll(full)
        for (int r = 0; r < LANES; r++) *(VARIANT(lanes) *)(strip + (i + r) * HF_STRIP + first) = row[r];
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
#undef FOUR
#undef ALL
#undef EXCHANGE
#undef TILE_ROWS
#undef PARTS
