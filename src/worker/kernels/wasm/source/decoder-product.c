// A decoder's products of few rows with packed weights: groups of 16 columns, in each the 16 numbers
// for the first k, then for the second, so that the weights, which are what takes the time, are read
// once and in order.
#include "decoder-step.h"
#include "translator-activation.h"

// Words hold two halves each: of eight columns those of the first four in the lower ones, those of the
// next four in the upper ones. A half is a sign, 5 bits of exponent and 10 of fraction, and comes out
// with the exponent as it stands, so that it is 2 to the power of some number too small; the group's
// scale makes up for that. Both halves are moved, with their signs before them, to where single
// precision has them: the upper one by a shift, the lower one by a product of integers, which takes one
// operation where shifts take two.
typedef struct {
  v128_t lower_place;
  v128_t mask;
} Unpacking;

INLINE v128_t kept_word(int word) {
  __asm__("" : "+r"(word));
  return wasm_i32x4_splat(word);
}
INLINE Unpacking unpacking(void) {
  return (Unpacking){.lower_place = kept_word(1 << 13), .mask = kept_word((int)0x8fffe000)};
}
INLINE v128_t upper_half(v128_t words, Unpacking how) {
  return wasm_v128_and(wasm_i32x4_shr(words, 3), how.mask);
}
INLINE v128_t lower_half(v128_t words, Unpacking how) {
  return wasm_v128_and(wasm_i32x4_dot_i16x8(words, how.lower_place), how.mask);
}

#define PARTS (GROUP / 4)

// Sums of one group of columns for three rows or one, or of two groups for one. How many is a constant at
// each call, so that sums need no memory. Two groups are read in turns: memory gives more to two readers
// than to one.
INLINE void tile(const int rows, const int groups, const bool is_half, const float *x, int x_stride,
                 const float *weights, int next_group, float *out, int out_stride, int next_out,
                 int inner) {
  const Unpacking how = unpacking();
  v128_t sums[3][PARTS];
#pragma unroll
  for (int at = 0; at < rows * groups; at++)
#pragma unroll
    for (int part = 0; part < PARTS; part++) sums[at][part] = wasm_f32x4_const_splat(0);
#pragma nounroll
  for (int k = 0; k < inner; k++) {
    v128_t values[3];
#pragma unroll
    for (int row = 0; row < rows; row++) values[row] = splat(x + row * x_stride + k);
#pragma unroll
    for (int group = 0; group < groups; group++)
#pragma unroll
      for (int part = 0; part < PARTS; part += 2) {
        const float *from = weights + group * next_group;
        v128_t first;
        v128_t second;
        if (is_half) {
          const v128_t words = load(from + 2 * part);
          first = lower_half(words, how);
          second = upper_half(words, how);
        } else {
          first = load(from + 4 * part);
          second = load(from + 4 * part + 4);
        }
#pragma unroll
        for (int row = 0; row < rows; row++) {
          v128_t *own = sums[row + group];
          own[part] = MULTIPLY_ADD(values[row], first, own[part]);
          own[part + 1] = MULTIPLY_ADD(values[row], second, own[part + 1]);
        }
      }
    weights += is_half ? GROUP / 2 : GROUP;
  }
#pragma unroll
  for (int row = 0; row < rows; row++)
#pragma unroll
    for (int group = 0; group < groups; group++)
#pragma unroll
      for (int part = 0; part < PARTS; part++)
        store(out + row * out_stride + group * next_out + 4 * part, sums[row + group][part]);
}

// Groups `group` and `other`, which is the same where there is no other. Three rows at a time share what
// is unpacked of one group; two would be no faster than each by itself.
INLINE void add_products(const int *operation, const bool is_half, int rows, int group, int other) {
  const int x_stride = operation[3];
  const int inner = operation[4];
  const int stride = operation[8];
  const int length = inner * (is_half ? GROUP / 2 : GROUP);
  const float *weights = floats_at(operation[5]) + group * length;
  const int next_group = (other - group) * length;
  const int next_out = (other - group) * GROUP;
  for (int row = 0; row < rows;) {
    const float *x = floats_at(operation[2]) + row * x_stride;
    float *out = floats_at(operation[7]) + row * stride + group * GROUP;
#define TILE(row_count, group_count, skipped)                                                      \
  tile(row_count, group_count, is_half, x, x_stride, weights + (skipped) * next_group, next_group, \
       out + (skipped) * next_out, stride, next_out, inner)
    if (rows - row >= 3) {
#pragma nounroll
      for (int at = 0; at < (other == group ? 1 : 2); at++) TILE(3, 1, at);
      row += 3;
    } else {
      if (other == group) TILE(1, 1, 0);
      else TILE(1, 2, 0);
      row += 1;
    }
#undef TILE
  }
}

// One group from each half of those that are asked for.
INLINE void add_all(const int *operation, const bool is_half, int rows, int first, int end) {
  const int half = (end - first + 1) / 2;
  for (int group = first; group < first + half; group++)
    add_products(operation, is_half, rows, group, group + half < end ? group + half : group);
}

void decoder_product(const int *operation, int rows, int first, int end) {
  const int stride = operation[8];
  const int count = (end - first) * GROUP;
  const float *bias = floats_at(operation[6]) + first * GROUP;
  const float *scales = floats_at(operation[11]) + first;
  if (operation[12]) add_all(operation, true, rows, first, end);
  else add_all(operation, false, rows, first, end);
  for (int row = 0; row < rows; row++) {
    float *out = floats_at(operation[7]) + row * stride + first * GROUP;
    for (int at = 0; at < count; at += 4)
      store(out + at, MULTIPLY_ADD(load(out + at), splat(scales + at / GROUP), load(bias + at)));
    activate(out, count, operation[10]);
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
