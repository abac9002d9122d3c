// Packing the right factor of a matrix product, and the product of rows with what was packed.
#pragma once

#include "simd.h"

#define PANEL 8
// Rows of a tile: as many as leave its sums, a step of b, a number of a and what lies between a product
// and its sum in 15 vector registers, which is all that V8 has on x86. One more, and it keeps sums in
// memory, at two thirds of the speed or less.
#ifdef __wasm_relaxed_simd__
#define TILE_ROWS 6
#else
#define TILE_ROWS 5
#endif

INLINE int panels_of(int columns) { return (columns + PANEL - 1) / PANEL; }

// b[k, column] stands at b[k * row_stride + column * column_stride], of which one stride is 1. Panels
// `first_panel` to `end_panel`: each has its 8 columns for the first k, then for the second, and so
// on; columns that are not there are 0.
void pack_panels(const float *b, int row_stride, int column_stride, float *packed, int inner,
                 int columns, int first_panel, int end_panel);

// c = a · b + bias for `rows` rows and the panels `first_panel` to `end_panel`. `bias` may be null.
void product_rows(const float *a, int a_stride, const float *packed, const float *bias, float *c,
                  int c_stride, int rows, int inner, int columns, int first_panel, int end_panel);

// The same, with part of the inner dimension, or with more to begin from: panels stand `panel_stride`
// numbers after each other, and c becomes first + a · b, where `first` is a matrix whose rows are
// `first_stride` apart (0 for one row that serves all), c itself, or null.
void product_block(const float *a, int a_stride, const float *packed, int panel_stride,
                   const float *first, int first_stride, float *c, int c_stride, int rows, int inner,
                   int columns, int first_panel, int end_panel);
