#ifndef HOLDFAST_DEQUANTISE_PACKED_H
#define HOLDFAST_DEQUANTISE_PACKED_H

#include <stdint.h>

// Decodes the codes of quantised safetensors folders to fp32, in steps: codes become whole numbers or table entries as floats, which is
// exact, then scales are applied. Pointers to codes need no alignment. Multiplications and additions are rounded one by one, never fused,
// so that every processor gives the same bits.

/// Codes of `bits` (1 to 8) bits each, one after another from the lowest bit of the first byte on, as floats: `count` of them from the
/// code with number `first` on. Reads no byte in which none of these codes lies.
void hf_unpack(const void *codes, int bits, long first, long count, float *out);

/// The same codes where every column of a matrix of little-endian 32-bit words, `stride` words a row, is such a sequence from top to bottom:
/// `count` codes of each of the columns `first` to `first + columns - 1`, which become rows of `out`.
void hf_unpack_columns(const void *words, int bits, long stride, long first, long columns, long count, float *out);

/// AWQ's 4-bit codes: eight columns a 32-bit word, of which nibble n holds column 0 2 4 6 1 3 5 7 of the eight. Rows of `stride` words;
/// `count` rows of the columns `first` to `first + columns - 1` become columns of `out`.
void hf_unpack_awq(const void *words, long stride, long first, long columns, long count, float *out);

/// Signed bytes as floats.
void hf_decode_i8(const void *codes, long count, float *out);

/// 8-bit floats of 4 exponent and 3 mantissa bits without infinities (OCP's E4M3, torch's float8_e4m3fn) as floats; exact.
void hf_decode_e4m3(const void *codes, long count, float *out);

/// 8-bit exponents (OCP's E8M0) as floats: 2^(code - 127); 255 is NaN.
void hf_decode_e8m0(const void *codes, long count, float *out);

/// bitsandbytes' 4 bits: code number i, in the high half of a byte where i is even, gives `table[code]` times the scale of its block of
/// `block` codes. `count` codes from number `first` on; `scales[0]` is that of the block in which `first` lies.
void hf_decode_blocks_4bit(const void *codes, const float *table, const float *scales, long block, long first, long count, float *out);

/// bitsandbytes' 8 bits, as it stores scales: `table[code]` times the scale of the block, then `offset` added.
void hf_decode_blocks_8bit(const void *codes, const float *table, const float *scales, long block, float offset, long first, long count,
                           float *out);

/// values[i] = (values[i] - zeros[i / group]) * scales[i / group]; without `zeros` nothing is subtracted.
void hf_scale_groups(float *values, long count, long group, const float *scales, const float *zeros);

/// values[i] = values[i] * scales[i / group] + biases[i / group]
void hf_scale_and_add_groups(float *values, long count, long group, const float *scales, const float *biases);

/// values[i] = (values[i] - zeros[groups[i]]) * scales[groups[i]]; without `zeros` nothing is subtracted.
void hf_scale_indexed(float *values, long count, const int32_t *groups, const float *scales, const float *zeros);

#endif
