#include "include/kernel_choice.h"

#include <stdlib.h>
#include <string.h>

static int current = -1;

int hf_kernel_best(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
      && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    return HF_KERNEL_AVX512;
  if (avx2) return HF_KERNEL_AVX2;
#endif
  return HF_KERNEL_PORTABLE;
}

const char *hf_kernel_name(int kernel) {
  switch (kernel) {
    case HF_KERNEL_AVX512: return "avx512";
    case HF_KERNEL_AVX2: return "avx2";
    default: return "portable";
  }
}

int hf_kernel_requested(void) {
  const char *name = getenv("HOLDFAST_KERNEL");
  if (!name) return hf_kernel_best();
  for (int kernel = HF_KERNEL_PORTABLE; kernel <= hf_kernel_best(); kernel++)
    if (!strcmp(name, hf_kernel_name(kernel))) return kernel;
  return -1;
}

int hf_kernel_current(void) {
  int chosen = __atomic_load_n(&current, __ATOMIC_RELAXED);
  if (chosen < 0) {
    chosen = hf_kernel_requested();
    if (chosen < 0) chosen = hf_kernel_best();
    __atomic_store_n(&current, chosen, __ATOMIC_RELAXED);
  }
  return chosen;
}

int hf_kernel_select(int kernel) {
  if (kernel < HF_KERNEL_PORTABLE || kernel > hf_kernel_best()) return -1;
  __atomic_store_n(&current, kernel, __ATOMIC_RELAXED);
  return 0;
}
