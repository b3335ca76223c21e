#include "include/gemm.h"

#include "dispatch.h"
#include "vector.h"

// 6 rows by 64 outputs fill the 32 registers of AVX-512; 6 by 16 the 16 of AVX2.
#if defined(__x86_64__)
#define TARGET TARGET_AVX512
#define SUFFIX _avx512
#define LANES 16
#define STRIPS 4
#include "gemm_variant.h"
#undef TARGET
#undef SUFFIX
#undef LANES
#undef STRIPS

#define TARGET TARGET_AVX2
#define SUFFIX _avx2
#define LANES 8
#define STRIPS 1
#include "gemm_variant.h"
#undef TARGET
#undef SUFFIX
#undef LANES
#undef STRIPS
#endif

#define TARGET TARGET_PORTABLE
#define SUFFIX _portable
#define LANES 4
#define STRIPS 1
#include "gemm_variant.h"

long hf_packed_count(long outputs, long k) { return (outputs + HF_PANEL - 1) / HF_PANEL * HF_PANEL * k; }

void hf_pack_strip(const float *const *rows, int count, long k, float *strip) {
  DISPATCH(pack_strip, rows, count, k, strip)
}

void hf_gemm(
  const float *x, long xStride, long rows, const float *w, long k, long outputs, long firstPanel, long lastPanel,
  float *y, long yStride, int accumulate) {
  DISPATCH(gemm, x, xStride, rows, w, k, outputs, firstPanel, lastPanel, y, yStride, accumulate)
}
