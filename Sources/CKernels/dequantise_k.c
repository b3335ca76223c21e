// Decoders of the K types: blocks of 256 weights, whose parts of 16 or 32 have scales of their own.
#include "dequantise_decoders.h"

INLINE void decode_q2_k(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 256; block++, p += 84, out += 256) {
    float d = half_at(p + 80), dmin = half_at(p + 82);
    // Sixteen times 16 weights with a scale and a minimum each; 32 bytes hold two bits each of four times 32.
    for (int part = 0; part < 16; part++) {
      const uint8_t *q = p + 16 + 32 * (part >> 3) + 16 * (part & 1);
      int shift = 2 * (part >> 1 & 3);
      float scale = d * (float)(int)(p[part] & 15), minimum = dmin * (float)(int)(p[part] >> 4);
      for (int i = 0; i < 16; i++) {
        out[16 * part + i] = scale * (float)(q[i] >> shift & 3) - minimum;
      }
    }
  }
}

DECODER(decode_q2_k)

// The 6-bit scale of part `part` (0 to 15) of a Q3_K block, -32 to 31: its low four bits are a nibble of the first 8 bytes, its high two
// are in the 4 behind.
INLINE int q3_scale(const uint8_t *s, int part) {
  int low = s[part & 7] >> 4 * (part >> 3) & 15, high = s[8 + (part & 3)] >> 2 * (part >> 2) & 3;
  return (low | high << 4) - 32;
}

INLINE void decode_q3_k(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 256; block++, p += 110, out += 256) {
    float d = half_at(p + 108);
    for (int part = 0; part < 16; part++) {
      const uint8_t *third = p + 16 * (part & 1), *q = p + 32 + 32 * (part >> 3) + 16 * (part & 1);
      int shift = 2 * (part >> 1 & 3), bit = part >> 1;
      float scale = d * (float)q3_scale(p + 96, part);
      for (int i = 0; i < 16; i++) {
        out[16 * part + i] = scale * (float)(((q[i] >> shift & 3) | (third[i] >> bit & 1) << 2) - 4);
      }
    }
  }
}

DECODER(decode_q3_k)

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

DECODER(decode_q4_k)

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

DECODER(decode_q5_k)

INLINE void decode_q6_k(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 256; block++, p += 210, out += 256) {
    float d = half_at(p + 208);
    // Sixteen times 16 weights with a scale each. Of every 128, four groups of 32: low nibbles of the first and second 32 bytes, then
    // their high nibbles; two bits each from the bytes behind.
    for (int part = 0; part < 16; part++) {
      int half = part >> 3, group = part >> 1 & 3, first = 16 * (part & 1);
      const uint8_t *nibbles = p + 64 * half + 32 * (group & 1) + first, *high = p + 128 + 32 * half + first;
      float scale = d * (float)(int8_t)p[192 + part];
      for (int i = 0; i < 16; i++) {
        int q = (nibbles[i] >> 4 * (group >> 1) & 15) | (high[i] >> 2 * group & 3) << 4;
        out[16 * part + i] = scale * (float)(q - 32);
      }
    }
  }
}

DECODER(decode_q6_k)
