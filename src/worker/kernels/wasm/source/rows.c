// What works on each row, or on each number, by itself.
#include "activation.h"
#include "rows.h"
#include "simd.h"

INLINE v128_t shifted_exponential(v128_t x, v128_t largest, Exponential c) {
  const v128_t shifted = wasm_f32x4_sub(x, largest);
  return wasm_v128_andnot(exponential(shifted, c), wasm_f32x4_lt(shifted, c.least));
}

INLINE float larger(float a, float b) { return a > b || a != a ? a : b; }

void softmax_row(const float *from, float *to, int count) {
  const int whole = count & -4;
  const int left = count - whole;
  v128_t most = wasm_f32x4_splat(from[0]);
  // A NaN may be passed over here: its own exponential makes the sum one.
  for (int at = 0; at < whole; at += 4) most = wasm_f32x4_pmax(most, load(from + at));
  float largest = larger(larger(wasm_f32x4_extract_lane(most, 0), wasm_f32x4_extract_lane(most, 1)),
                         larger(wasm_f32x4_extract_lane(most, 2), wasm_f32x4_extract_lane(most, 3)));
  for (int at = whole; at < count; at++) largest = larger(from[at], largest);
  const v128_t shift = wasm_f32x4_splat(largest);
  const Exponential constants = exponential_constants();
  v128_t sums = wasm_f32x4_const_splat(0);
  for (int at = 0; at < whole; at += 4) {
    const v128_t e = shifted_exponential(load(from + at), shift, constants);
    sums = wasm_f32x4_add(sums, e);
    store(to + at, e);
  }
  if (left) {
    const v128_t there = wasm_i32x4_lt(wasm_i32x4_const(0, 1, 2, 3), wasm_i32x4_splat(left));
    const v128_t e =
        wasm_v128_and(shifted_exponential(load_part(from + whole, left), shift, constants), there);
    sums = wasm_f32x4_add(sums, e);
    store_part(to + whole, e, left);
  }
  const v128_t scale = wasm_f32x4_splat(1.0f / sum_of(sums));
  for (int at = 0; at < whole; at += 4) store(to + at, wasm_f32x4_mul(load(to + at), scale));
  for (int at = whole; at < count; at++) to[at] *= wasm_f32x4_extract_lane(scale, 0);
}

// Rows `start` to `end`, each of `columns`.
EXPORT(softmax)
void softmax(float *scratch, int start, int end, const float *from, float *to, int columns) {
  for (int row = start; row < end; row++)
    softmax_row(from + row * columns, to + row * columns, columns);
}

void layer_norm_row(const float *from, const float *added, const float *scale, const float *shift,
                    float *to, int columns, float epsilon) {
  v128_t sums = wasm_f32x4_const_splat(0);
  for (int at = 0; at < columns; at += 4) {
    const int left = columns - at;
    v128_t values = load_part(from + at, left);
    if (added) values = wasm_f32x4_add(values, load_part(added + at, left));
    sums = wasm_f32x4_add(sums, values);
    store_part(to + at, values, left);
  }
  const v128_t mean = wasm_f32x4_splat(sum_of(sums) / columns);
  v128_t squares = wasm_f32x4_const_splat(0);
  int at = 0;
  for (; at + 4 <= columns; at += 4) {
    const v128_t centred = wasm_f32x4_sub(load(to + at), mean);
    squares = MULTIPLY_ADD(centred, centred, squares);
  }
  float variance = sum_of(squares);
  for (; at < columns; at++) {
    const float centred = to[at] - wasm_f32x4_extract_lane(mean, 0);
    variance += centred * centred;
  }
  const v128_t factor = wasm_f32x4_splat(1.0f / __builtin_sqrtf(variance / columns + epsilon));
  for (at = 0; at < columns; at += 4) {
    const int left = columns - at;
    const v128_t centred = wasm_f32x4_sub(load_part(to + at, left), mean);
    const v128_t normalised = wasm_f32x4_mul(centred, factor);
    store_part(to + at,
               MULTIPLY_ADD(normalised, load_part(scale + at, left), load_part(shift + at, left)),
               left);
  }
}

int gather_active(const float *from, int count, float *to, int *places) {
  const v128_t zero = wasm_f32x4_const_splat(0);
  int active = 0;
  for (int at = 0; at < count; at += 4) {
    const v128_t values = load_part(from + at, count - at);
    for (int there = wasm_i32x4_bitmask(wasm_f32x4_ne(values, zero)); there; there &= there - 1) {
      const int place = at + __builtin_ctz(there);
      places[active] = place;
      to[active] = from[place];
      active++;
    }
  }
  return active;
}

// Layer normalisation of x, or of x + added, rows `start` to `end`.
EXPORT(layer_norm)
void layer_norm(float *scratch, int start, int end, const float *x, const float *added,
                const float *scale, const float *shift, float *to, int columns, int epsilon_bits) {
  const float epsilon = float_of_bits(epsilon_bits);
  for (int row = start; row < end; row++) {
    const int at = row * columns;
    layer_norm_row(x + at, added ? added + at : 0, scale, shift, to + at, columns, epsilon);
  }
}

// Numbers `4 · start` to `4 · end`.
EXPORT(gelu)
void gelu(float *scratch, int start, int end, const float *from, float *to, int count) {
  const int last = 4 * end < count ? 4 * end : count;
  const Sigmoid constants = gelu_constants();
  int at = 4 * start;
  for (; at + 4 <= last; at += 4) store(to + at, gelu_of(load(from + at), constants));
  if (at < last) store_part(to + at, gelu_of(load_part(from + at, last - at), constants), last - at);
}
