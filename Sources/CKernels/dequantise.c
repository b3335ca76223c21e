#include "dequantise.h"

#include <stdint.h>
#include <string.h>

// A fused multiply-add would give other bits on machines that have one.
#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

INLINE float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

// Branch-free so that a loop over it vectorises without half-precision instructions. Subnormals are made normal by adding an
// exponent and subtracting it again as a float, which is exact.
INLINE float from_half(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16;
  uint32_t body = (uint32_t)(half & 0x7fff) << 13;
  uint32_t exponent = body & 0x0f800000;
  uint32_t normal = body + ((127u - 15u) << 23);
  uint32_t special = normal + ((128u - 16u) << 23);
  float subnormal = from_bits(body + (113u << 23)) - from_bits(113u << 23);
  uint32_t small;
  memcpy(&small, &subnormal, 4);
  uint32_t magnitude = exponent == 0 ? small : exponent == 0x0f800000 ? special : normal;
  return from_bits(sign | magnitude);
}

INLINE float half_at(const uint8_t *p) {
  uint16_t half;
  memcpy(&half, p, 2);
  return from_half(half);
}

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

// The 6-bit scale and minimum of sub-block j (0 to 7) of a K block, out of 12 packed bytes.
INLINE void scale_and_minimum(const uint8_t *s, int j, int *scale, int *minimum) {
  if (j < 4) {
    *scale = s[j] & 63;
    *minimum = s[j + 4] & 63;
  } else {
    *scale = (s[j + 4] & 15) | (s[j - 4] >> 6) << 4;
    *minimum = s[j + 4] >> 4 | (s[j] >> 6) << 4;
  }
}

INLINE void decode_q4_k(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 256; block++, p += 144, out += 256) {
    float d = half_at(p), dmin = half_at(p + 2);
    for (int pair = 0; pair < 4; pair++) {
      const uint8_t *q = p + 16 + 32 * pair;
      int s0, m0, s1, m1;
      scale_and_minimum(p + 4, 2 * pair, &s0, &m0);
      scale_and_minimum(p + 4, 2 * pair + 1, &s1, &m1);
      float d0 = d * (float)s0, n0 = dmin * (float)m0, d1 = d * (float)s1, n1 = dmin * (float)m1;
      for (int i = 0; i < 32; i++) {
        out[64 * pair + i] = d0 * (float)(int)(q[i] & 15) - n0;
        out[64 * pair + 32 + i] = d1 * (float)(int)(q[i] >> 4) - n1;
      }
    }
  }
}

INLINE void decode_q5_k(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 256; block++, p += 176, out += 256) {
    float d = half_at(p), dmin = half_at(p + 2);
    const uint8_t *fifth = p + 16;
    for (int pair = 0; pair < 4; pair++) {
      const uint8_t *q = p + 48 + 32 * pair;
      int s0, m0, s1, m1;
      scale_and_minimum(p + 4, 2 * pair, &s0, &m0);
      scale_and_minimum(p + 4, 2 * pair + 1, &s1, &m1);
      float d0 = d * (float)s0, n0 = dmin * (float)m0, d1 = d * (float)s1, n1 = dmin * (float)m1;
      for (int i = 0; i < 32; i++) {
        int low = (q[i] & 15) | (fifth[i] >> (2 * pair) & 1) << 4;
        int high = q[i] >> 4 | (fifth[i] >> (2 * pair + 1) & 1) << 4;
        out[64 * pair + i] = d0 * (float)low - n0;
        out[64 * pair + 32 + i] = d1 * (float)high - n1;
      }
    }
  }
}

INLINE void decode_q6_k(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 256; block++, p += 210, out += 256) {
    float d = half_at(p + 208);
    for (int half = 0; half < 2; half++) {
      const uint8_t *ql = p + 64 * half, *qh = p + 128 + 32 * half;
      const uint8_t *scales = p + 192 + 8 * half;
      // Four groups of 32: low nibbles of the first and second 32 bytes, then their high nibbles; two bits each from qh.
      for (int group = 0; group < 4; group++) {
        const uint8_t *nibbles = ql + 32 * (group & 1);
        int shift = 4 * (group >> 1);
        for (int i = 0; i < 32; i++) {
          float scale = d * (float)(int8_t)scales[2 * group + i / 16];
          int q = (nibbles[i] >> shift & 15) | (qh[i] >> (2 * group) & 3) << 4;
          out[128 * half + 32 * group + i] = scale * (float)(q - 32);
        }
      }
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
  case 12:
    decode_q4_k(p, out, n);
    break;
  case 13:
    decode_q5_k(p, out, n);
    break;
  case 14:
    decode_q6_k(p, out, n);
    break;
  case 30:
    decode_bf16(p, out, n);
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
