// The activations of a translator's MLPs, by the numbers that `translator-activation.ts` gives them.
#pragma once

#include "activation.h"

enum { NONE, RELU, SWISH, GELU, GELU_NEW };

static __attribute__((noinline)) void activate(float *values, int count, int activation) {
  switch (activation) {
    case RELU: rectify(values, count); break;
    case SWISH: apply_swish(values, count); break;
    case GELU: apply_gelu(values, count); break;
    case GELU_NEW: apply_gelu_new(values, count); break;
  }
}
