#ifndef HF_ELEMENTARY_H
#define HF_ELEMENTARY_H

// exp, log, cos, sin in double: additions, multiplications and divisions of IEEE 754 in one order, none of them fused. The C library's own
// differ in a last bit between versions and processors; these give the same bits everywhere. exp and log are within 1 ulp (80,000 and 120,000 values against mpmath).

// 0 below -745.2, infinity above 709.8; NaN stays NaN.
double hf_double_exp(double x);
// Of a positive, normal number; -infinity of 0, NaN of what is negative, infinity of infinity.
double hf_double_log(double x);
// For |x| up to 10^6 radians: an absolute error of at most 2^-52. NaN of what is not finite.
double hf_double_cos(double x);
double hf_double_sin(double x);

#endif
