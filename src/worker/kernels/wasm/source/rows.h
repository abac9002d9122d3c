// What works on a row by itself.
#pragma once

// exp(x - max) / sum of the same, in place or not. A row's largest number becomes exp(0) = 1, so that
// nothing overflows. What is too small for a normal number is 0 exactly, as a masked key must be.
void softmax_row(const float *from, float *to, int count);

// Layer normalisation of a row, or of its sum with another, which may be null. The variance is that of
// the centred numbers. In place or not, but not in that of `added`.
void layer_norm_row(const float *from, const float *added, const float *scale, const float *shift,
                    float *to, int columns, float epsilon);

// The numbers of a row that are not 0, in their order, and where they stood; a NaN is not 0. In place or not.
// Returns how many there are. A rectifier leaves a tenth of the numbers of a trained model, or less, and the
// others, which add nothing, need no multiplications.
int gather_active(const float *from, int count, float *to, int *places);
