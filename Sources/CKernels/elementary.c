#include "include/elementary.h"

#include <stdint.h>
#include <string.h>

// A fused multiply-add rounds once where two operations round twice.
#pragma STDC FP_CONTRACT OFF

static double power_of_two(int n) {
  uint64_t bits = (uint64_t)(n + 1023) << 52;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// The nearest whole number, ties to even, for |x| < 2^51.
static double nearest(double x) {
  const double magic = 6755399441055744.0;
  double shifted = x + magic;
  return shifted - magic;
}

// ln 2 in two parts: the first has 32 bits, so that n times it is exact.
static const double LN2_HIGH = 0x1.62e42feep-1;
static const double LN2_LOW = 0x1.a39ef35793c76p-33;

double hf_double_exp(double x) {
  if (x != x) return x;
  if (x > 709.782712893384) return __builtin_inf();
  if (x < -745.1332191019412) return 0;
  double n = nearest(x * 1.4426950408889634);
  double r = (x - n * LN2_HIGH) - n * LN2_LOW;
  // Taylor to r^13: |r| <= .3466 leaves 2^-57.
  static const double inverse[] = {
    1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0,
    1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 1.0 / 2.0};
  double p = inverse[0];
  for (int i = 1; i < 12; i++) p = p * r + inverse[i];
  double y = (p * r) * r + r + 1.0;
  // In two halves, because 2^n itself may be out of range.
  int whole = (int)n;
  int half = whole / 2;
  return y * power_of_two(half) * power_of_two(whole - half);
}

double hf_double_log(double x) {
  if (!(x > 0)) return x == 0 ? -__builtin_inf() : __builtin_nan("");
  if (x == __builtin_inf()) return x;
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int exponent = (int)(bits >> 52) - 1023;
  if (exponent == -1023) {
    x *= 0x1p54;
    memcpy(&bits, &x, sizeof bits);
    exponent = (int)(bits >> 52) - 1023 - 54;
  }
  bits = (bits & 0xfffffffffffffULL) | 0x3ff0000000000000ULL;
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent += 1;
  }
  // ln m = 2 artanh(s) with s = f / (2 + f), |s| <= .1716: s^25 is the last power. As f - f²/2 + s (f²/2 + R), after fdlibm.
  double f = m - 1.0;
  double s = f / (2.0 + f);
  double z = s * s;
  double sum = 2.0 / 25.0;
  for (int power = 23; power >= 3; power -= 2) sum = sum * z + 2.0 / power;
  double squared = 0.5 * f * f;
  double n = exponent;
  return n * LN2_HIGH - ((squared - (s * (squared + sum * z) + n * LN2_LOW)) - f);
}

// π/2 in three parts; the first two have 33 bits, so that n times each is exact for n < 2^20.
static const double HALF_PI_HIGH = 0x1.921fb544p0;
static const double HALF_PI_MIDDLE = 0x1.0b4611a6p-34;
static const double HALF_PI_LOW = 0x1.3198a2e037073p-69;

// cos (quarter 0) or sin (quarter -1) of x turned to where a polynomial holds.
static double turned(double x, int quarter) {
  if (!(x <= 1e6 && x >= -1e6)) return __builtin_nan("");
  double n = nearest(x * 0.6366197723675814);
  double r = ((x - n * HALF_PI_HIGH) - n * HALF_PI_MIDDLE) - n * HALF_PI_LOW;
  double z = r * r;
  int turn = (int)((int64_t)n + quarter) & 3;
  double y;
  if (turn & 1) {
    // Taylor's sine to r^17.
    static const double odd[] = {
      1.0 / 355687428096000.0, -1.0 / 1307674368000.0, 1.0 / 6227020800.0, -1.0 / 39916800.0, 1.0 / 362880.0, -1.0 / 5040.0,
      1.0 / 120.0, -1.0 / 6.0};
    double p = odd[0];
    for (int i = 1; i < 8; i++) p = p * z + odd[i];
    y = r + r * (z * p);
  } else {
    // Taylor's cosine to r^18.
    static const double even[] = {
      -1.0 / 6402373705728000.0, 1.0 / 20922789888000.0, -1.0 / 87178291200.0, 1.0 / 479001600.0, -1.0 / 3628800.0,
      1.0 / 40320.0, -1.0 / 720.0, 1.0 / 24.0};
    double p = even[0];
    for (int i = 1; i < 8; i++) p = p * z + even[i];
    y = (1.0 - 0.5 * z) + z * (z * p);
  }
  return turn == 1 || turn == 2 ? -y : y;
}

double hf_double_cos(double x) { return turned(x, 0); }

double hf_double_sin(double x) { return turned(x, -1); }
