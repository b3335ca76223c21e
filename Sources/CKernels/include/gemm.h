#ifndef HOLDFAST_GEMM_H
#define HOLDFAST_GEMM_H

/// Outputs are packed in strips of 16 and computed in panels of 64.
enum { HF_STRIP = 16, HF_PANEL = 64 };

/// Floats that the packed form of an [outputs, k] matrix takes: outputs padded to whole panels.
long hf_packed_count(long outputs, long k);

/// Packs up to 16 rows of a row-major [outputs, k] matrix into one strip `strip[k][16]`; missing rows become zeros.
/// `rows[i]` points at row i.
void hf_pack_strip(const float *const *rows, int count, long k, float *strip);

/// y[r][o] = Σ_k x[r][k] · w[o][k] for r < rows and the outputs of panels [firstPanel, lastPanel) that are below `outputs`.
///
/// `w` is packed and 64-byte aligned. One fused multiply-add chain per output in the order of k, beginning at +0
/// (or at y[r][o] where `accumulate` is not 0): the bits of an output depend on its row and its weights alone.
void hf_gemm(
  const float *x, long xStride, long rows, const float *w, long k, long outputs, long firstPanel, long lastPanel,
  float *y, long yStride, int accumulate);

#endif
