// What works on each row, or on each number, by itself.
#include "simd.h"
#include "softmax.h"

void softmax_row(const float *from, float *to, int count) {
  v128_t most = wasm_f32x4_splat(from[0]);
  int at = 0;
  for (; at + 4 <= count; at += 4) most = wasm_f32x4_max(most, load(from + at));
  float largest = wasm_f32x4_extract_lane(most, 0);
  for (int lane = 1; lane < 4; lane++) {
    const float other = lane == 1   ? wasm_f32x4_extract_lane(most, 1)
                        : lane == 2 ? wasm_f32x4_extract_lane(most, 2)
                                    : wasm_f32x4_extract_lane(most, 3);
    largest = other > largest || other != other ? other : largest;
  }
  for (; at < count; at++) largest = from[at] > largest || from[at] != from[at] ? from[at] : largest;
  const v128_t shift = wasm_f32x4_splat(largest);
  const v128_t least = wasm_f32x4_const_splat(-87.3f);
  v128_t sums = wasm_f32x4_const_splat(0);
  for (at = 0; at < count; at += 4) {
    const int left = count - at;
    const v128_t x = wasm_f32x4_sub(load_part(from + at, left), shift);
    v128_t e = wasm_v128_andnot(exponential(x), wasm_f32x4_lt(x, least));
    if (left < 4) {
      const v128_t lanes = wasm_i32x4_const(0, 1, 2, 3);
      e = wasm_v128_and(e, wasm_i32x4_lt(lanes, wasm_i32x4_splat(left)));
    }
    sums = wasm_f32x4_add(sums, e);
    store_part(to + at, e, left);
  }
  const v128_t scale = wasm_f32x4_splat(1.0f / sum_of(sums));
  for (at = 0; at < count; at += 4)
    store_part(to + at, wasm_f32x4_mul(load_part(to + at, count - at), scale), count - at);
}

// Rows `start` to `end`, each of `columns`.
EXPORT(softmax)
void softmax(float *scratch, int start, int end, const float *from, float *to, int columns) {
  for (int row = start; row < end; row++)
    softmax_row(from + row * columns, to + row * columns, columns);
}

// Layer normalisation of x, or of x + added. The variance is that of the centred numbers.
EXPORT(layer_norm)
void layer_norm(float *scratch, int start, int end, const float *x, const float *added,
                const float *scale, const float *shift, float *to, int columns, int epsilon_bits) {
  const float epsilon = float_of_bits(epsilon_bits);
  for (int row = start; row < end; row++) {
    const float *from = x + row * columns;
    float *out = to + row * columns;
    v128_t sums = wasm_f32x4_const_splat(0);
    for (int at = 0; at < columns; at += 4) {
      const int left = columns - at;
      v128_t values = load_part(from + at, left);
      if (added)
        values = wasm_f32x4_add(values, load_part(added + row * columns + at, left));
      sums = wasm_f32x4_add(sums, values);
      store_part(out + at, values, left);
    }
    const v128_t mean = wasm_f32x4_splat(sum_of(sums) / columns);
    v128_t squares = wasm_f32x4_const_splat(0);
    int at = 0;
    for (; at + 4 <= columns; at += 4) {
      const v128_t centred = wasm_f32x4_sub(load(out + at), mean);
      squares = MULTIPLY_ADD(centred, centred, squares);
    }
    float variance = sum_of(squares);
    for (; at < columns; at++) {
      const float centred = out[at] - wasm_f32x4_extract_lane(mean, 0);
      variance += centred * centred;
    }
    const v128_t factor = wasm_f32x4_splat(1.0f / __builtin_sqrtf(variance / columns + epsilon));
    for (at = 0; at < columns; at += 4) {
      const int left = columns - at;
      const v128_t centred = wasm_f32x4_sub(load_part(out + at, left), mean);
      const v128_t normalised = wasm_f32x4_mul(centred, factor);
      store_part(out + at,
                 MULTIPLY_ADD(normalised, load_part(scale + at, left), load_part(shift + at, left)),
                 left);
    }
  }
}

// x · Φ(x) as x / (1 + exp(-x · P(x²))), with P a minimax fit whose largest error in the result is
// 7e-8; with the exponential's own, 2e-7 of the result. Numbers `4 · start` to `4 · end`.
EXPORT(gelu)
void gelu(float *scratch, int start, int end, const float *from, float *to, int count) {
  const v128_t one = wasm_f32x4_const_splat(1.0f);
  for (int at = 4 * start; at < 4 * end && at < count; at += 4) {
    const int left = count - at;
    const v128_t x = load_part(from + at, left);
    const v128_t square = wasm_f32x4_mul(x, x);
    v128_t p = wasm_f32x4_const_splat(3.61123232e-9f);
    p = MULTIPLY_ADD(p, square, wasm_f32x4_const_splat(-2.66892796e-7f));
    p = MULTIPLY_ADD(p, square, wasm_f32x4_const_splat(7.93821854e-6f));
    p = MULTIPLY_ADD(p, square, wasm_f32x4_const_splat(-1.10480314e-4f));
    p = MULTIPLY_ADD(p, square, wasm_f32x4_const_splat(-6.62599973e-5f));
    p = MULTIPLY_ADD(p, square, wasm_f32x4_const_splat(0.072668567f));
    p = MULTIPLY_ADD(p, square, wasm_f32x4_const_splat(1.59576843f));
    const v128_t z = wasm_f32x4_neg(wasm_f32x4_mul(x, p));
    store_part(to + at, wasm_f32x4_div(x, wasm_f32x4_add(one, exponential(z))), left);
  }
}
