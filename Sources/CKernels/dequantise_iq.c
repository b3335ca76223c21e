// Decoders of the types IQ1 to IQ3: blocks of 256 weights that index a grid, four or eight weights at a time.
#include "dequantise_decoders.h"
#include "dequantise_grids.h"

// The signs that seven bits stand for: the eighth makes their number even.
INLINE uint32_t even_signs(uint32_t index) { return index | (uint32_t)__builtin_parity(index) << 7; }

// Eight weights at a time, in vectors that the compiler splits where the target's are shorter.
typedef uint32_t eight_words __attribute__((vector_size(32)));
typedef int32_t eight_integers __attribute__((vector_size(32)));
typedef float eight_floats __attribute__((vector_size(32)));

// The magnitudes times the scale, negative where the bit of `signs` is set; zeros keep the sign too.
INLINE void put_signed(eight_words magnitudes, uint32_t signs, float scale, float *out) {
  eight_floats values = scale * __builtin_convertvector((eight_integers)magnitudes, eight_floats);
  eight_words negative = (signs << (eight_words){31, 30, 29, 28, 27, 26, 25, 24}) & 0x80000000u;
  negative ^= (eight_words)values;
  memcpy(out, &negative, 32);
}

// Of IQ2: 8, 25 or 43 each.
INLINE void put_iq2(uint32_t entry, uint32_t signs, float scale, float *out) {
  eight_words indices = (entry >> (eight_words){0, 2, 4, 6, 8, 10, 12, 14}) & 3;
  put_signed(8 + (indices << 4) + indices + (indices >> 1), signs, scale, out);
}

// The indices that two entries of IQ3's grids hold.
INLINE eight_words iq3_indices(uint32_t low, uint32_t high) {
  return ((low | high << 16) >> (eight_words){0, 4, 8, 12, 16, 20, 24, 28}) & 7;
}

// Of IQ1: -1, 0 or 1, moved by an eighth.
INLINE void put_iq1(uint32_t entry, float delta, float scale, float *out) {
  eight_words indices = (entry >> (eight_words){0, 2, 4, 6, 8, 10, 12, 14}) & 3;
  eight_floats values = scale * (__builtin_convertvector((eight_integers)indices, eight_floats) - 1.0f + delta);
  memcpy(out, &values, 32);
}

INLINE float iq2_scale(float d, uint32_t scale) { return d * (0.5f + (float)(int)scale) * 0.25f; }

INLINE void decode_iq2_xxs(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 256; block++, p += 66, out += 256) {
    float d = half_at(p);
    for (int part = 0; part < 8; part++) {
      const uint8_t *indices = p + 2 + 8 * part;
      uint32_t signs = word_at(indices + 4);
      float scale = iq2_scale(d, signs >> 28);
      for (int eight = 0; eight < 4; eight++) {
        put_iq2(
          hf_grid_iq2_xxs[indices[eight]], even_signs(signs >> 7 * eight & 127), scale, out + 32 * part + 8 * eight);
      }
    }
  }
}

DECODER(decode_iq2_xxs)

INLINE void decode_iq2_xs(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 256; block++, p += 74, out += 256) {
    float d = half_at(p);
    for (int eight = 0; eight < 32; eight++) {
      uint32_t index = short_at(p + 2 + 2 * eight);
      float scale = iq2_scale(d, p[66 + eight / 4] >> 4 * (eight / 2 & 1) & 15);
      put_iq2(hf_grid_iq2_xs[index & 511], even_signs(index >> 9), scale, out + 8 * eight);
    }
  }
}

DECODER(decode_iq2_xs)

INLINE void decode_iq2_s(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 256; block++, p += 82, out += 256) {
    float d = half_at(p);
    const uint8_t *low = p + 2, *signs = p + 34, *high = p + 66, *scales = p + 74;
    for (int eight = 0; eight < 32; eight++) {
      uint32_t index = low[eight] | (uint32_t)(high[eight / 4] >> 2 * (eight & 3) & 3) << 8;
      float scale = iq2_scale(d, scales[eight / 4] >> 4 * (eight / 2 & 1) & 15);
      put_iq2(hf_grid_iq2_s[index], signs[eight], scale, out + 8 * eight);
    }
  }
}

DECODER(decode_iq2_s)

INLINE void decode_iq3_xxs(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 256; block++, p += 98, out += 256) {
    float d = half_at(p);
    for (int part = 0; part < 8; part++) {
      uint32_t signs = word_at(p + 66 + 4 * part);
      float scale = d * (0.5f + (float)(int)(signs >> 28)) * 0.5f;
      for (int eight = 0; eight < 4; eight++) {
        const uint8_t *q = p + 2 + 8 * part + 2 * eight;
        eight_words indices = iq3_indices(hf_grid_iq3_xxs[q[0]], hf_grid_iq3_xxs[q[1]]);
        // 4, 12, … 52, and 62.
        eight_words magnitudes = 4 + (indices << 3) + ((indices + 1) >> 3 << 1);
        put_signed(magnitudes, even_signs(signs >> 7 * eight & 127), scale, out + 32 * part + 8 * eight);
      }
    }
  }
}

DECODER(decode_iq3_xxs)

INLINE void decode_iq3_s(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 256; block++, p += 110, out += 256) {
    float d = half_at(p);
    const uint8_t *low = p + 2, *ninth = p + 66, *signs = p + 74, *scales = p + 106;
    for (int eight = 0; eight < 32; eight++) {
      uint32_t bits = ninth[eight / 4] >> 2 * (eight & 3);
      uint32_t first = low[2 * eight] | (bits & 1) << 8, second = low[2 * eight + 1] | (bits >> 1 & 1) << 8;
      float scale = d * (float)(1 + 2 * (scales[eight / 8] >> 4 * (eight / 4 & 1) & 15));
      eight_words indices = iq3_indices(hf_grid_iq3_s[first], hf_grid_iq3_s[second]);
      // The odd numbers from 1 to 15.
      put_signed((indices << 1) + 1, signs[eight], scale, out + 8 * eight);
    }
  }
}

DECODER(decode_iq3_s)

INLINE void decode_iq1_s(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 256; block++, p += 50, out += 256) {
    float d = half_at(p);
    for (int part = 0; part < 8; part++) {
      uint32_t high = short_at(p + 34 + 2 * part);
      float scale = d * (float)(int)(2 * (high >> 12 & 7) + 1), delta = high & 0x8000 ? -0.125f : 0.125f;
      for (int eight = 0; eight < 4; eight++) {
        uint32_t index = p[2 + 4 * part + eight] | (high >> 3 * eight & 7) << 8;
        put_iq1(hf_grid_iq1[index], delta, scale, out + 32 * part + 8 * eight);
      }
    }
  }
}

DECODER(decode_iq1_s)

INLINE void decode_iq1_m(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 256; block++, p += 56, out += 256) {
    const uint8_t *high = p + 32, *scales = p + 48;
    // The scale of the block is in the highest four bits of each of the four words that hold the parts' scales, three bits each.
    uint16_t whole = 0;
    for (int word = 0; word < 4; word++) { whole |= (uint16_t)((short_at(scales + 2 * word) >> 12) << 4 * word); }
    float d = from_half(whole);
    for (int part = 0; part < 16; part++) {
      float scale = d * (float)(int)(2 * (short_at(scales + 2 * (part / 4)) >> 3 * (part & 3) & 7) + 1);
      for (int eight = 0; eight < 2; eight++) {
        uint32_t bits = high[part] >> 4 * eight;
        uint32_t index = p[2 * part + eight] | (bits & 7) << 8;
        put_iq1(hf_grid_iq1[index], bits & 8 ? -0.125f : 0.125f, scale, out + 16 * part + 8 * eight);
      }
    }
  }
}

DECODER(decode_iq1_m)
