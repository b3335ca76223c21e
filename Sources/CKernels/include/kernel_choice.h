#ifndef HOLDFAST_KERNEL_CHOICE_H
#define HOLDFAST_KERNEL_CHOICE_H

/// The instruction sets that every kernel is compiled for, from one source. All three give the same bits.
enum {
  HF_KERNEL_PORTABLE = 0,
  HF_KERNEL_AVX2 = 1,
  HF_KERNEL_AVX512 = 2,
};

/// The best kernel this processor can run.
int hf_kernel_best(void);

/// A kernel's name: avx512, avx2 or portable.
const char *hf_kernel_name(int kernel);

/// The kernel that the environment's HOLDFAST_KERNEL names, the best one where it is not set; -1 where it names none, or one that this
/// processor cannot run.
int hf_kernel_requested(void);

/// The kernel in use: the requested one (the best where that is -1), or the one that `hf_kernel_select` chose.
int hf_kernel_current(void);

/// Chooses a kernel for the whole process. Returns 0, or -1 where this processor cannot run it (nothing changes then).
/// Not to be called while kernels are running.
int hf_kernel_select(int kernel);

#endif
