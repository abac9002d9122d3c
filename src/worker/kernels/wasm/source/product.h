// Packing the right factor of a matrix product, and the product of rows with what was packed.
#pragma once

#include "simd.h"

#define PANEL 8
#define TILE_ROWS 6

// b[k, column] stands at b[k * row_stride + column * column_stride], of which one stride is 1. Panels
// `first_panel` to `end_panel`: each has its 8 columns for the first k, then for the second, and so
// on; columns that are not there are 0.
void pack_panels(const float *b, int row_stride, int column_stride, float *packed, int inner,
                 int columns, int first_panel, int end_panel);

// c = a · b + bias for `rows` rows and the panels `first_panel` to `end_panel`. `bias` may be null.
void product_rows(const float *a, int a_stride, const float *packed, const float *bias, float *c,
                  int c_stride, int rows, int inner, int columns, int first_panel, int end_panel);
