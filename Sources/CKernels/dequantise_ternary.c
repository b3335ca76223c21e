// Decoders of the ternary types: 256 weights of -1, 0 and 1, with one scale behind them.
#include "dequantise_decoders.h"

// One of a byte's five ternary digits, the first the most significant: the byte is their number as a fraction of 3^5, so that multiplying
// it by a power of three (modulo 256) brings a digit in front.
INLINE int ternary_digit(uint8_t byte, int power) { return (int)((uint8_t)(byte * power) * 3 >> 8) - 1; }

INLINE void decode_tq1_0(const uint8_t *p, float *out, long n) {
  static const uint8_t powers[5] = {1, 3, 9, 27, 81};
  for (long block = 0; block < n / 256; block++, p += 54, out += 256) {
    float d = half_at(p + 52);
    // Digit by digit of 32 bytes, then of 16, and four digits of the last 4.
    for (int digit = 0; digit < 5; digit++) {
      for (int i = 0; i < 32; i++) { out[32 * digit + i] = d * (float)ternary_digit(p[i], powers[digit]); }
      for (int i = 0; i < 16; i++) { out[160 + 16 * digit + i] = d * (float)ternary_digit(p[32 + i], powers[digit]); }
    }
    for (int digit = 0; digit < 4; digit++) {
      for (int i = 0; i < 4; i++) { out[240 + 4 * digit + i] = d * (float)ternary_digit(p[48 + i], powers[digit]); }
    }
  }
}

DECODER(decode_tq1_0)

INLINE void decode_tq2_0(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 256; block++, p += 66, out += 256) {
    float d = half_at(p + 64);
    for (int part = 0; part < 8; part++) {
      const uint8_t *q = p + 32 * (part >> 2);
      for (int i = 0; i < 32; i++) { out[32 * part + i] = d * (float)((q[i] >> 2 * (part & 3) & 3) - 1); }
    }
  }
}

DECODER(decode_tq2_0)
