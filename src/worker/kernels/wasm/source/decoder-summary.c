// The best tokens of a row and what its softmax is divided by, from logits of upper parts.
#include "decoder-step.h"
#include "decoder-vocabulary.h"

// Tokens that are at least as probable as 2 to the power of this get exact logits. What those that are
// less probable are off by is as often above as below, and all but vanishes in the sum.
#define LEAST_PROBABILITY -11

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

INLINE float exponential_of(float x) {
  return wasm_f32x4_extract_lane(exponential(wasm_f32x4_splat(x), exponential_constants()), 0);
}

// `sums` are for each row a number and the sum of the exponentials of all logits less that, in double
// precision.
void decoder_summarise(const int *operation, int row) {
  const int *from = operation - OPERATION_LENGTH;
  const int count = operation[2];
  const int inner = from[3];
  float *logits = floats_at(from[8]) + row * from[10];
  const short *codes = (const short *)from[2] + row * inner;
  const RowScale *scale = (const RowScale *)from[4] + row;
  const float *scales = floats_at(from[6]);
  const signed char *lower = (const signed char *)from[11];
  const float *lengths = floats_at(from[12]);
  const int wanted = operation[5] < count ? operation[5] : count;
  int *tokens = (int *)operation[3] + row * operation[5];
  float *values = floats_at(operation[4]) + row * operation[5];

  // The best of these logits. The worst of the exact ones of as many tokens is `enough`: no token below
  // it is among the best.
  clear(tokens, values, wanted);
  for (int at = 0; at < count; at += 4) {
    const int last = count - at < 4 ? count - at : 4;
    if (!wasm_v128_any_true(wasm_f32x4_gt(load(logits + at), splat(values + wanted - 1)))) continue;
    for (int token = at; token < at + last; token++)
      if (logits[token] > values[wanted - 1]) insert(tokens, values, wanted, token, logits[token]);
  }
  float enough = __builtin_inff();
  for (int place = 0; place < wanted; place++) {
    const int token = tokens[place];
    const float value = token < 0 ? -__builtin_inff()
                                  : values[place] + decoder_lower_part(codes, scale, lower + token * inner,
                                                                       scales[token], inner);
    enough = value < enough ? value : enough;
  }
  const float largest = logits[tokens[0] < 0 ? 0 : tokens[0]];
  double sum = sum_of_exponentials(logits, count, largest);

  // Exact logits of all that may be among the best, by Cauchy's inequality, or are probable.
  const v128_t length = wasm_f32x4_splat(scale->length);
  const float probable = largest + (log2_at_most(sum) + LEAST_PROBABILITY) * 0.69314718f;
  clear(tokens, values, wanted);
  for (int at = 0; at < count; at += 4) {
    const int last = count - at < 4 ? count - at : 4;
    const v128_t own = load(logits + at);
    const v128_t greatest = MULTIPLY_ADD(load(lengths + at), length, own);
    if (!wasm_v128_any_true(wasm_v128_or(wasm_f32x4_ge(greatest, wasm_f32x4_splat(enough)),
                                         wasm_f32x4_ge(own, wasm_f32x4_splat(probable)))))
      continue;
    for (int token = at; token < at + last; token++) {
      const float before = logits[token];
      if (!(before + lengths[token] * scale->length >= enough || before >= probable)) continue;
      const float value =
          before + decoder_lower_part(codes, scale, lower + token * inner, scales[token], inner);
      logits[token] = value;
      sum += exponential_of(value - largest) - exponential_of(before - largest);
      if (value > values[wanted - 1]) insert(tokens, values, wanted, token, value);
    }
  }
  double *out = (double *)operation[6] + 2 * row;
  out[0] = largest;
  out[1] = sum;
}
