// Logits from both parts of the vocabulary's weights.
#pragma once

#include "decoder-step.h"

// What a row's codes are multiplied by, and how long its vector is.
typedef struct {
  float scale;
  float length;
} RowScale;

// One row as integers of 16 bits.
void decoder_quantise(const float *x, int inner, short *codes, int padded, RowScale *scale);

// What a token's lower parts add to its logit.
float decoder_lower_part(const short *codes, const RowScale *row, const signed char *lower, float scale,
                         int inner);
