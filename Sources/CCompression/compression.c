#include "include/CCompression.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

struct hf_decompressor {
  int form;
  /// Within a member or frame.
  int inside;
  /// A member has ended; zeros after the last one are padding, as on tapes, and nothing may follow them.
  int afterMember;
  int padded;
  z_stream gzip;
  ZSTD_DStream *zstandard;
  char error[128];
};

hf_decompressor *hf_decompressor_new(int form) {
  hf_decompressor *decompressor = calloc(1, sizeof *decompressor);
  if (!decompressor) return NULL;
  decompressor->form = form;
  int failed;
  if (form == HF_GZIP) {
    // 16: a gzip header, and nothing else.
    failed = inflateInit2(&decompressor->gzip, 16 + MAX_WBITS) != Z_OK;
  } else {
    decompressor->zstandard = ZSTD_createDStream();
    failed = !decompressor->zstandard || ZSTD_isError(ZSTD_initDStream(decompressor->zstandard));
  }
  if (!failed) return decompressor;
  hf_decompressor_free(decompressor);
  return NULL;
}

void hf_decompressor_free(hf_decompressor *decompressor) {
  if (!decompressor) return;
  if (decompressor->form == HF_GZIP) inflateEnd(&decompressor->gzip);
  ZSTD_freeDStream(decompressor->zstandard);
  free(decompressor);
}

static int fail(hf_decompressor *decompressor, const char *reason) {
  strncpy(decompressor->error, reason ? reason : "unknown error", sizeof decompressor->error - 1);
  return -1;
}

/// One step of a gzip stream: to the end of the member, of the input or of the room for output.
static int inflate_some(
  hf_decompressor *decompressor, const uint8_t *input, size_t inputLength, uint8_t *output, size_t outputLength,
  size_t *consumed, size_t *produced) {
  z_stream *gzip = &decompressor->gzip;
  *consumed = *produced = 0;
  if (!decompressor->inside) {
    if (inputLength == 0) return 0;
    if (decompressor->afterMember && *input == 0) {
      decompressor->padded = 1;
      *consumed = 1;
      return 0;
    }
    if (decompressor->padded) return fail(decompressor, "more follows the compressed data");
    inflateReset(gzip);
    decompressor->inside = 1;
  }
  gzip->next_in = (uint8_t *)input;
  gzip->avail_in = inputLength > UINT_MAX ? UINT_MAX : (uInt)inputLength;
  gzip->next_out = output;
  gzip->avail_out = outputLength > UINT_MAX ? UINT_MAX : (uInt)outputLength;
  int result = inflate(gzip, Z_NO_FLUSH);
  *consumed = (size_t)(gzip->next_in - input);
  *produced = (size_t)(gzip->next_out - output);
  if (result == Z_STREAM_END) {
    decompressor->inside = 0;
    decompressor->afterMember = 1;
    return 0;
  }
  if (result == Z_OK || result == Z_BUF_ERROR) return 0;
  if (decompressor->afterMember && gzip->total_out == 0 && gzip->total_in <= 2)
    return fail(decompressor, "more follows the compressed data");
  return fail(decompressor, gzip->msg ? gzip->msg : zError(result));
}

static int zstandard_some(
  hf_decompressor *decompressor, const uint8_t *input, size_t inputLength, uint8_t *output, size_t outputLength,
  size_t *consumed, size_t *produced) {
  *consumed = *produced = 0;
  if (!decompressor->inside && inputLength == 0) return 0;
  ZSTD_inBuffer in = {input, inputLength, 0};
  ZSTD_outBuffer out = {output, outputLength, 0};
  size_t result = ZSTD_decompressStream(decompressor->zstandard, &out, &in);
  *consumed = in.pos;
  *produced = out.pos;
  if (ZSTD_isError(result)) return fail(decompressor, ZSTD_getErrorName(result));
  decompressor->inside = result != 0;
  return 0;
}

int hf_decompress(
  hf_decompressor *decompressor, const uint8_t *input, size_t inputLength, uint8_t *output, size_t outputLength,
  size_t *consumed, size_t *produced) {
  while (outputLength > 0) {
    size_t taken, made;
    int result = decompressor->form == HF_GZIP
      ? inflate_some(decompressor, input, inputLength, output, outputLength, &taken, &made)
      : zstandard_some(decompressor, input, inputLength, output, outputLength, &taken, &made);
    input += taken;
    inputLength -= taken;
    output += made;
    outputLength -= made;
    *consumed += taken;
    *produced += made;
    if (result != 0) return result;
    if (taken == 0 && made == 0) break;
  }
  return 0;
}

int hf_decompressor_is_whole(const hf_decompressor *decompressor) { return !decompressor->inside; }

const char *hf_decompressor_error(const hf_decompressor *decompressor) { return decompressor->error; }
