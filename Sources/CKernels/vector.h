// The vector type that row-wise kernels are written in: 16 floats. The compiler splits it into the registers of the target
// (one zmm, two ymm, four xmm), so that one source gives three variants with equal bits. gemm_variant.h has vectors of the registers' width.
#ifndef HOLDFAST_VECTOR_H
#define HOLDFAST_VECTOR_H

// Fusing is explicit here: a compiler that contracts a*b+c where it can would give each variant other bits.
#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wpsabi"

typedef float v16 __attribute__((vector_size(64), aligned(4)));
typedef int v16i __attribute__((vector_size(64), aligned(4)));

#define INLINE static inline __attribute__((always_inline))

#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma")))
#define TARGET_AVX2 __attribute__((target("avx2,fma")))
// SSE2 on x86-64; on 64-bit ARM NEON, which has fused multiply-adds.
#define TARGET_PORTABLE

#define CONCAT_(a, b) a##b
#define CONCAT(a, b) CONCAT_(a, b)
#define VARIANT(name) CONCAT(name, SUFFIX)

#endif
