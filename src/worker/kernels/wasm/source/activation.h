// The activations of an MLP. All but the rectifier are x · sigmoid(x · P(x²)).
#pragma once

#include "simd.h"

INLINE v128_t times_sigmoid(v128_t x, v128_t argument) {
  const v128_t e = exponential(wasm_f32x4_neg(argument));
  return wasm_f32x4_div(x, wasm_f32x4_add(wasm_f32x4_const_splat(1.0f), e));
}

// x · Φ(x) as x / (1 + exp(-x · P(x²))), with P a minimax fit whose largest error in the result is
// 7e-8; with the exponential's own, 2e-7 of the result.
INLINE v128_t gelu_of(v128_t x) {
  const v128_t square = wasm_f32x4_mul(x, x);
  v128_t p = wasm_f32x4_const_splat(3.61123232e-9f);
  p = MULTIPLY_ADD(p, square, wasm_f32x4_const_splat(-2.66892796e-7f));
  p = MULTIPLY_ADD(p, square, wasm_f32x4_const_splat(7.93821854e-6f));
  p = MULTIPLY_ADD(p, square, wasm_f32x4_const_splat(-1.10480314e-4f));
  p = MULTIPLY_ADD(p, square, wasm_f32x4_const_splat(-6.62599973e-5f));
  p = MULTIPLY_ADD(p, square, wasm_f32x4_const_splat(0.072668567f));
  p = MULTIPLY_ADD(p, square, wasm_f32x4_const_splat(1.59576843f));
  return times_sigmoid(x, wasm_f32x4_mul(x, p));
}

// The approximation of the same with tanh: (1 + tanh u) / 2 is the sigmoid of 2u.
INLINE v128_t gelu_new_of(v128_t x) {
  const v128_t square = wasm_f32x4_mul(x, x);
  const v128_t p = MULTIPLY_ADD(square, wasm_f32x4_const_splat(0.0713548162726f),
                                wasm_f32x4_const_splat(1.59576912161f));
  return times_sigmoid(x, wasm_f32x4_mul(x, p));
}

INLINE v128_t quick_gelu_of(v128_t x) {
  return times_sigmoid(x, wasm_f32x4_mul(x, wasm_f32x4_const_splat(1.702f)));
}

INLINE v128_t relu_of(v128_t x) { return wasm_f32x4_max(x, wasm_f32x4_const_splat(0)); }
