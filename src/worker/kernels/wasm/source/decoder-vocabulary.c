// States to logits. The vocabulary is most of what a step reads: its weights are integers of 16 bits,
// each token's with a scale of its own, in two parts of 8 bits, and a step reads only the upper parts
// of all. What the lower parts could add to a logit has a bound, so that it is known which tokens may be
// among the best: theirs are read, too, and those of all tokens that are not quite improbable
// (`decoder-summary.c`). Of these logits the error is about 1e-5 of the largest; where two tokens are as
// near as that, `fused-session.ts` computes them anew.
//
// Upper parts lie in groups of 16 tokens, in each the pairs along the inner dimension: two numbers of
// the first token, of the second, and so on; lower parts token by token.
#include "decoder-step.h"
#include "decoder-vocabulary.h"

// A weight is 256 times its upper part, -127 to 127, and its lower part, -128 to 127.
#define LARGEST_WEIGHT (127 * 256 + 127)
#define LARGEST_STATE 32767
// So many products of a state and a part stay within 2^31 - 1.
#define MOST_PRODUCTS 512
#define PAIR 2

// A row as codes, padded with zeros to `padded`, a multiple of 8. The scale of what is no number is none
// either, and so are all logits then.
void decoder_quantise(const float *x, int inner, short *codes, int padded, RowScale *scale) {
  v128_t most = wasm_f32x4_const_splat(0);
  v128_t any = most;
  for (int at = 0; at < inner; at += 4) {
    const v128_t values = load_part(x + at, inner - at);
    most = wasm_f32x4_pmax(most, wasm_f32x4_abs(values));
    any = wasm_f32x4_add(any, values);
  }
  most = wasm_f32x4_pmax(most, wasm_i32x4_shuffle(most, most, 2, 3, 0, 1));
  most = wasm_f32x4_pmax(most, wasm_i32x4_shuffle(most, most, 1, 0, 3, 2));
  const float largest = wasm_f32x4_extract_lane(most, 0);
  const float sum = sum_of(any);
  const v128_t inverse = wasm_f32x4_splat(largest > 0 ? LARGEST_STATE / largest : 0);
  v128_t squares = wasm_f32x4_const_splat(0);
  for (int at = 0; at < padded; at += 8) {
    v128_t parts[2];
#pragma unroll
    for (int part = 0; part < 2; part++) {
      const int from = at + 4 * part;
      const v128_t values = wasm_f32x4_nearest(wasm_f32x4_mul(load_part(x + from, inner - from), inverse));
      squares = MULTIPLY_ADD(values, values, squares);
      parts[part] = wasm_i32x4_trunc_sat_f32x4(values);
    }
    wasm_v128_store(codes + at, wasm_i16x8_narrow_i32x4(parts[0], parts[1]));
  }
  scale->scale = sum - sum == 0 ? largest / LARGEST_STATE : __builtin_nanf("");
  // A little more, for what is rounded.
  scale->length = 1.0001f * scale->scale * __builtin_sqrtf(sum_of(squares));
}

// 16 tokens of one row in each of two groups, from their upper parts.
INLINE void two_groups(const short *codes, float scale, const signed char *const weights[2],
                       const float *const scales[2], const float *const bias[2], float *const out[2],
                       int inner) {
  v128_t sums[8];
#pragma unroll
  for (int at = 0; at < 8; at++) sums[at] = wasm_f32x4_const_splat(0);
  const signed char *first = weights[0];
  const signed char *second = weights[1];
  for (int from = 0; from < inner; from += MOST_PRODUCTS) {
    const int count = inner - from < MOST_PRODUCTS ? inner - from : MOST_PRODUCTS;
    v128_t whole[8];
#pragma unroll
    for (int at = 0; at < 8; at++) whole[at] = wasm_i32x4_const_splat(0);
#pragma nounroll
    for (int k = 0; k < count; k += 2 * PAIR) {
#pragma unroll
      for (int step = 0; step < 2; step++) {
        const v128_t pair = wasm_v128_load32_splat(codes + from + k + PAIR * step);
#pragma unroll
        for (int at = 0; at < 4; at++) {
          const int place = (step * TOKENS + 4 * at) * PAIR;
          whole[at] = wasm_i32x4_add(
              whole[at], wasm_i32x4_dot_i16x8(pair, wasm_i16x8_load8x8(first + place)));
          whole[at + 4] = wasm_i32x4_add(
              whole[at + 4], wasm_i32x4_dot_i16x8(pair, wasm_i16x8_load8x8(second + place)));
        }
      }
      first += 2 * TOKENS * PAIR;
      second += 2 * TOKENS * PAIR;
    }
#pragma unroll
    for (int at = 0; at < 8; at++)
      sums[at] = wasm_f32x4_add(sums[at], wasm_f32x4_convert_i32x4(whole[at]));
  }
  const v128_t of_row = wasm_f32x4_splat(256 * scale);
#pragma unroll
  for (int group = 0; group < 2; group++)
#pragma unroll
    for (int at = 0; at < 4; at++) {
      const v128_t factor = wasm_f32x4_mul(of_row, load(scales[group] + 4 * at));
      store(out[group] + 4 * at,
            MULTIPLY_ADD(sums[4 * group + at], factor, load(bias[group] + 4 * at)));
    }
}

// Logits from upper parts: groups `first` to `end` of tokens. Two groups are read in turns, as in
// `decoder-product.c`.
void decoder_vocabulary(const int *operation, int rows, int first, int end) {
  const int inner = operation[3];
  const RowScale *row_scales = (const RowScale *)operation[4];
  const int half = (end - first + 1) / 2;
  for (int group = first; group < first + half; group++) {
    const int token = group * TOKENS;
    const int other = group + half < end ? token + half * TOKENS : token;
    const signed char *const weights = (const signed char *)operation[5];
    const float *const scales = floats_at(operation[6]);
    const float *const bias = floats_at(operation[7]);
    for (int row = 0; row < rows; row++) {
      float *const logits = floats_at(operation[8]) + row * operation[10];
      two_groups((const short *)operation[2] + row * inner, row_scales[row].scale,
                 (const signed char *const[2]){weights + token * inner, weights + other * inner},
                 (const float *const[2]){scales + token, scales + other},
                 (const float *const[2]){bias + token, bias + other},
                 (float *const[2]){logits + token, logits + other}, inner);
    }
  }
}

// What a token's lower parts add to its logit.
float decoder_lower_part(const short *codes, const RowScale *row, const signed char *lower, float scale,
                         int inner) {
  float sum = 0;
  for (int from = 0; from < inner; from += MOST_PRODUCTS) {
    const int end = from + MOST_PRODUCTS < inner ? from + MOST_PRODUCTS : inner;
    v128_t whole = wasm_i32x4_const_splat(0);
    for (int k = from; k < end; k += 8)
      whole = wasm_i32x4_add(whole, wasm_i32x4_dot_i16x8(wasm_v128_load(codes + k),
                                                        wasm_i16x8_load8x8(lower + k)));
    sum += sum_of(wasm_f32x4_convert_i32x4(whole));
  }
  return sum * (row->scale * scale);
}

// Groups `start` to `end` of the logits of all rows, from both parts. `operation` is the one that made
// them from the upper ones.
EXPORT(decoder_logits)
void decoder_logits(float *scratch, int start, int end, const int *operation, int rows) {
  const int inner = operation[3];
  decoder_vocabulary(operation, rows, start, end);
  for (int row = 0; row < rows; row++) {
    float *logits = floats_at(operation[8]) + row * operation[10];
    for (int token = start * TOKENS; token < end * TOKENS; token++)
      logits[token] += decoder_lower_part((const short *)operation[2] + row * inner,
                                          (const RowScale *)operation[4] + row,
                                          (const signed char *)operation[11] + token * inner,
                                          floats_at(operation[6])[token], inner);
  }
}

// Groups `start` to `end` of [inner, columns] as both parts, tokens' scales, and how long the vectors of
// their lower parts are, times the scale. `padded` is inner, rounded up to a multiple of 8.
EXPORT(decoder_pack_vocabulary)
void decoder_pack_vocabulary(float *scratch, int start, int end, const float *from, signed char *upper,
                             signed char *lower, float *scales, float *lengths, int inner, int padded,
                             int columns) {
  for (int group = start; group < end; group++) {
    for (int at = 0; at < TOKENS; at += 4) {
      const int column = group * TOKENS + at;
      const int left = columns - column;
      v128_t most = wasm_f32x4_const_splat(0);
      for (int k = 0; k < inner; k++)
        most = wasm_f32x4_max(most, wasm_f32x4_abs(load_part(from + k * columns + column, left)));
      const v128_t scale = wasm_f32x4_mul(most, wasm_f32x4_const_splat(1.0f / LARGEST_WEIGHT));
      store(scales + column, scale);
      const v128_t isNone = wasm_f32x4_eq(most, wasm_f32x4_const_splat(0));
      const v128_t inverse =
          wasm_v128_andnot(wasm_f32x4_div(wasm_f32x4_const_splat(LARGEST_WEIGHT), most), isNone);
      v128_t squares = wasm_f32x4_const_splat(0);
      for (int k = 0; k < padded; k++) {
        const v128_t values = k < inner ? load_part(from + k * columns + column, left)
                                        : wasm_f32x4_const_splat(0);
        const v128_t codes =
            wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_nearest(wasm_f32x4_mul(values, inverse)));
        const v128_t uppers = wasm_i32x4_shr(wasm_i32x4_add(codes, wasm_i32x4_const_splat(128)), 8);
        const v128_t lowers = wasm_i32x4_sub(codes, wasm_i32x4_shl(uppers, 8));
        const v128_t numbers = wasm_f32x4_convert_i32x4(lowers);
        squares = MULTIPLY_ADD(numbers, numbers, squares);
        signed char *high = upper + group * TOKENS * padded + (k / PAIR * TOKENS + at) * PAIR + k % PAIR;
        high[0 * PAIR] = (signed char)wasm_i32x4_extract_lane(uppers, 0);
        high[1 * PAIR] = (signed char)wasm_i32x4_extract_lane(uppers, 1);
        high[2 * PAIR] = (signed char)wasm_i32x4_extract_lane(uppers, 2);
        high[3 * PAIR] = (signed char)wasm_i32x4_extract_lane(uppers, 3);
        signed char *low = lower + column * padded + k;
        low[0 * padded] = (signed char)wasm_i32x4_extract_lane(lowers, 0);
        low[1 * padded] = (signed char)wasm_i32x4_extract_lane(lowers, 1);
        low[2 * padded] = (signed char)wasm_i32x4_extract_lane(lowers, 2);
        low[3 * padded] = (signed char)wasm_i32x4_extract_lane(lowers, 3);
      }
      store(lengths + column, wasm_f32x4_mul(wasm_f32x4_sqrt(squares), scale));
    }
  }
}
