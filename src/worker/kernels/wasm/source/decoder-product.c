// A decoder's products of few rows with packed weights: groups of 16 columns, in each the 16 numbers
// for the first k, then for the second, so that the weights, which are what takes the time, are read
// once and in order.
//
// Weights that are halves stay halves. Others are integers of three bytes, each group's with a scale of its
// own: errors of 2^-24 of the group's largest, and a quarter less to read than single precision.
#include "decoder-step.h"
#include "translator-activation.h"

#define HALF_BYTES 2
#define LONG_BYTES 3
// One less than the largest integer of three bytes, since what is rounded may become one more. They are read
// as the upper bytes of a word, 256 times as large.
#define LARGEST_LONG 8388606.0f

#define PARTS (GROUP / 4)

INLINE int kept_word(int word) {
  __asm__("" : "+r"(word));
  return word;
}

typedef struct {
  v128_t lower_place;
  v128_t mask;
  v128_t order;
} Unpacking;

INLINE Unpacking unpacking(void) {
  return (Unpacking){
      .lower_place = wasm_i32x4_splat(kept_word(1 << 13)),
      .mask = wasm_i32x4_splat(kept_word((int)0x8fffe000)),
      .order = wasm_i32x4_make(kept_word(0x020100ff), kept_word(0x050403ff), kept_word(0x080706ff),
                               kept_word(0x0b0a09ff)),
  };
}

// Words hold two halves each: of eight columns those of the first four in the lower ones, those of the
// next four in the upper ones. A half is a sign, 5 bits of exponent and 10 of fraction, and comes out
// with the exponent as it stands, so that it is 2 to the power of some number too small; the group's
// scale makes up for that. Both halves are moved, with their signs before them, to where single
// precision has them: the upper one by a shift, the lower one by a product of integers, which takes one
// operation where shifts take two.
INLINE v128_t upper_half(v128_t words, Unpacking how) {
  return wasm_v128_and(wasm_i32x4_shr(words, 3), how.mask);
}
INLINE v128_t lower_half(v128_t words, Unpacking how) {
  return wasm_v128_and(wasm_i32x4_dot_i16x8(words, how.lower_place), how.mask);
}

// Four weights of three bytes, of 16 that are read, with a 0 below them.
INLINE v128_t four_long(const char *from, Unpacking how) {
  return wasm_f32x4_convert_i32x4(PICK(wasm_v128_load(from), how.order));
}

// Adds to each row's sums of a group its number times the group's weights of one k.
INLINE void add_weights(const int rows, const bool is_half, const char *weights, Unpacking how,
                        const v128_t *values, v128_t sums[][PARTS]) {
#pragma unroll
  for (int part = 0; part < PARTS; part += 2) {
    v128_t first;
    v128_t second;
    if (is_half) {
      const v128_t words = wasm_v128_load(weights + 4 * HALF_BYTES * part);
      first = lower_half(words, how);
      second = upper_half(words, how);
    } else {
      first = four_long(weights + 4 * LONG_BYTES * part, how);
      second = four_long(weights + 4 * LONG_BYTES * (part + 1), how);
    }
#pragma unroll
    for (int row = 0; row < rows; row++) {
      sums[row][part] = MULTIPLY_ADD(values[row], first, sums[row][part]);
      sums[row][part + 1] = MULTIPLY_ADD(values[row], second, sums[row][part + 1]);
    }
  }
}

INLINE void clear(v128_t *sums) {
#pragma unroll
  for (int part = 0; part < PARTS; part++) sums[part] = wasm_f32x4_const_splat(0);
}

INLINE void store_sums(float *out, const v128_t *sums) {
#pragma unroll
  for (int part = 0; part < PARTS; part++) store(out + 4 * part, sums[part]);
}

INLINE int bytes_of(const bool is_half) { return GROUP * (is_half ? HALF_BYTES : LONG_BYTES); }

// Sums of one group of columns for three rows or one, or of two groups for one. How many is a constant at
// each call, so that sums need no memory. Two groups are read in turns: memory gives more to two readers
// than to one.
INLINE void tile(const int rows, const int groups, const bool is_half, const float *x, int x_stride,
                 const char *weights, int next_group, float *out, int out_stride, int next_out,
                 int inner) {
  const Unpacking how = unpacking();
  v128_t sums[3][PARTS];
#pragma unroll
  for (int at = 0; at < rows * groups; at++) clear(sums[at]);
#pragma nounroll
  for (int k = 0; k < inner; k++) {
    v128_t values[3];
#pragma unroll
    for (int row = 0; row < rows; row++) values[row] = splat(x + row * x_stride + k);
#pragma unroll
    for (int group = 0; group < groups; group++)
      add_weights(rows, is_half, weights + group * next_group, how, values, sums + group);
    weights += bytes_of(is_half);
  }
#pragma unroll
  for (int row = 0; row < rows; row++)
#pragma unroll
    for (int group = 0; group < groups; group++)
      store_sums(out + row * out_stride + group * next_out, sums[row + group]);
}

// The same of one row and two groups, from the numbers that are not 0.
INLINE void active_tile(const bool is_half, const float *x, const int *places, int count,
                        const char *weights, int next_group, float *out, int next_out) {
  const Unpacking how = unpacking();
  v128_t sums[2][PARTS];
  clear(sums[0]);
  clear(sums[1]);
#pragma nounroll
  for (int at = 0; at < count; at++) {
    const v128_t value = splat(x + at);
    const char *from = weights + places[at] * bytes_of(is_half);
    add_weights(1, is_half, from, how, &value, sums);
    add_weights(1, is_half, from + next_group, how, &value, sums + 1);
  }
  store_sums(out, sums[0]);
  store_sums(out + next_out, sums[1]);
}

// Groups `group` and `other`, which is the same where there is no other. Three rows at a time share what
// is unpacked of one group; two would be no faster than each by itself.
INLINE void add_products(const int *operation, const bool is_half, int rows, int group, int other) {
  const int x_stride = operation[3];
  const int inner = operation[4];
  const int stride = operation[8];
  const int length = inner * bytes_of(is_half);
  const char *weights = (const char *)operation[5] + group * length;
  const int next_group = (other - group) * length;
  const int next_out = (other - group) * GROUP;
  for (int row = 0; row < rows;) {
    const float *x = floats_at(operation[2]) + row * x_stride;
    float *out = floats_at(operation[7]) + row * stride + group * GROUP;
#define TILE(row_count, group_count, skipped)                                                      \
  tile(row_count, group_count, is_half, x, x_stride, weights + (skipped) * next_group, next_group, \
       out + (skipped) * next_out, stride, next_out, inner)
    if (operation[KIND] == ACTIVE_PRODUCT) {
      active_tile(is_half, x, (const int *)operation[PLACES] + row * x_stride,
                  ((const int *)operation[COUNTS])[row], weights, next_group, out, next_out);
      row += 1;
    } else if (rows - row >= 3) {
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

// Groups `start` to `end` of [inner, columns] as weights of three bytes, and each group's scale; columns
// that are not there are 0. The scale of what is no number is none either.
EXPORT(decoder_pack)
void decoder_pack(float *scratch, int start, int end, const float *from, char *to, float *scales,
                  int inner, int columns) {
  for (int group = start; group < end; group++) {
    const int column = group * GROUP;
    const int left = columns - column;
    v128_t most = wasm_f32x4_const_splat(0);
    v128_t any = most;
    for (int k = 0; k < inner; k++)
      for (int at = 0; at < GROUP; at += 4) {
        const v128_t values = load_part(from + k * columns + column + at, left - at);
        most = wasm_f32x4_pmax(most, wasm_f32x4_abs(values));
        any = wasm_f32x4_add(any, wasm_f32x4_sub(values, values));
      }
    const float largest = largest_of(most);
    const bool is_number = sum_of(any) == 0;
    scales[group] = is_number ? largest / (256 * LARGEST_LONG) : __builtin_nanf("");
    const v128_t factor = wasm_f32x4_splat(is_number && largest > 0 ? LARGEST_LONG / largest : 0);
    char *out = to + column * inner * LONG_BYTES;
    for (int k = 0; k < inner; k++)
      for (int at = 0; at < GROUP; at += 4) {
        const v128_t values = load_part(from + k * columns + column + at, left - at);
        const v128_t words =
            wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_nearest(wasm_f32x4_mul(values, factor)));
        const v128_t bytes = wasm_i8x16_shuffle(words, words, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0,
                                                0, 0, 0);
        wasm_v128_store64_lane(out, bytes, 0);
        wasm_v128_store32_lane(out + 8, bytes, 2);
        out += 4 * LONG_BYTES;
      }
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
