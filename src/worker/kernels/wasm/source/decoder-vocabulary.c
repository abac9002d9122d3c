// States to logits. The vocabulary is most of what a step reads: its weights are kept as integers of
// 15 bits, each token's with a scale of its own, and so are the states. That is half the memory of
// single precision, and an error of about 1e-5 of the largest logit; where two tokens are as near as
// that, `decoder-program.ts` computes them anew.
#include "decoder-step.h"

// 4 sums of 2 products of such integers are no more than 2^31 - 1.
#define LARGEST 16383
#define UNROLL 4
#define PAIR 2

INLINE float largest_of(v128_t values) {
  const float a = wasm_f32x4_extract_lane(values, 0);
  const float b = wasm_f32x4_extract_lane(values, 1);
  const float c = wasm_f32x4_extract_lane(values, 2);
  const float d = wasm_f32x4_extract_lane(values, 3);
  const float ab = a > b ? a : b;
  const float cd = c > d ? c : d;
  return ab > cd ? ab : cd;
}

// A row as codes, padded with zeros to `padded`, a multiple of 8. The scale of what is no number is none
// either, and so are all logits then.
void decoder_quantise(const float *x, int inner, short *codes, int padded, float *scale) {
  v128_t most = wasm_f32x4_const_splat(0);
  v128_t any = most;
  for (int at = 0; at < inner; at += 4) {
    const v128_t values = load_part(x + at, inner - at);
    most = wasm_f32x4_max(most, wasm_f32x4_abs(values));
    any = wasm_f32x4_add(any, values);
  }
  const float largest = largest_of(most);
  const float sum = sum_of(any);
  const float inverse = largest > 0 ? LARGEST / largest : 0;
  for (int at = 0; at < padded; at += 8) {
    v128_t parts[2];
#pragma unroll
    for (int part = 0; part < 2; part++) {
      const int from = at + 4 * part;
      const v128_t values = wasm_f32x4_mul(load_part(x + from, inner - from), wasm_f32x4_splat(inverse));
      parts[part] = wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_nearest(values));
    }
    wasm_v128_store(codes + at, wasm_i16x8_narrow_i32x4(parts[0], parts[1]));
  }
  *scale = sum - sum == 0 ? largest / LARGEST : __builtin_nanf("");
}

// 16 tokens of one row.
INLINE void tokens_of(const short *codes, float scale, const short *weights, const float *scales,
                      const float *bias, float *out, int inner) {
  v128_t sums[4];
#pragma unroll
  for (int at = 0; at < 4; at++) sums[at] = wasm_f32x4_const_splat(0);
  for (int k = 0; k < inner; k += PAIR * UNROLL) {
    v128_t whole[4];
#pragma unroll
    for (int step = 0; step < UNROLL; step++) {
      const v128_t pair = wasm_v128_load32_splat(codes + k + PAIR * step);
#pragma unroll
      for (int at = 0; at < 4; at++) {
        const v128_t product = wasm_i32x4_dot_i16x8(
            pair, wasm_v128_load(weights + (step * TOKENS + 4 * at) * PAIR));
        whole[at] = step == 0 ? product : wasm_i32x4_add(whole[at], product);
      }
    }
#pragma unroll
    for (int at = 0; at < 4; at++)
      sums[at] = wasm_f32x4_add(sums[at], wasm_f32x4_convert_i32x4(whole[at]));
    weights += TOKENS * PAIR * UNROLL;
  }
  const v128_t of_row = wasm_f32x4_splat(scale);
#pragma unroll
  for (int at = 0; at < 4; at++) {
    const v128_t factor = wasm_f32x4_mul(of_row, load(scales + 4 * at));
    store(out + 4 * at, wasm_f32x4_add(wasm_f32x4_mul(sums[at], factor), load(bias + 4 * at)));
  }
}

void decoder_vocabulary(const int *operation, int rows, int first, int end) {
  const int inner = operation[3];
  for (int group = first; group < end; group++) {
    const int token = group * TOKENS;
    for (int row = 0; row < rows; row++)
      tokens_of((const short *)operation[2] + row * inner, floats_at(operation[4])[row],
                (const short *)operation[5] + token * inner, floats_at(operation[6]) + token,
                floats_at(operation[7]) + token,
                floats_at(operation[8]) + row * operation[10] + token, inner);
  }
}

// Groups `start` to `end` of [inner, columns]; `padded` is inner, rounded up to a multiple of 8.
EXPORT(decoder_pack_vocabulary)
void decoder_pack_vocabulary(float *scratch, int start, int end, const float *from, short *to,
                             float *scales, int inner, int padded, int columns) {
  for (int group = start; group < end; group++) {
    for (int at = 0; at < TOKENS; at += 4) {
      const int column = group * TOKENS + at;
      const int left = columns - column;
      v128_t most = wasm_f32x4_const_splat(0);
      for (int k = 0; k < inner; k++)
        most = wasm_f32x4_max(most, wasm_f32x4_abs(load_part(from + k * columns + column, left)));
      store(scales + column, wasm_f32x4_mul(most, wasm_f32x4_const_splat(1.0f / LARGEST)));
      const v128_t isNone = wasm_f32x4_eq(most, wasm_f32x4_const_splat(0));
      const v128_t inverse =
          wasm_v128_andnot(wasm_f32x4_div(wasm_f32x4_const_splat(LARGEST), most), isNone);
      for (int k = 0; k < padded; k++) {
        const v128_t values = k < inner ? load_part(from + k * columns + column, left)
                                        : wasm_f32x4_const_splat(0);
        const v128_t codes =
            wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_nearest(wasm_f32x4_mul(values, inverse)));
        short *out = to + group * TOKENS * padded + (k / PAIR * TOKENS + at) * PAIR + k % PAIR;
        out[0 * PAIR] = (short)wasm_i32x4_extract_lane(codes, 0);
        out[1 * PAIR] = (short)wasm_i32x4_extract_lane(codes, 1);
        out[2 * PAIR] = (short)wasm_i32x4_extract_lane(codes, 2);
        out[3 * PAIR] = (short)wasm_i32x4_extract_lane(codes, 3);
      }
    }
  }
}

// Numbers between two sums of exponentials: few enough for single precision.
#define SUMMED 4096

// The best tokens are best first, of equals the first. `sums` are for each row the largest logit and the sum of the exponentials
// of all less that, in double precision.
void decoder_summarise(const int *operation, int row) {
  const float *logits = floats_at(operation[2]) + row * operation[3];
  const int count = operation[4];
  const int wanted = operation[7] < count ? operation[7] : count;
  int *tokens = (int *)operation[5] + row * operation[7];
  float *values = floats_at(operation[6]) + row * operation[7];
  for (int place = 0; place < wanted; place++) {
    tokens[place] = -1;
    values[place] = -__builtin_inff();
  }
  for (int at = 0; at < count; at += 4) {
    const int last = count - at < 4 ? count - at : 4;
    if (last == 4 &&
        !wasm_v128_any_true(wasm_f32x4_gt(load(logits + at), splat(values + wanted - 1))))
      continue;
    for (int token = at; token < at + last; token++) {
      const float value = logits[token];
      if (!(value > values[wanted - 1])) continue;
      int place = wanted - 1;
      for (; place > 0 && values[place - 1] < value; place--) {
        tokens[place] = tokens[place - 1];
        values[place] = values[place - 1];
      }
      tokens[place] = token;
      values[place] = value;
    }
  }
  double sum = 0;
  const v128_t largest = wasm_f32x4_splat(values[0]);
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
  double *out = (double *)operation[8] + 2 * row;
  out[0] = values[0];
  out[1] = sum;
}
