#define _GNU_SOURCE
#include "include/COpenBLAS.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// cblas.h's constants and prototypes, as far as they are used: its header is not needed to build.
enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112 };

typedef void (*sgemm_function)(
  int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);

static sgemm_function sgemm;
static char *(*corename)(void);
static char error_text[256];
static int result = -1;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    setenv("OPENBLAS_CORETYPE", "SkylakeX", 0);
  else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    setenv("OPENBLAS_CORETYPE", "Haswell", 0);
#endif
  setenv("OPENBLAS_NUM_THREADS", "1", 0);
  void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(error_text, sizeof error_text, "OpenBLAS is not installed (%s)", dlerror());
    return;
  }
  sgemm = (sgemm_function)dlsym(library, "cblas_sgemm");
  corename = (char *(*)(void))dlsym(library, "openblas_get_corename");
  if (!sgemm || !corename) {
    snprintf(error_text, sizeof error_text, "libopenblas.so.0 lacks a function that OpenBLAS has");
    return;
  }
  result = 0;
}

int hf_openblas_load(void) {
  pthread_once(&once, load);
  return result;
}

const char *hf_openblas_error(void) { return error_text; }

const char *hf_openblas_core(void) { return corename ? corename() : ""; }

void hf_openblas_sgemm_nt(int m, int n, int k, const float *a, const float *b, float *c) {
  sgemm(ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE, m, n, k, 1, a, k, b, k, 0, c, n);
}

void hf_openblas_sgemm(
  int transposeA, int transposeB, int m, int n, int k, float alpha, const float *a, int aStride, const float *b, int bStride,
  float beta, float *c, int cStride) {
  sgemm(
    ROW_MAJOR, transposeA ? TRANSPOSE : NO_TRANSPOSE, transposeB ? TRANSPOSE : NO_TRANSPOSE, m, n, k, alpha, a, aStride, b,
    bStride, beta, c, cStride);
}
