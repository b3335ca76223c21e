#include "dequantise.h"

#include "dequantise_decoders.h"

INLINE void decode_f16(const uint8_t *p, float *out, long n) {
  for (long i = 0; i < n; i++) {
    out[i] = half_at(p + 2 * i);
  }
}

INLINE void decode_bf16(const uint8_t *p, float *out, long n) {
  for (long i = 0; i < n; i++) {
    uint16_t high;
    memcpy(&high, p + 2 * i, 2);
    out[i] = from_bits((uint32_t)high << 16);
  }
}

INLINE void decode_q4_0(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 32; block++, p += 18, out += 32) {
    float d = half_at(p);
    for (int i = 0; i < 16; i++) {
      out[i] = d * (float)((int)(p[2 + i] & 15) - 8);
      out[i + 16] = d * (float)((int)(p[2 + i] >> 4) - 8);
    }
  }
}

INLINE void decode_q4_1(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 32; block++, p += 20, out += 32) {
    float d = half_at(p), m = half_at(p + 2);
    for (int i = 0; i < 16; i++) {
      out[i] = d * (float)(int)(p[4 + i] & 15) + m;
      out[i + 16] = d * (float)(int)(p[4 + i] >> 4) + m;
    }
  }
}

INLINE void decode_q5_0(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 32; block++, p += 22, out += 32) {
    float d = half_at(p);
    uint32_t fifth;
    memcpy(&fifth, p + 2, 4);
    for (int i = 0; i < 16; i++) {
      int low = (p[6 + i] & 15) | (int)((fifth >> i) & 1) << 4;
      int high = (p[6 + i] >> 4) | (int)((fifth >> (i + 16)) & 1) << 4;
      out[i] = d * (float)(low - 16);
      out[i + 16] = d * (float)(high - 16);
    }
  }
}

INLINE void decode_q5_1(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 32; block++, p += 24, out += 32) {
    float d = half_at(p), m = half_at(p + 2);
    uint32_t fifth;
    memcpy(&fifth, p + 4, 4);
    for (int i = 0; i < 16; i++) {
      int low = (p[8 + i] & 15) | (int)((fifth >> i) & 1) << 4;
      int high = (p[8 + i] >> 4) | (int)((fifth >> (i + 16)) & 1) << 4;
      out[i] = d * (float)low + m;
      out[i + 16] = d * (float)high + m;
    }
  }
}

INLINE void decode_q8_0(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 32; block++, p += 34, out += 32) {
    float d = half_at(p);
    for (int i = 0; i < 32; i++) {
      out[i] = d * (float)(int8_t)p[2 + i];
    }
  }
}

INLINE void dequantise(int type, const uint8_t *p, float *out, long n) {
  switch (type) {
  case 0:
    memcpy(out, p, (size_t)n * 4);
    break;
  case 1:
    decode_f16(p, out, n);
    break;
  case 2:
    decode_q4_0(p, out, n);
    break;
  case 3:
    decode_q4_1(p, out, n);
    break;
  case 6:
    decode_q5_0(p, out, n);
    break;
  case 7:
    decode_q5_1(p, out, n);
    break;
  case 8:
    decode_q8_0(p, out, n);
    break;
  case 10:
    hf_decode_q2_k(p, out, n);
    break;
  case 11:
    hf_decode_q3_k(p, out, n);
    break;
  case 12:
    hf_decode_q4_k(p, out, n);
    break;
  case 13:
    hf_decode_q5_k(p, out, n);
    break;
  case 14:
    hf_decode_q6_k(p, out, n);
    break;
  case 16:
    hf_decode_iq2_xxs(p, out, n);
    break;
  case 17:
    hf_decode_iq2_xs(p, out, n);
    break;
  case 18:
    hf_decode_iq3_xxs(p, out, n);
    break;
  case 19:
    hf_decode_iq1_s(p, out, n);
    break;
  case 20:
    hf_decode_iq4_nl(p, out, n);
    break;
  case 21:
    hf_decode_iq3_s(p, out, n);
    break;
  case 22:
    hf_decode_iq2_s(p, out, n);
    break;
  case 23:
    hf_decode_iq4_xs(p, out, n);
    break;
  case 29:
    hf_decode_iq1_m(p, out, n);
    break;
  case 30:
    decode_bf16(p, out, n);
    break;
  case 34:
    hf_decode_tq1_0(p, out, n);
    break;
  case 35:
    hf_decode_tq2_0(p, out, n);
    break;
  case 39:
    hf_decode_mxfp4(p, out, n);
    break;
  case 40:
    hf_decode_nvfp4(p, out, n);
    break;
  default:
    break;
  }
}

static void dequantise_portable(int type, const uint8_t *p, float *out, long n) { dequantise(type, p, out, n); }

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void dequantise_avx2(int type, const uint8_t *p, float *out, long n) {
  dequantise(type, p, out, n);
}
#endif

void hf_dequantise(int type, const void *blocks, float *out, long weights) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    dequantise_avx2(type, blocks, out, weights);
    return;
  }
#endif
  dequantise_portable(type, blocks, out, weights);
}
