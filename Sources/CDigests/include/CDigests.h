#ifndef HOLDFAST_DIGESTS_H
#define HOLDFAST_DIGESTS_H

#include <stddef.h>
#include <stdint.h>

/// A SHA-256 (FIPS 180-4) that is being computed; a copy goes on by itself.
typedef struct {
  uint32_t state[8];
  uint64_t count;
  uint8_t rest[64];
  int is_portable;
} hf_sha256;

/// - is_portable: leaves the processor's own instructions for SHA-256 out.
hf_sha256 hf_sha256_begin(int is_portable);

void hf_sha256_update(hf_sha256 *hash, const void *bytes, size_t count);

/// The digest of what was given so far; more may be added afterwards.
void hf_sha256_digest(const hf_sha256 *hash, uint8_t digest[32]);

/// Whether this processor has instructions for SHA-256.
int hf_sha256_is_native(void);

#endif
