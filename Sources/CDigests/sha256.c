#include "include/CDigests.h"

#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#endif

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
static const uint32_t K[64] __attribute__((aligned(64))) = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
  0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
  0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
  0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
  0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
  0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotated(uint32_t x, int by) { return x >> by | x << (32 - by); }

// The compression function (6.2.2) over whole blocks of 64 bytes.
static void portable(uint32_t state[8], const uint8_t *blocks, size_t count) {
  for (; count > 0; count--, blocks += 64) {
    uint32_t w[64];
    for (int i = 0; i < 16; i++)
      w[i] = (uint32_t)blocks[4 * i] << 24 | (uint32_t)blocks[4 * i + 1] << 16 | (uint32_t)blocks[4 * i + 2] << 8 | blocks[4 * i + 3];
    for (int i = 16; i < 64; i++) {
      uint32_t s0 = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3;
      uint32_t s1 = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10;
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; i++) {
      uint32_t s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
      uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i];
      uint32_t s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
      uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e, state[5] += f, state[6] += g, state[7] += h;
  }
}

#if defined(__x86_64__)
// Two rounds an instruction; the state is kept as ABEF and CDGH (Intel SDM, SHA256RNDS2).
__attribute__((target("sha,sse4.1,ssse3"))) static void native(uint32_t state[8], const uint8_t *blocks, size_t count) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
  __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);
  __m128i abef = _mm_alignr_epi8(low, high, 8), cdgh = _mm_blend_epi16(high, low, 0xf0);
  for (; count > 0; count--, blocks += 64) {
    __m128i a = abef, c = cdgh, w[4];
    for (int i = 0; i < 4; i++) w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(blocks + 16 * i)), swap);
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
      __m128i now = w[i & 3];
      if (i >= 4) {
        __m128i last = w[(i + 3) & 3];
        now = _mm_add_epi32(_mm_sha256msg1_epu32(now, w[(i + 1) & 3]), _mm_alignr_epi8(last, w[(i + 2) & 3], 4));
        now = w[i & 3] = _mm_sha256msg2_epu32(now, last);
      }
      __m128i round = _mm_add_epi32(now, _mm_load_si128((const __m128i *)(K + 4 * i)));
      c = _mm_sha256rnds2_epu32(c, a, round);
      a = _mm_sha256rnds2_epu32(a, c, _mm_shuffle_epi32(round, 0x0e));
    }
    abef = _mm_add_epi32(abef, a);
    cdgh = _mm_add_epi32(cdgh, c);
  }
  low = _mm_shuffle_epi32(abef, 0x1b);
  high = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(low, high, 0xf0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(high, low, 8));
}

static int detect(void) {
  unsigned a, b, c, d;
  // SSSE3 and SSE4.1, then SHA.
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c >> 9 & 1) || !(c >> 19 & 1)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b >> 29 & 1;
}
#elif defined(__aarch64__)
__attribute__((target("sha2"))) static void native(uint32_t state[8], const uint8_t *blocks, size_t count) {
  uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);
  for (; count > 0; count--, blocks += 64) {
    uint32x4_t a = abcd, e = efgh, w[4];
    for (int i = 0; i < 4; i++) w[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(blocks + 16 * i)));
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
      if (i >= 4) w[i & 3] = vsha256su1q_u32(vsha256su0q_u32(w[i & 3], w[(i + 1) & 3]), w[(i + 2) & 3], w[(i + 3) & 3]);
      uint32x4_t round = vaddq_u32(w[i & 3], vld1q_u32(K + 4 * i)), before = a;
      a = vsha256hq_u32(a, e, round);
      e = vsha256h2q_u32(e, before, round);
    }
    abcd = vaddq_u32(abcd, a);
    efgh = vaddq_u32(efgh, e);
  }
  vst1q_u32(state, abcd);
  vst1q_u32(state + 4, efgh);
}

static int detect(void) {
#if defined(__linux__)
  return getauxval(AT_HWCAP) >> 6 & 1;  // HWCAP_SHA2
#else
  return 1;
#endif
}
#else
static void native(uint32_t state[8], const uint8_t *blocks, size_t count) { portable(state, blocks, count); }

static int detect(void) { return 0; }
#endif

int hf_sha256_is_native(void) {
  static int known = -1;
  int is = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (is < 0) {
    is = detect() ? 1 : 0;
    __atomic_store_n(&known, is, __ATOMIC_RELAXED);
  }
  return is;
}

static void compress(hf_sha256 *hash, const uint8_t *blocks, size_t count) {
  if (!hash->is_portable && hf_sha256_is_native()) native(hash->state, blocks, count);
  else portable(hash->state, blocks, count);
}

hf_sha256 hf_sha256_begin(int is_portable) {
  // The first 32 bits of the fractional parts of the square roots of the first 8 primes.
  return (hf_sha256){
    .state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19},
    .is_portable = is_portable};
}

void hf_sha256_update(hf_sha256 *hash, const void *given, size_t count) {
  const uint8_t *bytes = given;
  size_t held = hash->count % 64;
  hash->count += count;
  if (held) {
    size_t taken = count < 64 - held ? count : 64 - held;
    memcpy(hash->rest + held, bytes, taken);
    bytes += taken;
    count -= taken;
    if (held + taken < 64) return;
    compress(hash, hash->rest, 1);
  }
  if (count >= 64) compress(hash, bytes, count / 64);
  if (count % 64) memcpy(hash->rest, bytes + count / 64 * 64, count % 64);
}

void hf_sha256_digest(const hf_sha256 *hash, uint8_t digest[32]) {
  hf_sha256 last = *hash;
  // A one bit, noughts, and the length in bits as the last eight bytes of a block.
  uint8_t end[72] = {0x80};
  size_t noughts = (119 - last.count % 64) % 64;
  for (int i = 0; i < 8; i++) end[1 + noughts + i] = (uint8_t)(last.count * 8 >> (56 - 8 * i));
  hf_sha256_update(&last, end, noughts + 9);
  for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(last.state[i / 4] >> (24 - 8 * (i % 4)));
}
