// Calls the variant of a kernel that this process runs.
#ifndef HOLDFAST_DISPATCH_H
#define HOLDFAST_DISPATCH_H

#include "include/kernel_choice.h"

#if defined(__x86_64__)
#define DISPATCH(name, ...)                                      \
  switch (hf_kernel_current()) {                                 \
    case HF_KERNEL_AVX512: return name##_avx512(__VA_ARGS__);    \
    case HF_KERNEL_AVX2: return name##_avx2(__VA_ARGS__);        \
    default: return name##_portable(__VA_ARGS__);                \
  }
#else
#define DISPATCH(name, ...) return name##_portable(__VA_ARGS__);
#endif

#endif
