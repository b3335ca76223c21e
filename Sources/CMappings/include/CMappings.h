// Files that are mapped into memory and may be cut short by somebody else while they are read.
//
// A page beyond a file's end, or one that the disk fails to give, raises SIGBUS when it is touched, which would end the process. Here a
// page of a registered mapping is replaced by zeros instead and the mapping noted as torn: whoever read from it asks before its result
// counts.
#ifndef C_MAPPINGS_H
#define C_MAPPINGS_H

#include <stddef.h>

/// Registers `length` bytes that were mapped at `start`, page-aligned. Returns the mapping's number, or -1 where no more can be registered.
int hf_mapping_register(const void *start, size_t length);

/// Forgets a mapping, before it is unmapped.
void hf_mapping_release(int mapping);

/// Whether a page of the mapping could not be read since it was registered; from then on it reads as zeros.
int hf_mapping_is_torn(int mapping);

#endif
