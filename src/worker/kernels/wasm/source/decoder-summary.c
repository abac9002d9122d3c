// The best tokens of a row and what its softmax is divided by, from logits of upper parts.
#include "decoder-step.h"
#include "decoder-vocabulary.h"

// Tokens that are at least as probable as 2 to the power of this get exact logits. What those that are
// less probable are off by is as often above as below, and all but vanishes in the sum.
#define LEAST_PROBABILITY -12

// Tokens that are made exact at once.
#define LISTED 64

// Numbers between two sums of exponentials: few enough for single precision.
#define SUMMED 4096

// Puts a token in its place among the best: of equals the first.
INLINE void insert(int *tokens, float *values, int wanted, int token, float value) {
  int place = wanted - 1;
  for (; place > 0 && values[place - 1] < value; place--) {
    tokens[place] = tokens[place - 1];
    values[place] = values[place - 1];
  }
  tokens[place] = token;
  values[place] = value;
}

INLINE void clear(int *tokens, float *values, int wanted) {
  for (int place = 0; place < wanted; place++) {
    tokens[place] = -1;
    values[place] = -__builtin_inff();
  }
}

// The sum of the exponentials of all numbers less the largest.
INLINE double sum_of_exponentials(const float *logits, int count, float most) {
  double sum = 0;
  const v128_t largest = wasm_f32x4_splat(most);
  const Exponential constants = exponential_constants();
  for (int block = 0; block < count; block += SUMMED) {
    const int end = block + SUMMED < count ? block + SUMMED : count;
    v128_t sums = wasm_f32x4_const_splat(0);
    int at = block;
    for (; at + 4 <= end; at += 4)
      sums = wasm_f32x4_add(sums, exponential(wasm_f32x4_sub(load(logits + at), largest), constants));
    for (; at < end; at++) {
      const v128_t e = exponential(wasm_f32x4_sub(splat(logits + at), largest), constants);
      sum += wasm_f32x4_extract_lane(e, 0);
    }
    sum += sum_of(sums);
  }
  return sum;
}

// The logarithm to the base 2, or up to 0.09 less: the fraction stands for its own logarithm.
INLINE float log2_at_most(double x) {
  const float single = (float)x;
  return __builtin_bit_cast(int, single) * 0x1p-23f - 127;
}

// What a token's lower parts are added with.
typedef struct {
  const short *codes;
  const RowScale *row;
  const signed char *lower;
  const float *scales;
  int inner;
} LowerParts;

INLINE float lower_part(const LowerParts *parts, int token) {
  return decoder_lower_part(parts->codes, parts->row, parts->lower + token * parts->inner,
                            parts->scales[token], parts->inner);
}

// The best tokens so far.
typedef struct {
  int *tokens;
  float *values;
  int wanted;
} Best;

// Makes the logits of `count` tokens exact and puts them among the best. Returns what the sum of the
// exponentials is more by. `place` has room for two numbers of each.
INLINE float make_exact(float *logits, const LowerParts *parts, const int *listed, int count,
                        float *place, Best best, float largest) {
  float *before = place;
  float *after = place + LISTED;
  for (int at = 0; at < count; at++) {
    const int token = listed[at];
    before[at] = logits[token];
    after[at] = before[at] + lower_part(parts, token);
    logits[token] = after[at];
  }
  for (int at = 0; at < count; at++)
    if (after[at] > best.values[best.wanted - 1])
      insert(best.tokens, best.values, best.wanted, listed[at], after[at]);
  // The same before and after: they add nothing.
  for (int at = count; at < LISTED && at % 4; at++) before[at] = after[at] = largest;
  const v128_t most = wasm_f32x4_splat(largest);
  const Exponential constants = exponential_constants();
  v128_t sums = wasm_f32x4_const_splat(0);
  for (int at = 0; at < count; at += 4)
    sums = wasm_f32x4_add(
        sums, wasm_f32x4_sub(exponential(wasm_f32x4_sub(load(after + at), most), constants),
                             exponential(wasm_f32x4_sub(load(before + at), most), constants)));
  return sum_of(sums);
}

// `sums` are for each row a number and the sum of the exponentials of all logits less that, in double
// precision.
void decoder_summarise(const int *operation, int row) {
  const int *from = operation - OPERATION_LENGTH;
  const int count = operation[2];
  const int inner = from[3] / 2;
  float *logits = floats_at(from[8]) + row * from[10];
  const LowerParts parts = {
      .codes = (const short *)from[2] + row * from[3],
      .row = (const RowScale *)from[4] + row,
      .lower = (const signed char *)from[11],
      .scales = floats_at(from[6]),
      .inner = inner,
  };
  const float *lengths = floats_at(from[12]);
  const Best best = {
      .tokens = (int *)operation[3] + row * operation[5],
      .values = floats_at(operation[4]) + row * operation[5],
      .wanted = least(operation[5], count),
  };
  int *listed = (int *)operation[7] + row * 3 * LISTED;
  float *place = floats_at(operation[7]) + row * 3 * LISTED + LISTED;

  // The best of these logits. The worst of the exact ones of as many tokens is `enough`: no token below
  // it is among the best.
  clear(best.tokens, best.values, best.wanted);
  for (int at = 0; at < count; at += 4) {
    const int last = least(4, count - at);
    if (!wasm_v128_any_true(wasm_f32x4_gt(load(logits + at), splat(best.values + best.wanted - 1))))
      continue;
    for (int token = at; token < at + last; token++)
      if (logits[token] > best.values[best.wanted - 1])
        insert(best.tokens, best.values, best.wanted, token, logits[token]);
  }
  float enough = __builtin_inff();
  for (int at = 0; at < best.wanted; at++) {
    const int token = best.tokens[at];
    const float value = token < 0 ? -__builtin_inff() : best.values[at] + lower_part(&parts, token);
    enough = value < enough ? value : enough;
  }
  const float largest = logits[best.tokens[0] < 0 ? 0 : best.tokens[0]];
  double sum = sum_of_exponentials(logits, count, largest);

  // Exact logits of all that may be among the best, by Cauchy's inequality, or are probable. They are
  // listed first: what is read of each then need not wait for the choice of the next.
  const v128_t length = wasm_f32x4_splat(parts.row->length);
  const v128_t least_best = wasm_f32x4_splat(enough);
  const v128_t probable =
      wasm_f32x4_splat(largest + (log2_at_most(sum) + LEAST_PROBABILITY) * 0.69314718f);
  clear(best.tokens, best.values, best.wanted);
  int listed_count = 0;
  for (int at = 0; at < count; at += 4) {
    const v128_t own = load(logits + at);
    const v128_t greatest = MULTIPLY_ADD(load(lengths + at), length, own);
    const v128_t wanted =
        wasm_v128_or(wasm_f32x4_ge(greatest, least_best), wasm_f32x4_ge(own, probable));
    for (int lanes = wasm_i32x4_bitmask(wanted); lanes; lanes &= lanes - 1) {
      const int token = at + __builtin_ctz(lanes);
      if (token < count) listed[listed_count++] = token;
    }
    if (listed_count > LISTED - 4 || at + 4 >= count) {
      sum += make_exact(logits, &parts, listed, listed_count, place, best, largest);
      listed_count = 0;
    }
  }
  double *out = (double *)operation[6] + 2 * row;
  out[0] = largest;
  out[1] = sum;
}
