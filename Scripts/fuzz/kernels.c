// Drives every C kernel with random shapes and numbers, each buffer a heap block of exactly the size that the header promises to be
// enough: for AddressSanitizer and UndefinedBehaviorSanitizer, which Scripts/fuzz/kernels.sh compiles it with. What is promised of bits
// (the same with every instruction set) is checked on the way, and a digest of all of them is printed: the same on every machine.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

static uint64_t state;

static uint64_t digest = 0xcbf29ce484222325u;

static void fold(const void *value, size_t size) {
  for (size_t i = 0; i < size; i++) digest = (digest ^ ((const uint8_t *)value)[i]) * 0x100000001b3u;
}

// What a NaN's bits are is nobody's promise.
static void fold_floats(const float *x, long count) {
  for (long i = 0; i < count; i++) {
    float value = isnan(x[i]) ? 0x1.8p100f : x[i];
    fold(&value, sizeof value);
  }
}

static uint64_t next(void) {
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static long below(long count) { return (long)(next() % (uint64_t)count); }

// Mostly lengths around the widths of vectors, strips, panels and chunks.
static long length(void) {
  static const long near[] = {1, 2, 15, 16, 17, 31, 33, 63, 64, 65, 127, 255, 256, 257, 300};
  return below(3) ? near[below(sizeof near / sizeof *near)] : 1 + below(520);
}

static float number(int wild) {
  static const float odd[] = {0, -0.0f, INFINITY, -INFINITY, NAN, 3.4e38f, -3.4e38f, 1e-45f, 88.8f, -87.4f, -104, 1e9f};
  if (wild && !below(8)) return odd[below(sizeof odd / sizeof *odd)];
  return (float)((double)(int64_t)next() / 9.2e18 * (wild ? 100 : 2));
}

// Written wholly: a kernel that reads beyond it reads beyond the block.
static float *floats(long count, int wild) {
  float *block = aligned_alloc(64, sizeof(float) * (size_t)((count + 15) / 16 * 16));
  // The alignment that weights have, and the exact end that AddressSanitizer watches: both only where the count is a multiple of 16.
  if (count % 16) {
    free(block);
    block = malloc(sizeof(float) * (size_t)count);
  }
  for (long i = 0; i < count; i++) block[i] = number(wild);
  return block;
}

static float *copy(const float *from, long count) {
  float *to = malloc(sizeof(float) * (size_t)(count ? count : 1));
  memcpy(to, from, sizeof(float) * (size_t)count);
  return to;
}

static void same(const char *kernel, const float *a, const float *b, long count) {
  for (long i = 0; i < count; i++) {
    uint32_t x, y;
    memcpy(&x, a + i, 4);
    memcpy(&y, b + i, 4);
    if (x != y && !(isnan(a[i]) && isnan(b[i]))) {
      fprintf(stderr, "runtime error: %s gives %a and %a at %ld of %ld with different instruction sets\n", kernel, a[i], b[i], i, count);
      exit(1);
    }
  }
}

// Runs a statement that writes `count` floats at `out` with every instruction set, and compares.
#define EACH(kernel, out, count, statement) \
  do { \
    float *before = copy(out, count), *first = 0; \
    for (int set = 0; set <= hf_kernel_best(); set++) { \
      hf_kernel_select(set); \
      memcpy(out, before, sizeof(float) * (size_t)(count)); \
      statement; \
      if (first) same(kernel, first, out, count); \
      else first = copy(out, count); \
    } \
    fold_floats(first, count); \
    free(first); \
    free(before); \
  } while (0)

static void dequantise(void) {
  static const struct { int type; long weights, bytes; } types[] = {
    {0, 1, 4}, {1, 1, 2}, {30, 1, 2}, {2, 32, 18}, {3, 32, 20}, {6, 32, 22}, {7, 32, 24}, {8, 32, 34}, {12, 256, 144}, {13, 256, 176}, {14, 256, 210},
    {10, 256, 84}, {11, 256, 110}, {16, 256, 66}, {17, 256, 74}, {18, 256, 98}, {19, 256, 50}, {20, 32, 18}, {21, 256, 110}, {22, 256, 82},
    {23, 256, 136}, {29, 256, 56}, {34, 256, 54}, {35, 256, 66}, {39, 32, 17}, {40, 64, 36}, {99, 1, 1},
  };
  int kind = (int)below(sizeof types / sizeof *types);
  long blocks = types[kind].weights == 1 ? length() : 1 + below(9);
  long weights = blocks * types[kind].weights, bytes = blocks * types[kind].bytes;
  // No alignment is promised: the block's end is exact, its start may be odd.
  long shift = below(4);
  uint8_t *stored = malloc((size_t)(bytes + shift));
  for (long i = 0; i < bytes + shift; i++) stored[i] = (uint8_t)next();
  float *out = floats(weights, 0);
  hf_dequantise(types[kind].type, stored + shift, out, weights);
  fold_floats(out, weights);
  free(out);
  free(stored);
}

static uint8_t *octets(long count, long shift) {
  uint8_t *stored = malloc((size_t)(count + shift));
  for (long i = 0; i < count + shift; i++) stored[i] = (uint8_t)next();
  return stored;
}

// Codes at any alignment, no byte of them more than promised; scales and tables as long as the blocks that are asked.
static void packed(void) {
  int bits = (int)(1 + below(8));
  long count = length(), first = below(70), shift = below(4), columns = 1 + below(20), stride = columns + 3 + below(9);
  float *out = floats(count * columns, 0);
  uint8_t *row = octets(((first + count) * bits + 7) / 8, shift);
  hf_unpack(row + shift, bits, first, count, out);
  uint8_t *words = octets(4 * ((count * bits + 31) / 32) * stride, shift);
  hf_unpack_columns(words + shift, bits, stride, below(3), columns, count, out);
  uint8_t *eights = octets(4 * count * ((first + columns - 1) / 8 + 1), shift);
  hf_unpack_awq(eights + shift, (first + columns - 1) / 8 + 1, first, columns, count, out);
  hf_decode_i8(row + shift, count * bits / 8, out);
  hf_decode_e4m3(row + shift, count * bits / 8, out);
  hf_decode_e8m0(row + shift, count * bits / 8, out);
  long block = 1 + below(80), blocks = (first + count - 1) / block - first / block + 1;
  float *scales = floats(blocks, 1), *table = floats(256, 0);
  uint8_t *codes = octets(first + count, shift), *halves = octets((first + count + 1) / 2, shift);
  hf_decode_blocks_4bit(halves + shift, table, scales, block, first, count, out);
  hf_decode_blocks_8bit(codes + shift, table, scales, block, 0.5f, first, count, out);
  long groups = (count + block - 1) / block;
  float *factors = floats(groups, 0), *zeros = floats(groups, 0);
  hf_scale_groups(out, count, block, factors, below(2) ? zeros : 0);
  hf_scale_and_add_groups(out, count, block, factors, zeros);
  int32_t *numbers = malloc(sizeof(int32_t) * (size_t)count);
  for (long i = 0; i < count; i++) numbers[i] = (int32_t)below(groups);
  hf_scale_indexed(out, count, numbers, factors, below(2) ? zeros : 0);
  free(numbers), free(zeros), free(factors), free(halves), free(codes), free(table), free(scales);
  free(eights), free(words), free(row), free(out);
}

static void gemm(void) {
  long k = length(), outputs = length(), rows = 1 + below(14), wild = below(4) == 0;
  float *matrix = floats(outputs * k, (int)wild);
  long packedCount = hf_packed_count(outputs, k);
  float *packed = aligned_alloc(64, sizeof(float) * (size_t)packedCount);
  for (long strip = 0; strip * HF_STRIP < packedCount / k; strip++) {
    const float *from[HF_STRIP];
    long first = strip * HF_STRIP;
    int here = (int)(outputs - first < 0 ? 0 : outputs - first > HF_STRIP ? HF_STRIP : outputs - first);
    for (int i = 0; i < here; i++) from[i] = matrix + (first + i) * k;
    float *to = packed + first * k;
    for (long i = 0; i < HF_STRIP * k; i++) to[i] = 0;
    EACH("pack_strip", to, HF_STRIP * k, hf_pack_strip(from, here, k, to));
  }
  long xStride = k + below(3), yStride = outputs + below(3), panels = (outputs + HF_PANEL - 1) / HF_PANEL;
  float *x = floats((rows - 1) * xStride + k, (int)wild), *y = floats((rows - 1) * yStride + outputs, 0);
  long from = below(panels), to = from + 1 + below(panels - from);
  int accumulate = (int)below(2);
  EACH("gemm", y, (rows - 1) * yStride + outputs, hf_gemm(x, xStride, rows, packed, k, outputs, from, to, y, yStride, accumulate));
  free(y);
  free(x);
  free(packed);
  free(matrix);
}

static void attention(void) {
  long d = 2 * (1 + below(80)), stride = d + below(5), held = 1 + below(70);
  int count = (int)(1 + below(HF_KEY_TILE));
  float *rows = floats((held - 1) * stride + d, 0);
  int *slots = malloc(sizeof(int) * (size_t)count);
  for (int i = 0; i < count; i++) slots[i] = (int)below(held);
  float *keys = floats(HF_KEY_TILE * d, 0), *values = floats(hf_packed_count(d, HF_KEY_TILE), 0);
  EACH("pack_keys", keys, HF_KEY_TILE * d, hf_pack_keys(rows, stride, slots, count, d, keys));
  hf_pack_values(rows, stride, slots, count, d, values);
  float *scores = floats(HF_KEY_TILE, 0), *output = floats(d, 0), maximum, sum;
  int visible = (int)(1 + below(HF_KEY_TILE)), hidden = below(2) ? 0 : (int)below(HF_KEY_TILE + 1);
  float cap = below(2) ? 0 : 1.5f;
  float *wild = floats(1, 0), start = below(2) ? -INFINITY : *wild;
  EACH("softmax_tile", scores, HF_KEY_TILE, (maximum = start, sum = 1, hf_softmax_tile(scores, hidden, visible, 0.125f, cap, &maximum, &sum, output, d)));
  EACH("divide", output, d, hf_divide(rows, sum, output, d));
  free(wild);
  free(output);
  free(scores);
  free(values);
  free(keys);
  free(slots);
  free(rows);
}

static void rows(void) {
  long n = length(), heads = 1 + below(5), d = 2 * (1 + below(70));
  int wild = below(2) == 0;
  float *x = floats(n, wild), *w = floats(n, wild), *y = floats(n, wild);
  EACH("rms_norm", y, n, hf_rms_norm(x, w, n, 1e-5f, y));
  const float *bias = below(2) ? x : 0;
  EACH("layer_norm", y, n, hf_layer_norm(x, w, bias, n, 1e-5f, y));
  int kind = (int)below(5);
  EACH("activate", y, n, hf_activate(kind, y, n));
  EACH("activate_times", y, n, hf_activate_times(kind, y, w, n));
  EACH("scale_and_cap", y, n, hf_scale_and_cap(y, n, 0.5f, 3));
  EACH("add", y, n, hf_add(y, x, n));
  EACH("add_scaled", y, n, hf_add_scaled(y, x, 0.3f, n));
  EACH("exp", y, n, hf_exp(x, y, n));
  float *head = floats(heads * d, wild), *cosines = floats(d / 2, 0), *sines = floats(d / 2, 0);
  long width = 2 * (1 + below(d / 2));
  int interleaved = (int)below(2);
  EACH("rotate", head, heads * d, hf_rotate(head, heads, d, width, interleaved, cosines, sines));
  hf_rotate_back(head, heads, d, width, interleaved, cosines, sines);
  hf_chunk_lse first;
  long where = 0;
  for (int set = 0; set <= hf_kernel_best(); set++) {
    hf_kernel_select(set);
    long finite = hf_first_non_finite(x, n);
    hf_chunk_lse lse = hf_log_sum_exp_chunk(x, n);
    if (!set) where = finite, first = lse;
    if (finite != where || (finite < 0 && (lse.argmax != first.argmax || lse.argmax < 0 || lse.argmax >= n))) {
      fprintf(stderr, "runtime error: a reduction differs with different instruction sets\n");
      exit(1);
    }
    if (finite < 0) same("log_sum_exp_chunk", &lse.sum, &first.sum, 1);
  }
  fold(&where, sizeof where);
  if (where < 0) fold_floats(&first.sum, 1);
  free(sines);
  free(cosines);
  free(head);
  free(y);
  free(w);
  free(x);
}

static void backward(void) {
  long n = length();
  int wild = below(2) == 0;
  float *block[6];
  for (int i = 0; i < 6; i++) block[i] = floats(n, wild);
  hf_rms_norm_backward(block[0], block[1], block[2], n, 1e-5f, block[3], below(2) ? block[4] : 0);
  hf_layer_norm_backward(block[0], block[1], block[2], n, 1e-5f, block[3], below(2) ? block[4] : 0, below(2) ? block[5] : 0);
  int kind = (int)below(5);
  hf_activate_times_to(kind, block[0], below(2) ? block[1] : 0, n, block[4]);
  hf_activate_times_backward(kind, block[0], block[1], block[2], n, block[3], block[4]);
  hf_cap_backward(block[1], block[3], n, 0.5f, below(2) ? 0 : 2);
  long visible = 1 + below(n), first = below(visible);
  float cap = below(2) ? 0 : 2;
  hf_softmax_row(block[0], first, visible, n, 0.125f, cap, block[4]);
  hf_softmax_row_backward(block[0], block[1], first, visible, n, 0.125f, cap == 0 ? 0 : block[4]);
  hf_cross_entropy_row(block[2], n, below(n), 0.5f);
  hf_kl_row(block[3], block[4], n, 0.5f);
  hf_adamw(block[0], block[1], block[2], block[3], n, 0.5f, 1e-3f, 0.9f, 0.999f, 1e-8f, 0.01f, 0.1f, 0.001f);
  hf_sum_of_squares(block[5], n);
  for (int i = 0; i < 6; i++) free(block[i]);
}

static void elementary(void) {
  double x = below(2) ? (double)number(1) : (double)(int64_t)next() / 1e13;
  double sum = hf_double_exp(x) + hf_double_log(fabs(x)) + hf_double_log(x);
  // Beyond 10^6 radians nothing is promised, not even of NaN: nothing there asks for more.
  if (!(fabs(x) > 1e6) || isinf(x)) sum += hf_double_cos(x) + hf_double_sin(x);
  if (isnan(sum)) sum = 0;
  fold(&sum, sizeof sum);
}

int main(int count, char **arguments) {
  long rounds = count > 1 ? atol(arguments[1]) : 10000;
  state = count > 2 ? strtoull(arguments[2], 0, 10) : 1;
  static void (*const kernels[])(void) = {dequantise, packed, gemm, attention, rows, backward, elementary};
  for (long round = 0; round < rounds; round++) kernels[round % 7]();
  printf("%ld calls of the kernels, seed %s, %d instruction sets: clean\n", rounds, count > 2 ? arguments[2] : "1", hf_kernel_best() + 1);
  printf("digest %016llx\n", (unsigned long long)digest);
  return 0;
}
