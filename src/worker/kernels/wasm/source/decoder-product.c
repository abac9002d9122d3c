// A decoder's products of few rows with packed weights: groups of 32 columns, in each the 32 numbers
// for the first k, then for the second, so that the weights, which are what takes the time, are read
// once and in order.
#include "activation.h"
#include "decoder-step.h"

enum { NONE, RELU, SWISH, GELU, GELU_NEW };

static __attribute__((noinline)) void activate(float *values, int count, int activation) {
  switch (activation) {
    case RELU: rectify(values, count); break;
    case SWISH: apply_swish(values, count); break;
    case GELU: apply_gelu(values, count); break;
    case GELU_NEW: apply_gelu_new(values, count); break;
  }
}

// Numbers of four columns, from words that hold two halves each: those of four columns in the lower
// ones, those of the next four in the upper ones. A half is a sign, 5 bits of exponent and 10 of
// fraction, and comes out with the exponent as it stands, so that it is 2 to the power of some number
// too small; the group's scale makes up for that.
INLINE v128_t upper_half(v128_t words) {
  return wasm_v128_and(wasm_i32x4_shr(words, 3), wasm_i32x4_const_splat((int)0x8fffe000));
}
INLINE v128_t lower_half(v128_t words) { return upper_half(wasm_i32x4_shl(words, 16)); }

// `rows` and `parts`, of four columns each, are constants at each call, so that the sums need no memory.
INLINE void tile(const int rows, const int parts, const bool is_half, const float *x, int x_stride,
                 const float *weights, float scale, const float *bias, float *out, int out_stride,
                 int inner, int activation) {
  v128_t sums[3][8];
#pragma unroll
  for (int row = 0; row < rows; row++)
#pragma unroll
    for (int part = 0; part < parts; part++) sums[row][part] = wasm_f32x4_const_splat(0);
  for (int k = 0; k < inner; k++) {
    v128_t values[3];
#pragma unroll
    for (int row = 0; row < rows; row++) values[row] = splat(x + row * x_stride + k);
#pragma unroll
    for (int part = 0; part < parts; part += 2) {
      v128_t first;
      v128_t second;
      if (is_half) {
        const v128_t words = load(weights + 2 * part);
        first = lower_half(words);
        second = upper_half(words);
      } else {
        first = load(weights + 4 * part);
        second = load(weights + 4 * part + 4);
      }
#pragma unroll
      for (int row = 0; row < rows; row++) {
        sums[row][part] = MULTIPLY_ADD(values[row], first, sums[row][part]);
        sums[row][part + 1] = MULTIPLY_ADD(values[row], second, sums[row][part + 1]);
      }
    }
    weights += is_half ? GROUP / 2 : GROUP;
  }
#pragma unroll
  for (int row = 0; row < rows; row++)
#pragma unroll
    for (int part = 0; part < parts; part++) {
      const v128_t sum = MULTIPLY_ADD(sums[row][part], wasm_f32x4_splat(scale), load(bias + 4 * part));
      store(out + row * out_stride + 4 * part, sum);
    }
  if (activation == NONE) return;
  for (int row = 0; row < rows; row++) activate(out + row * out_stride, 4 * parts, activation);
}

// One row takes a whole group at once; two or three share what is read of half a group.
INLINE void rows_of(const int *operation, const bool is_half, int rows, int group) {
  const int x_stride = operation[2];
  const int inner = operation[3];
  const int out_stride = operation[7];
  const int activation = operation[9];
  const float *x = floats_at(operation[1]);
  const float *weights = floats_at(operation[4]) + group * inner * (is_half ? GROUP / 2 : GROUP);
  const float *bias = floats_at(operation[5]) + group * GROUP;
  const float scale = floats_at(operation[10])[group];
  float *out = floats_at(operation[6]) + group * GROUP;
  for (int row = 0; row < rows;) {
    const float *from = x + row * x_stride;
    float *to = out + row * out_stride;
    const int left = rows - row;
#define HALF_GROUPS(count)                                                                        \
  _Pragma("nounroll") for (int half = 0; half < 2; half++)                                        \
  tile(count, 4, is_half, from, x_stride, weights + half * (is_half ? GROUP / 4 : GROUP / 2),     \
       scale, bias + half * GROUP / 2, to + half * GROUP / 2, out_stride, inner, activation)
    if (left == 1) {
      tile(1, 8, is_half, from, x_stride, weights, scale, bias, to, out_stride, inner, activation);
      row += 1;
    } else if (left == 2 || left == 4) {
      HALF_GROUPS(2);
      row += 2;
    } else {
      HALF_GROUPS(3);
      row += 3;
    }
#undef HALF_GROUPS
  }
}

// [kind, x, its stride, inner, weights, bias, out, its stride, groups, activation, scales of groups,
// whether the weights are halves]
void decoder_product(const int *operation, int rows, int first, int end) {
  for (int group = first; group < end; group++) {
    if (operation[11]) rows_of(operation, true, rows, group);
    else rows_of(operation, false, rows, group);
  }
}

// Groups `start` to `end` of [inner, columns]; columns that are not there are 0.
EXPORT(decoder_pack)
void decoder_pack(float *scratch, int start, int end, const float *from, float *to, int inner,
                  int columns) {
  for (int group = start; group < end; group++) {
    const int column = group * GROUP;
    float *out = to + column * inner;
    for (int k = 0; k < inner; k++)
      for (int at = 0; at < GROUP; at += 4)
        store(out + k * GROUP + at,
              load_part(from + k * columns + column + at, columns - column - at));
  }
}

// The same as halves, if that loses nothing: each number must be a half times `factor`, rounded to
// single precision. `exponent` is what the exponents' bits are less by. Else `failed` becomes 1.
EXPORT(decoder_pack_halves)
void decoder_pack_halves(float *scratch, int start, int end, const float *from, unsigned short *to,
                         int inner, int columns, int factor_bits, int exponent, int *failed) {
  const float factor = float_of_bits(factor_bits);
  for (int group = start; group < end; group++) {
    const int column = group * GROUP;
    unsigned short *out = to + column * inner;
    for (int k = 0; k < inner; k++) {
      for (int at = 0; at < GROUP; at++) {
        const float value = column + at < columns ? from[k * columns + column + at] : 0;
        unsigned bits = __builtin_bit_cast(unsigned, value / factor);
        // To the nearest with 10 bits of fraction.
        bits = (bits + 0xfff + (bits >> 13 & 1)) & ~0x1fffu;
        unsigned code = bits >> 31 << 15;
        if (bits << 1 != 0) {
          const int own = (int)(bits >> 23 & 255) - exponent;
          if (own < 1 || own > 31 || __builtin_bit_cast(float, bits) * factor != value) {
            *failed = 1;
            return;
          }
          code |= (unsigned)own << 10 | (bits >> 13 & 1023);
        } else if (value != 0) {
          *failed = 1;
          return;
        }
        // Of eight columns the first four lie in the lower halves of four words.
        out[k * GROUP + (at & -8) + 2 * (at & 3) + (at >> 2 & 1)] = (unsigned short)code;
      }
    }
  }
}
