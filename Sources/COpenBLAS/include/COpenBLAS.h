#ifndef HOLDFAST_COPENBLAS_H
#define HOLDFAST_COPENBLAS_H

/// Loads OpenBLAS, choosing its kernels for this processor first: the library reads OPENBLAS_CORETYPE when it initialises, and
/// Debian's build falls back to SSE3 kernels, seven times slower, on processors newer than itself. A value that the user has set stays.
/// It is told to use one thread: the engine divides the work itself.
///
/// Returns 0, or -1 where the library is not installed or lacks a function; `hf_openblas_error` then says what is missing.
/// Safe to call again and from several threads.
int hf_openblas_load(void);

/// Why loading failed, or an empty string.
const char *hf_openblas_error(void);

/// The kernels in use, as OpenBLAS names them ("SkylakeX", "Haswell", "Prescott"). Empty before loading.
const char *hf_openblas_core(void);

/// C = A · Bᵀ for row-major A [m, k], B [n, k] and C [m, n], in fp32. Only after a successful load.
void hf_openblas_sgemm_nt(int m, int n, int k, const float *a, const float *b, float *c);

/// C = alpha · op(A) · op(B) + beta · C for row-major matrices with their row strides; op transposes where its flag is not 0.
/// op(A) is [m, k], op(B) [k, n], C [m, n]. Only after a successful load.
void hf_openblas_sgemm(
  int transposeA, int transposeB, int m, int n, int k, float alpha, const float *a, int aStride, const float *b, int bStride,
  float beta, float *c, int cStride);

#endif
