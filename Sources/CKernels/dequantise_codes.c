// Decoders of types whose weights are a scale times one of sixteen numbers, which four bits name.
#include "dequantise_decoders.h"

typedef int8_t sixteen_bytes __attribute__((vector_size(16)));
typedef float sixteen_floats __attribute__((vector_size(64)));

static const sixteen_bytes iq4_values = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
// Twice what E2M1 stands for: a sign, two bits of exponent, one of mantissa. Minus zero is 0, as in ggml.
static const sixteen_bytes twice_e2m1 = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

// Weights whose codes are `codes`: the shuffle is one instruction where the target has one.
INLINE void put(sixteen_bytes values, sixteen_bytes codes, float scale, float *out) {
  sixteen_floats weights = scale * __builtin_convertvector(__builtin_shufflevector(values, codes), sixteen_floats);
  memcpy(out, &weights, sizeof weights);
}

INLINE sixteen_bytes bytes_at(const uint8_t *p) {
  sixteen_bytes bytes;
  memcpy(&bytes, p, sizeof bytes);
  return bytes;
}

// 32 weights of one scale: the low halves of 16 bytes, then the high ones.
INLINE void put_both(sixteen_bytes values, const uint8_t *p, float scale, float *out) {
  sixteen_bytes bytes = bytes_at(p);
  put(values, bytes & 15, scale, out);
  put(values, bytes >> 4 & 15, scale, out + 16);
}

INLINE void decode_iq4_nl(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 32; block++, p += 18, out += 32) {
    put_both(iq4_values, p + 2, half_at(p), out);
  }
}

DECODER(decode_iq4_nl)

INLINE void decode_iq4_xs(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 256; block++, p += 136, out += 256) {
    float d = half_at(p);
    int high = short_at(p + 2);
    for (int part = 0; part < 8; part++) {
      int scale = ((p[4 + part / 2] >> 4 * (part & 1) & 15) | (high >> 2 * part & 3) << 4) - 32;
      put_both(iq4_values, p + 8 + 16 * part, d * (float)scale, out + 32 * part);
    }
  }
}

DECODER(decode_iq4_xs)

// Half of 2^(e - 127), which E8M0 stands for: the numbers come doubled. The two smallest are subnormal; 255 is a number, as in ggml.
INLINE float half_of_e8m0(uint8_t e) { return from_bits(e < 2 ? 0x00200000u << e : (uint32_t)(e - 1) << 23); }

INLINE void decode_mxfp4(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 32; block++, p += 17, out += 32) {
    put_both(twice_e2m1, p + 1, half_of_e8m0(p[0]), out);
  }
}

DECODER(decode_mxfp4)

// Half of what E4M3 without a sign stands for. Its NaN, 0x7f, is 0 as in ggml, which looks at the highest bit nowhere else.
INLINE float half_of_ue4m3(uint8_t byte) {
  uint32_t exponent = byte >> 3 & 15, mantissa = byte & 7;
  float normal = from_bits((exponent + 119) << 23 | mantissa << 20), subnormal = (float)(int)mantissa * 0x1p-10f;
  return byte == 0x7f ? 0 : exponent ? normal : subnormal;
}

INLINE void decode_nvfp4(const uint8_t *p, float *out, long n) {
  for (long block = 0; block < n / 64; block++, p += 36, out += 64) {
    // Two parts of 16 weights at a time, of 8 bytes each: low halves, then high ones.
    for (int pair = 0; pair < 2; pair++) {
      sixteen_bytes bytes = bytes_at(p + 4 + 16 * pair), low = bytes & 15, high = bytes >> 4 & 15;
      float first = half_of_ue4m3(p[2 * pair]), second = half_of_ue4m3(p[2 * pair + 1]);
      sixteen_bytes one = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
      sixteen_bytes other =
        __builtin_shufflevector(low, high, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
      put(twice_e2m1, one, first, out + 32 * pair);
      put(twice_e2m1, other, second, out + 32 * pair + 16);
    }
  }
}

DECODER(decode_nvfp4)
