#include "dequantise_packed.h"

#include "dequantise_decoders.h"

void hf_unpack(const void *codes, int bits, long first, long count, float *out) {
  const uint8_t *p = codes;
  uint32_t mask = (1u << bits) - 1;
  if (bits == 8) {
    for (long i = 0; i < count; i++) {
      out[i] = (float)p[first + i];
    }
    return;
  }
  if (bits == 4 && first % 2 == 0) {
    p += first / 2;
    for (long i = 0; i < count / 2; i++) {
      out[2 * i] = (float)(p[i] & 15);
      out[2 * i + 1] = (float)(p[i] >> 4);
    }
    if (count % 2) {
      out[count - 1] = (float)(p[count / 2] & 15);
    }
    return;
  }
  for (long i = 0; i < count; i++) {
    long bit = (first + i) * bits;
    const uint8_t *byte = p + bit / 8;
    int shift = (int)(bit % 8);
    uint32_t code = (uint32_t)byte[0] >> shift;
    if (shift + bits > 8) {
      code |= (uint32_t)byte[1] << (8 - shift);
    }
    out[i] = (float)(code & mask);
  }
}

// 32 codes of a column are `bits` whole words: rows of words are read along, rows of `out` written along.
INLINE void unpack_columns(const uint8_t *p, int bits, long stride, long first, long columns, long count, float *out) {
  uint32_t mask = (1u << bits) - 1;
  for (long begin = 0; begin < count; begin += 32) {
    int here = (int)(count - begin < 32 ? count - begin : 32);
    const uint8_t *block = p + 4 * (begin / 32 * bits * stride + first);
    for (long c = 0; c < columns; c++) {
      float *to = out + c * count + begin;
      for (int i = 0; i < here;) {
        const uint8_t *place = block + 4 * (i * bits / 32 * stride + c);
        uint32_t word = word_at(place);
        int shift = i * bits % 32;
        // A code that begins in this word may end in the next.
        for (; i < here && shift + bits <= 32; i++, shift += bits) {
          to[i] = (float)(word >> shift & mask);
        }
        if (i < here && shift < 32) {
          to[i++] = (float)((word >> shift | word_at(place + 4 * stride) << (32 - shift)) & mask);
        }
      }
    }
  }
}

void hf_unpack_columns(const void *words, int bits, long stride, long first, long columns, long count, float *out) {
  if (bits == 4) {
    unpack_columns(words, 4, stride, first, columns, count, out);
  } else {
    unpack_columns(words, bits, stride, first, columns, count, out);
  }
}

void hf_unpack_awq(const void *words, long stride, long first, long columns, long count, float *out) {
  static const uint8_t nibble[8] = {0, 4, 1, 5, 2, 6, 3, 7};
  const uint8_t *p = words;
  for (long begin = 0; begin < count; begin += 64) {
    long end = begin + 64 < count ? begin + 64 : count;
    for (long c = 0; c < columns; c++) {
      long column = first + c;
      int shift = 4 * nibble[column % 8];
      for (long i = begin; i < end; i++) {
        out[c * count + i] = (float)(word_at(p + 4 * (i * stride + column / 8)) >> shift & 15);
      }
    }
  }
}

void hf_decode_i8(const void *codes, long count, float *out) {
  const int8_t *p = codes;
  for (long i = 0; i < count; i++) {
    out[i] = (float)p[i];
  }
}

// Branch-free, and without subnormal floats on the way, which a processor may be set to flush: a code without exponent is made normal by
// adding one and subtracting it again as a float, which is exact.
void hf_decode_e4m3(const void *codes, long count, float *out) {
  const uint8_t *p = codes;
  for (long i = 0; i < count; i++) {
    uint32_t code = p[i];
    uint32_t sign = (code & 0x80) << 24, magnitude = code & 0x7f, body = magnitude << 20;
    uint32_t normal = body + ((127u - 7u) << 23);
    float subnormal = from_bits(body + (121u << 23)) - from_bits(121u << 23);
    uint32_t small;
    memcpy(&small, &subnormal, 4);
    uint32_t value = magnitude < 8 ? small : magnitude == 0x7f ? 0x7fc00000u : normal;
    out[i] = from_bits(sign | value);
  }
}

void hf_decode_e8m0(const void *codes, long count, float *out) {
  const uint8_t *p = codes;
  for (long i = 0; i < count; i++) {
    // 2^-127 is subnormal: half of the smallest normal float.
    out[i] = from_bits(p[i] == 255 ? 0x7fc00000u : p[i] == 0 ? 0x00400000u : (uint32_t)p[i] << 23);
  }
}

void hf_decode_blocks_4bit(const void *codes, const float *table, const float *scales, long block, long first, long count, float *out) {
  const uint8_t *p = codes;
  long end = first + count;
  for (long begin = first, number = 0; begin < end; number++) {
    long stop = (begin / block + 1) * block;
    stop = stop < end ? stop : end;
    // One table a block: every entry is the same single product.
    float scaled[16];
    for (int code = 0; code < 16; code++) {
      scaled[code] = table[code] * scales[number];
    }
    long i = begin;
    if (i % 2) {
      *out++ = scaled[p[i / 2] & 15];
      i++;
    }
    for (; i + 1 < stop; i += 2, out += 2) {
      uint8_t pair = p[i / 2];
      out[0] = scaled[pair >> 4];
      out[1] = scaled[pair & 15];
    }
    if (i < stop) {
      *out++ = scaled[p[i / 2] >> 4];
    }
    begin = stop;
  }
}

void hf_decode_blocks_8bit(const void *codes, const float *table, const float *scales, long block, float offset, long first, long count,
                           float *out) {
  const uint8_t *p = codes;
  for (long i = 0; i < count; i++) {
    float value = table[p[first + i]] * scales[(first + i) / block - first / block];
    out[i] = value + offset;
  }
}

void hf_scale_groups(float *values, long count, long group, const float *scales, const float *zeros) {
  for (long begin = 0, number = 0; begin < count; begin += group, number++) {
    long length = count - begin < group ? count - begin : group;
    float *part = values + begin, scale = scales[number];
    if (zeros) {
      float zero = zeros[number];
      for (long i = 0; i < length; i++) {
        part[i] = (part[i] - zero) * scale;
      }
    } else {
      for (long i = 0; i < length; i++) {
        part[i] = part[i] * scale;
      }
    }
  }
}

void hf_scale_and_add_groups(float *values, long count, long group, const float *scales, const float *biases) {
  for (long begin = 0, number = 0; begin < count; begin += group, number++) {
    long length = count - begin < group ? count - begin : group;
    float *part = values + begin, scale = scales[number], bias = biases[number];
    for (long i = 0; i < length; i++) {
      float product = part[i] * scale;
      part[i] = product + bias;
    }
  }
}

void hf_scale_indexed(float *values, long count, const int32_t *groups, const float *scales, const float *zeros) {
  for (long i = 0; i < count; i++) {
    float value = zeros ? values[i] - zeros[groups[i]] : values[i];
    values[i] = value * scales[groups[i]];
  }
}
