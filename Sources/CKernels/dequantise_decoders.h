// What decoders of stored weights share, and the decoders by kind, which `hf_dequantise` chooses from.
#ifndef HOLDFAST_DEQUANTISE_DECODERS_H
#define HOLDFAST_DEQUANTISE_DECODERS_H

#include <stdint.h>
#include <string.h>

// A fused multiply-add would give other bits on machines that have one.
#pragma STDC FP_CONTRACT OFF
// Vectors are passed between inlined functions alone.
#pragma clang diagnostic ignored "-Wpsabi"

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

INLINE uint16_t short_at(const uint8_t *p) {
  uint16_t value;
  memcpy(&value, p, 2);
  return value;
}

INLINE uint32_t word_at(const uint8_t *p) {
  uint32_t value;
  memcpy(&value, p, 4);
  return value;
}

INLINE float half_at(const uint8_t *p) { return from_half(short_at(p)); }

// Defines hf_NAME, which runs the always-inlined NAME in the instructions that this processor has.
#if defined(__x86_64__)
#define DECODER(name)                                                                                      \
  __attribute__((target("avx2"))) static void name##_avx2(const uint8_t *p, float *out, long n) {           \
    name(p, out, n);                                                                                       \
  }                                                                                                        \
  static void name##_portable(const uint8_t *p, float *out, long n) { name(p, out, n); }                    \
  void hf_##name(const uint8_t *p, float *out, long n) {                                                   \
    __builtin_cpu_supports("avx2") ? name##_avx2(p, out, n) : name##_portable(p, out, n);                   \
  }
#else
#define DECODER(name) \
  void hf_##name(const uint8_t *p, float *out, long n) { name(p, out, n); }
#endif

// Each decodes `n` weights, a multiple of its block's, from `p`, which needs no alignment.
typedef void hf_decoder(const uint8_t *p, float *out, long n);

// dequantise_k.c
hf_decoder hf_decode_q2_k, hf_decode_q3_k, hf_decode_q4_k, hf_decode_q5_k, hf_decode_q6_k;
// dequantise_codes.c
hf_decoder hf_decode_iq4_nl, hf_decode_iq4_xs, hf_decode_mxfp4, hf_decode_nvfp4;
// dequantise_iq.c
hf_decoder hf_decode_iq2_xxs, hf_decode_iq2_xs, hf_decode_iq2_s, hf_decode_iq3_xxs, hf_decode_iq3_s, hf_decode_iq1_s,
  hf_decode_iq1_m;
// dequantise_ternary.c
hf_decoder hf_decode_tq1_0, hf_decode_tq2_0;

#endif
