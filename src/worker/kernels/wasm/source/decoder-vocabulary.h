// Logits from both parts of the vocabulary's weights.
#pragma once

#include "decoder-step.h"

// So many products of a state and a part of a weight stay within 2^31 - 1.
#define MOST_PRODUCTS 512

// Of a row's codes: what they are multiplied by, how long their vector is, and what the product with
// upper parts is too much, since these are stored with 64 added.
typedef struct {
  float scale;
  float length;
  int excess_high;
  int excess_low;
} RowScale;

// One row as integers of 16 bits, `padded` of them, and after these the same in two parts of 8 bits.
void decoder_quantise(const float *x, int inner, short *codes, int padded, RowScale *scale);

// What a token's lower parts add to its logit.
INLINE float decoder_lower_part(const short *codes, const RowScale *row, const signed char *lower,
                                float scale, int inner) {
  float sum = 0;
  for (int from = 0; from < inner; from += MOST_PRODUCTS) {
    const int end = least(from + MOST_PRODUCTS, inner);
    v128_t whole = wasm_i32x4_const_splat(0);
    for (int k = from; k < end; k += 8)
      whole = wasm_i32x4_add(whole, wasm_i32x4_dot_i16x8(wasm_v128_load(codes + k),
                                                        wasm_i16x8_load8x8(lower + k)));
    sum += sum_of(wasm_f32x4_convert_i32x4(whole));
  }
  return sum * (row->scale * scale);
}
