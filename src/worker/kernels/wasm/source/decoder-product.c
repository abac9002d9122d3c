// A decoder's products of few rows with packed weights: groups of 32 columns, in each the 32 numbers
// for the first k, then for the second, so that the weights, which are what takes the time, are read
// once and in order.
#include "activation.h"
#include "decoder-step.h"

enum { NONE, RELU, SWISH, GELU, GELU_NEW };

// Numbers along the inner dimension after which another row, or another group, has its turn.
#define BLOCK 64

static __attribute__((noinline)) void activate(float *values, int count, int activation) {
  switch (activation) {
    case RELU: rectify(values, count); break;
    case SWISH: apply_swish(values, count); break;
    case GELU: apply_gelu(values, count); break;
    case GELU_NEW: apply_gelu_new(values, count); break;
  }
}

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

// Adds `count` products to sums. `rows` and `parts`, of four columns each, are constants at each call,
// so that the sums need no memory meanwhile.
INLINE void tile(const int rows, const int parts, const bool is_half, const float *x, int x_stride,
                 const float *weights, float *out, int out_stride, int count) {
  const Unpacking how = unpacking();
  v128_t sums[3][8];
#pragma unroll
  for (int row = 0; row < rows; row++)
#pragma unroll
    for (int part = 0; part < parts; part++) sums[row][part] = load(out + row * out_stride + 4 * part);
#pragma nounroll
  for (int k = 0; k < count; k++) {
    v128_t values[3];
#pragma unroll
    for (int row = 0; row < rows; row++) values[row] = splat(x + row * x_stride + k);
#pragma unroll
    for (int part = 0; part < parts; part += 2) {
      v128_t first;
      v128_t second;
      if (is_half) {
        const v128_t words = load(weights + 2 * part);
        first = lower_half(words, how);
        second = upper_half(words, how);
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
    for (int part = 0; part < parts; part++) store(out + row * out_stride + 4 * part, sums[row][part]);
}

// One row takes a whole group at once; two or three share what is read of half a group.
INLINE void add_block(const bool is_half, int rows, const float *x, int x_stride, const float *weights,
                      float *out, int out_stride, int count) {
  for (int row = 0; row < rows;) {
    const float *from = x + row * x_stride;
    float *to = out + row * out_stride;
    const int left = rows - row;
#define HALF_GROUPS(rows_at_once)                                                                 \
  _Pragma("nounroll") for (int half = 0; half < 2; half++)                                        \
  tile(rows_at_once, 4, is_half, from, x_stride, weights + half * (is_half ? GROUP / 4 : GROUP / 2), \
       to + half * GROUP / 2, out_stride, count)
    if (left == 1) {
      tile(1, 8, is_half, from, x_stride, weights, to, out_stride, count);
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

// Two groups take turns, one from each half of those that are asked for: memory gives more to two
// readers than to one.
INLINE void add_products(const int *operation, const bool is_half, int rows, int first, int end) {
  const int inner = operation[4];
  const int half = (end - first + 1) / 2;
  for (int group = first; group < first + half; group++)
    for (int from = 0; from < inner; from += BLOCK)
#pragma nounroll
      for (int own = group; own < end; own += half) {
        const int place = (own * inner + from) * (is_half ? GROUP / 2 : GROUP);
        add_block(is_half, rows, floats_at(operation[2]) + from, operation[3],
                  floats_at(operation[5]) + place, floats_at(operation[7]) + own * GROUP, operation[8],
                  inner - from < BLOCK ? inner - from : BLOCK);
      }
}

void decoder_product(const int *operation, int rows, int first, int end) {
  const int stride = operation[8];
  const int count = (end - first) * GROUP;
  const float *bias = floats_at(operation[6]) + first * GROUP;
  const float *scales = floats_at(operation[11]);
  float *out = floats_at(operation[7]) + first * GROUP;
  for (int row = 0; row < rows; row++)
    for (int at = 0; at < count; at += 4)
      store(out + row * stride + at, wasm_f32x4_const_splat(0));
  if (operation[12]) add_products(operation, true, rows, first, end);
  else add_products(operation, false, rows, first, end);
  for (int row = 0; row < rows; row++) {
    float *own = out + row * stride;
    for (int at = 0; at < count; at += 4)
      store(own + at, MULTIPLY_ADD(load(own + at), splat(scales + first + at / GROUP), load(bias + at)));
    activate(own, count, operation[10]);
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
