#ifndef HOLDFAST_BACKWARD_H
#define HOLDFAST_BACKWARD_H

/// Gradients of RMSNorm over one row: with s = 1/sqrt(mean(x²) + epsilon) and z = dy · weight,
/// dx += s · (z - x · s² · mean(z · x)) and, where it is not null, dweight += dy · x · s.
void hf_rms_norm_backward(
  const float *x, const float *weight, const float *dy, long n, float epsilon, float *dx, float *dweight);

/// Gradients of hf_layer_norm over one row; dweight and dbias may be null.
void hf_layer_norm_backward(
  const float *x, const float *weight, const float *dy, long n, float epsilon, float *dx, float *dweight, float *dbias);

/// Rotates back: the transpose of hf_rotate, which takes gradients through it.
void hf_rotate_back(
  float *dx, long heads, long d, long width, int interleaved, const float *cosines, const float *sines);

/// y = activation(gate) · up, leaving both as they are; without up, activation(gate).
void hf_activate_times_to(int kind, const float *gate, const float *up, long n, float *y);

/// Gradients of y = activation(gate) · up: dgate = dy · up · activation'(gate), dup = dy · activation(gate); up and dup may be null.
void hf_activate_times_backward(
  int kind, const float *gate, const float *up, const float *dy, long n, float *dgate, float *dup);

/// Through hf_scale_and_cap, by what it gave: dx · scale · (1 - (capped / cap)²).
void hf_cap_backward(const float *capped, float *dx, long n, float scale, float cap);

/// Softmax over the scores from `first` to before `visible` of n, each times scale and then capped where cap is not 0; the rest become 0.
/// `slopes`, where it is not null, gets the cap's derivative at each of them.
void hf_softmax_row(float *scores, long first, long visible, long n, float scale, float cap, float *slopes);

/// Through a softmax row: ds = scale · p · (dp - Σ p · dp) · slope, in place of dp; null slopes are 1.
void hf_softmax_row_backward(
  const float *p, float *dp, long first, long visible, long n, float scale, const float *slopes);

/// Cross-entropy of one row of logits: returns -log softmax(logits)[target] in nats, and turns the logits into
/// weight · (softmax(logits) - onehot(target)).
double hf_cross_entropy_row(float *logits, long n, long target, float weight);

/// KL(softmax(base) || softmax(logits)) of one row in nats; the logits become weight · (softmax(logits) - softmax(base)), the base's
/// become its probabilities.
double hf_kl_row(float *logits, float *base, long n, float weight);

/// One AdamW step over n parameters (Loshchilov and Hutter 2019; decoupled decay): the gradient is multiplied by gradientScale, and
/// the corrections are 1 - beta^step.
void hf_adamw(
  float *parameters, const float *gradient, float *first, float *second, long n, float gradientScale, float learningRate,
  float beta1, float beta2, float epsilon, float decay, float correction1, float correction2);

/// Σ x² in double precision, in the order of the elements.
double hf_sum_of_squares(const float *x, long n);

#endif
