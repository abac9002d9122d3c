// States to logits. The vocabulary is most of what a step reads: its weights are integers of 15 bits,
// each token's with a scale of its own, in two parts of 7 and 8 bits, and a step reads only the upper parts
// of all. What the lower parts could add to a logit has a bound, so that it is known which tokens may be
// among the best: theirs are read, too, and those of all tokens that are not quite improbable
// (`decoder-summary.c`). Of these logits the error is about 1e-5 of the largest; where two tokens are as
// near as that, `fused-session.ts` computes them anew.
//
// Upper parts lie in groups of 8 tokens, in each the first four or two numbers along the inner dimension
// of the first token, of the second, and so on, then the next; lower parts token by token.
#include "decoder-step.h"
#include "decoder-vocabulary.h"

// A weight is 256 times its upper part, -63 to 63, and its lower part, -128 to 127. Upper parts are stored
// with `ADDED`, as 7 bits.
#define LARGEST_WEIGHT (63 * 256 + 127)
#define ADDED 64
// A state is 256 times its high part and its low part, each -128 to 127.
#define LARGEST_STATE (127 * 256 + 127)

// Numbers of a token that lie together, as many as one operation adds up: four where relaxed SIMD multiplies
// eight bits by seven, else two.
#define FOUR 4
#define PAIR 2

INLINE int sum_of_integers(v128_t values) {
  return (wasm_i32x4_extract_lane(values, 0) + wasm_i32x4_extract_lane(values, 1)) +
         (wasm_i32x4_extract_lane(values, 2) + wasm_i32x4_extract_lane(values, 3));
}

// The scale of what is no number is none either, and so are all logits then. `padded` is a multiple of 8,
// and the codes that there are too many of are 0.
void decoder_quantise(const float *x, int inner, short *codes, int padded, RowScale *scale) {
  v128_t most = wasm_f32x4_const_splat(0);
  v128_t any = most;
  for (int at = 0; at < inner; at += 4) {
    const v128_t values = load_part(x + at, inner - at);
    most = wasm_f32x4_pmax(most, wasm_f32x4_abs(values));
    any = wasm_f32x4_add(any, values);
  }
  const float largest = largest_of(most);
  const float sum = sum_of(any);
  const v128_t inverse = wasm_f32x4_splat(largest > 0 ? LARGEST_STATE / largest : 0);
  v128_t squares = wasm_f32x4_const_splat(0);
  v128_t highs = wasm_i32x4_const_splat(0);
  v128_t lows = wasm_i32x4_const_splat(0);
  const v128_t one = wasm_i16x8_const_splat(1);
  for (int at = 0; at < padded; at += 8) {
    v128_t parts[2];
#pragma unroll
    for (int part = 0; part < 2; part++) {
      const int from = at + 4 * part;
      const v128_t values = wasm_f32x4_nearest(wasm_f32x4_mul(load_part(x + from, inner - from), inverse));
      squares = MULTIPLY_ADD(values, values, squares);
      parts[part] = wasm_i32x4_trunc_sat_f32x4(values);
    }
    const v128_t whole = wasm_i16x8_narrow_i32x4(parts[0], parts[1]);
    const v128_t high = wasm_i16x8_shr(wasm_i16x8_add(whole, wasm_i16x8_const_splat(128)), 8);
    const v128_t low = wasm_i16x8_shr(wasm_i16x8_shl(whole, 8), 8);
    const v128_t bytes = wasm_i8x16_narrow_i16x8(high, low);
    highs = wasm_i32x4_add(highs, wasm_i32x4_dot_i16x8(high, one));
    lows = wasm_i32x4_add(lows, wasm_i32x4_dot_i16x8(low, one));
    wasm_v128_store(codes + at, whole);
    wasm_v128_store(codes + padded + at, wasm_i32x4_shuffle(bytes, bytes, 0, 2, 1, 3));
  }
  scale->excess_high = ADDED * sum_of_integers(highs);
  scale->excess_low = ADDED * sum_of_integers(lows);
  scale->scale = sum - sum == 0 ? largest / LARGEST_STATE : __builtin_nanf("");
  // A little more, for what is rounded.
  scale->length = 1.0001f * scale->scale * __builtin_sqrtf(sum_of(squares));
}

// Vectors of sums of a group.
#define PARTS (TOKENS / 4)

// Sums of a row's codes and the upper parts of two groups that lie in fours; `start` and `end` are not
// looked at. Without relaxed SIMD it does nothing, and there are engines where it goes wrong: see
// `multiplies-fours.ts`. What the operation makes of the weights' eighth bit is the processor's affair. Parts
// of states and weights add up to less than 2^31 for any width that there is.
EXPORT(decoder_fours)
__attribute__((noinline)) void decoder_fours(float *scratch, int start, int end, const short *codes,
                                             const RowScale *scale, const unsigned char *first,
                                             const unsigned char *second, float *out, float *other_out,
                                             int inner) {
#ifdef __wasm_relaxed_simd__
  const char *parts = (const char *)(codes + inner);
  v128_t high[2 * PARTS];
  v128_t low[2 * PARTS];
#pragma unroll
  for (int at = 0; at < 2 * PARTS; at++) high[at] = low[at] = wasm_i32x4_const_splat(0);
#pragma nounroll
  for (int k = 0; k < inner; k += FOUR) {
    const v128_t state_high = wasm_v128_load32_splat(parts + 2 * k);
    const v128_t state_low = wasm_v128_load32_splat(parts + 2 * k + FOUR);
#pragma unroll
    for (int at = 0; at < PARTS; at++) {
      const v128_t own = wasm_v128_load(first + 16 * at);
      const v128_t other = wasm_v128_load(second + 16 * at);
      high[at] = wasm_i32x4_relaxed_dot_i8x16_i7x16_add(state_high, own, high[at]);
      low[at] = wasm_i32x4_relaxed_dot_i8x16_i7x16_add(state_low, own, low[at]);
      high[at + PARTS] = wasm_i32x4_relaxed_dot_i8x16_i7x16_add(state_high, other, high[at + PARTS]);
      low[at + PARTS] = wasm_i32x4_relaxed_dot_i8x16_i7x16_add(state_low, other, low[at + PARTS]);
    }
    first += TOKENS * FOUR;
    second += TOKENS * FOUR;
  }
  const v128_t excess_high = wasm_i32x4_splat(scale->excess_high);
  const v128_t excess_low = wasm_i32x4_splat(scale->excess_low);
#pragma unroll
  for (int at = 0; at < 2 * PARTS; at++)
    store((at < PARTS ? out : other_out) + 4 * (at % PARTS),
          wasm_f32x4_add(
              wasm_f32x4_mul(wasm_f32x4_convert_i32x4(wasm_i32x4_sub(high[at], excess_high)),
                             wasm_f32x4_const_splat(256)),
              wasm_f32x4_convert_i32x4(wasm_i32x4_sub(low[at], excess_low))));
#endif
}

// The same of two groups that lie in pairs.
static void pairs(const short *codes, const RowScale *scale, const unsigned char *first,
                  const unsigned char *second, float *out, float *other_out, int inner) {
  const v128_t excess = wasm_f32x4_splat(256.0f * scale->excess_high + scale->excess_low);
  v128_t sums[2 * PARTS];
#pragma unroll
  for (int at = 0; at < 2 * PARTS; at++) sums[at] = wasm_f32x4_neg(excess);
  for (int from = 0; from < inner; from += MOST_PRODUCTS) {
    const int count = least(inner - from, MOST_PRODUCTS);
    v128_t whole[2 * PARTS];
#pragma unroll
    for (int at = 0; at < 2 * PARTS; at++) whole[at] = wasm_i32x4_const_splat(0);
#pragma nounroll
    for (int k = 0; k < count; k += PAIR) {
      const v128_t pair = wasm_v128_load32_splat(codes + from + k);
#pragma unroll
      for (int at = 0; at < PARTS; at++) {
        whole[at] = wasm_i32x4_add(
            whole[at], wasm_i32x4_dot_i16x8(pair, wasm_u16x8_load8x8(first + 8 * at)));
        whole[at + PARTS] = wasm_i32x4_add(
            whole[at + PARTS], wasm_i32x4_dot_i16x8(pair, wasm_u16x8_load8x8(second + 8 * at)));
      }
      first += TOKENS * PAIR;
      second += TOKENS * PAIR;
    }
#pragma unroll
    for (int at = 0; at < 2 * PARTS; at++)
      sums[at] = wasm_f32x4_add(sums[at], wasm_f32x4_convert_i32x4(whole[at]));
  }
#pragma unroll
  for (int at = 0; at < 2 * PARTS; at++)
    store((at < PARTS ? out : other_out) + 4 * (at % PARTS), sums[at]);
}

// Logits from upper parts: groups `first` to `end` of tokens. Two groups are read in turns, as in
// `decoder-product.c`.
void decoder_vocabulary(const int *operation, int rows, int first, int end) {
  const int stride = operation[3];
  const int inner = stride / 2;
  const RowScale *row_scales = (const RowScale *)operation[4];
  const unsigned char *weights = (const unsigned char *)operation[5];
  const float *scales = floats_at(operation[6]);
  const float *bias = floats_at(operation[7]);
  const int half = (end - first + 1) / 2;
  for (int group = first; group < first + half; group++) {
    const int token = group * TOKENS;
    const int other = group + half < end ? token + half * TOKENS : token;
    const unsigned char *own_weights = weights + token * inner;
    const unsigned char *other_weights = weights + other * inner;
    for (int row = 0; row < rows; row++) {
      const short *codes = (const short *)operation[2] + row * stride;
      float *logits = floats_at(operation[8]) + row * operation[10];
      if (operation[13] == FOUR)
        decoder_fours(0, 0, 0, codes, row_scales + row, own_weights, other_weights, logits + token,
                      logits + other, inner);
      else
        pairs(codes, row_scales + row, own_weights, other_weights, logits + token, logits + other,
              inner);
      const v128_t of_row = wasm_f32x4_splat(256 * row_scales[row].scale);
#pragma unroll
      for (int at = 0; at < 2 * PARTS; at++) {
        const int place = (at < PARTS ? token : other) + 4 * (at % PARTS);
        if (at >= PARTS && other == token) break;
        const v128_t factor = wasm_f32x4_mul(of_row, load(scales + place));
        store(logits + place, MULTIPLY_ADD(load(logits + place), factor, load(bias + place)));
      }
    }
  }
}

// Groups `start` to `end` of the logits of all rows, from both parts. `operation` is the one that made
// them from the upper ones.
EXPORT(decoder_logits)
void decoder_logits(float *scratch, int start, int end, const int *operation, int rows) {
  const int stride = operation[3];
  const int inner = stride / 2;
  decoder_vocabulary(operation, rows, start, end);
  for (int row = 0; row < rows; row++) {
    float *logits = floats_at(operation[8]) + row * operation[10];
    for (int token = start * TOKENS; token < end * TOKENS; token++)
      logits[token] += decoder_lower_part((const short *)operation[2] + row * stride,
                                          (const RowScale *)operation[4] + row,
                                          (const signed char *)operation[11] + token * inner,
                                          floats_at(operation[6])[token], inner);
  }
}

// Groups `start` to `end` of [inner, columns] as both parts, tokens' scales, and how long the vectors of
// their lower parts are, times the scale. `padded` is inner, rounded up to a multiple of 8; `together` 4 or 2.
EXPORT(decoder_pack_vocabulary)
void decoder_pack_vocabulary(float *scratch, int start, int end, const float *from, unsigned char *upper,
                             signed char *lower, float *scales, float *lengths, int inner, int padded,
                             int columns, int together) {
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
        const v128_t stored = wasm_i32x4_add(uppers, wasm_i32x4_const_splat(ADDED));
        unsigned char *high = upper + group * TOKENS * padded +
                              (k / together * TOKENS + at) * together + k % together;
        high[0 * together] = (unsigned char)wasm_i32x4_extract_lane(stored, 0);
        high[1 * together] = (unsigned char)wasm_i32x4_extract_lane(stored, 1);
        high[2 * together] = (unsigned char)wasm_i32x4_extract_lane(stored, 2);
        high[3 * together] = (unsigned char)wasm_i32x4_extract_lane(stored, 3);
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
