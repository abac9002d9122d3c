#pragma once

// exp(x - max) / sum of the same, in place or not. A row's largest number becomes exp(0) = 1, so that
// nothing overflows. What is too small for a normal number is 0 exactly, as a masked key must be.
void softmax_row(const float *from, float *to, int count);
