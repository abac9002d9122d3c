// The activations of an MLP. All but the rectifier are x · sigmoid(x · P(x²)).
#pragma once

#include "simd.h"

// Each with its constants, made once.
typedef struct {
  Exponential exponential;
  // Of P, from x¹² to x⁰.
  v128_t p6, p5, p4, p3, p2, p1, p0;
} Sigmoid;

// x · Φ(x) with a minimax fit whose largest error in the result is 7e-8; with the exponential's own,
// 2e-7 of the result. All coefficients are of -P.
INLINE Sigmoid gelu_constants(void) {
  return (Sigmoid){
      .exponential = exponential_constants(),
      .p6 = kept(-3.61123232e-9f),
      .p5 = kept(2.66892796e-7f),
      .p4 = kept(-7.93821854e-6f),
      .p3 = kept(1.10480314e-4f),
      .p2 = kept(6.62599973e-5f),
      .p1 = kept(-0.072668567f),
      .p0 = kept(-1.59576843f),
  };
}

// The approximation of the same with tanh: (1 + tanh u) / 2 is the sigmoid of 2u.
INLINE Sigmoid gelu_new_constants(void) {
  return (Sigmoid){
      .exponential = exponential_constants(),
      .p1 = kept(-0.0713548162726f),
      .p0 = kept(-1.59576912161f),
  };
}

INLINE Sigmoid quick_gelu_constants(void) {
  return (Sigmoid){.exponential = exponential_constants(), .p0 = kept(-1.702f)};
}

INLINE Sigmoid swish_constants(void) {
  return (Sigmoid){.exponential = exponential_constants(), .p0 = kept(-1.0f)};
}

INLINE v128_t times_sigmoid(v128_t x, v128_t negative_p, Sigmoid c) {
  const v128_t e = exponential(wasm_f32x4_mul(x, negative_p), c.exponential);
  return wasm_f32x4_div(x, wasm_f32x4_add(c.exponential.one, e));
}

INLINE v128_t gelu_of(v128_t x, Sigmoid c) {
  const v128_t square = wasm_f32x4_mul(x, x);
  v128_t p = MULTIPLY_ADD(c.p6, square, c.p5);
  p = MULTIPLY_ADD(p, square, c.p4);
  p = MULTIPLY_ADD(p, square, c.p3);
  p = MULTIPLY_ADD(p, square, c.p2);
  p = MULTIPLY_ADD(p, square, c.p1);
  p = MULTIPLY_ADD(p, square, c.p0);
  return times_sigmoid(x, p, c);
}

INLINE v128_t gelu_new_of(v128_t x, Sigmoid c) {
  return times_sigmoid(x, MULTIPLY_ADD(wasm_f32x4_mul(x, x), c.p1, c.p0), c);
}

INLINE v128_t quick_gelu_of(v128_t x, Sigmoid c) { return times_sigmoid(x, c.p0, c); }
INLINE v128_t swish_of(v128_t x, Sigmoid c) { return times_sigmoid(x, c.p0, c); }

// In place.
#define ACTIVATION(name)                                                               \
  INLINE void apply_##name(float *values, int count) {                                 \
    const Sigmoid constants = name##_constants();                                      \
    int at = 0;                                                                        \
    for (; at + 4 <= count; at += 4)                                                   \
      store(values + at, name##_of(load(values + at), constants));                     \
    if (at < count)                                                                    \
      store_part(values + at, name##_of(load_part(values + at, count - at), constants), \
                 count - at);                                                          \
  }
ACTIVATION(gelu)
ACTIVATION(gelu_new)
ACTIVATION(quick_gelu)
ACTIVATION(swish)
#undef ACTIVATION

INLINE void rectify(float *values, int count) {
  const v128_t zero = wasm_f32x4_const_splat(0);
  int at = 0;
  for (; at + 4 <= count; at += 4) store(values + at, wasm_f32x4_max(load(values + at), zero));
  if (at < count) store_part(values + at, wasm_f32x4_max(load_part(values + at, count - at), zero), count - at);
}
