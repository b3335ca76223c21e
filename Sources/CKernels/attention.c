#include "include/attention.h"

#include <string.h>

#include "include/gemm.h"

void hf_pack_keys(const float *keys, long stride, const int *slots, int count, long d, float *packed) {
  for (int strip = 0; strip < HF_KEY_TILE / HF_STRIP; strip++) {
    const float *rows[HF_STRIP];
    int first = strip * HF_STRIP;
    int here = count - first < 0 ? 0 : count - first > HF_STRIP ? HF_STRIP : count - first;
    for (int i = 0; i < here; i++) rows[i] = keys + slots[first + i] * stride;
    hf_pack_strip(rows, here, d, packed + strip * HF_STRIP * d);
  }
}

void hf_pack_values(const float *values, long stride, const int *slots, int count, long d, float *packed) {
  memset(packed, 0, sizeof(float) * hf_packed_count(d, HF_KEY_TILE));
  for (int key = 0; key < count; key++) {
    const float *from = values + slots[key] * stride;
    for (long i = 0; i < d; i += HF_STRIP) {
      long width = d - i < HF_STRIP ? d - i : HF_STRIP;
      memcpy(packed + i * HF_KEY_TILE + key * HF_STRIP, from + i, sizeof(float) * width);
    }
  }
}
