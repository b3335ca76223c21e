#ifndef HOLDFAST_DIGESTS_H
#define HOLDFAST_DIGESTS_H

#include <stddef.h>
#include <stdint.h>

/// SHA-256's compression function (FIPS 180-4, 6.2.2) over whole blocks of 64 bytes: the instructions that the processor has for it, else
/// plain C.
void hf_sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t count);

/// The same in plain C, on any processor.
void hf_sha256_blocks_portable(uint32_t state[8], const uint8_t *blocks, size_t count);

/// Whether this processor has instructions for SHA-256, which `hf_sha256_blocks` then uses.
int hf_sha256_is_native(void);

#endif
