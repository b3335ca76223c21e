#ifndef HOLDFAST_CCOMPRESSION_H
#define HOLDFAST_CCOMPRESSION_H

#include <stddef.h>
#include <stdint.h>

/// A stream of gzip members (RFC 1952, by zlib) or of Zstandard frames (RFC 8878, by libzstd), one after the other, decompressed
/// piece by piece. Memory: zlib's window of 32 KiB, or a frame's of 128 MiB at most; frames that ask for more are refused.
typedef struct hf_decompressor hf_decompressor;

enum { HF_GZIP = 0, HF_ZSTANDARD = 1 };

/// NULL where there is no memory.
hf_decompressor *hf_decompressor_new(int form);
void hf_decompressor_free(hf_decompressor *decompressor);

/// Goes on with `input` until it is used up or `output` is full; what was consumed and produced is added up in the last two.
/// Returns 0, or -1 where the data are damaged: `hf_decompressor_error` then says why. Neither call is safe on several threads.
int hf_decompress(
  hf_decompressor *decompressor, const uint8_t *input, size_t inputLength, uint8_t *output, size_t outputLength,
  size_t *consumed, size_t *produced);

/// Whether a member or frame has ended and no other has begun: a file that ends elsewhere is cut off.
int hf_decompressor_is_whole(const hf_decompressor *decompressor);

/// What is wrong, in the library's words, or an empty string.
const char *hf_decompressor_error(const hf_decompressor *decompressor);

#endif
