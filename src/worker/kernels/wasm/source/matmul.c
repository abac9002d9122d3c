// Matrix products.
#include "activation.h"
#include "product.h"

// What threads that share `multiply_rows` should take a multiple of.
EXPORT(tile_rows)
int tile_rows(void) { return TILE_ROWS; }

// Panels `start` to `end` of a right factor, packed.
EXPORT(pack)
void pack(float *scratch, int start, int end, const float *b, int row_stride, int column_stride,
          float *packed, int inner, int columns) {
  pack_panels(b, row_stride, column_stride, packed, inner, columns, start, end);
}

// to[column, row] = from[row, column], rows `start` to `end` of `from`.
EXPORT(transpose)
void transpose(float *scratch, int start, int end, const float *from, float *to, int rows,
               int columns) {
  for (int row = start; row < end; row++)
    for (int column = 0; column < columns; column++)
      to[column * rows + row] = from[row * columns + column];
}

// c = a · b + bias, rows `start` to `end`. With `relu` negative results become 0.
EXPORT(multiply_rows)
void multiply_rows(float *scratch, int start, int end, const float *a, const float *packed,
                   const float *bias, float *c, int inner, int columns, int relu) {
  // As many rows at once as leave a's in the cache next to the processor, while b passes.
  int block = 24576 / (inner > 1 ? inner : 1) / TILE_ROWS * TILE_ROWS;
  if (block < TILE_ROWS) block = TILE_ROWS;
  const int panels = (columns + PANEL - 1) / PANEL;
  for (int row = start; row < end; row += block) {
    const int rows = end - row < block ? end - row : block;
    float *to = c + row * columns;
    product_rows(a + row * inner, inner, packed, bias, to, columns, rows, inner, columns, 0, panels);
    if (relu) rectify(to, rows * columns);
  }
}

// Four panels of one row: 8 sums in flight hide the latency of the multiply-add.
INLINE void four_panels(const float *a, const float *packed, const float *bias, float *c, int inner) {
  v128_t sums[8];
#pragma unroll
  for (int at = 0; at < 8; at++)
    sums[at] = bias ? load(bias + 4 * at) : wasm_f32x4_const_splat(0);
  for (int k = 0; k < inner; k++) {
    const v128_t value = splat(a + k);
#pragma unroll
    for (int at = 0; at < 8; at++)
      sums[at] = MULTIPLY_ADD(
          value, load(packed + (at >> 1) * PANEL * inner + k * PANEL + (at & 1) * 4), sums[at]);
  }
#pragma unroll
  for (int at = 0; at < 8; at++) store(c + 4 * at, sums[at]);
}

// c = a · b + bias for few rows: groups of four panels, `start` to `end`. The factor b, which is what
// takes the time then, is read once and in order.
EXPORT(multiply_panels)
void multiply_panels(float *scratch, int start, int end, const float *a, const float *packed,
                     const float *bias, float *c, int rows, int inner, int columns, int relu) {
  const int panels = (columns + PANEL - 1) / PANEL;
  for (int group = start; group < end; group++) {
    const int first = group * 4;
    const int last = first + 4 < panels ? first + 4 : panels;
    const int column = first * PANEL;
    const int count = columns - column < 4 * PANEL ? columns - column : 4 * PANEL;
    if (rows == 1 && count == 4 * PANEL)
      four_panels(a, packed + column * inner, bias ? bias + column : 0, c + column, inner);
    else
      product_rows(a, inner, packed, bias, c, columns, rows, inner, columns, first, last);
    if (relu)
      for (int row = 0; row < rows; row++) rectify(c + row * columns + column, count);
  }
}

// c = a · b + bias for one row and b as it stands, [inner, columns]: groups of 32 columns.
EXPORT(multiply_vector)
void multiply_vector(float *scratch, int start, int end, const float *a, const float *b,
                     const float *bias, float *c, int inner, int columns, int relu) {
  const v128_t zero = wasm_f32x4_const_splat(0);
  for (int group = start; group < end; group++) {
    const int column = group * 32;
    const int count = columns - column;
    if (count >= 32) {
      v128_t sums[8];
#pragma unroll
      for (int at = 0; at < 8; at++) sums[at] = bias ? load(bias + column + 4 * at) : zero;
      for (int k = 0; k < inner; k++) {
        const v128_t value = splat(a + k);
#pragma unroll
        for (int at = 0; at < 8; at++)
          sums[at] = MULTIPLY_ADD(value, load(b + k * columns + column + 4 * at), sums[at]);
      }
#pragma unroll
      for (int at = 0; at < 8; at++)
        store(c + column + 4 * at, relu ? wasm_f32x4_max(sums[at], zero) : sums[at]);
      continue;
    }
    for (int at = 0; at < count; at += 4) {
      const int left = count - at;
      v128_t sum = bias ? load_part(bias + column + at, left) : zero;
      for (int k = 0; k < inner; k++)
        sum = MULTIPLY_ADD(splat(a + k), load_part(b + k * columns + column + at, left), sum);
      store_part(c + column + at, relu ? wasm_f32x4_max(sum, zero) : sum, left);
    }
  }
}

// c = a · bᵀ + bias for few rows and b as it stands, [columns, inner]: columns `start` to `end`.
EXPORT(multiply_dots)
void multiply_dots(float *scratch, int start, int end, const float *a, const float *b,
                   const float *bias, float *c, int rows, int inner, int columns, int relu) {
  for (int row = 0; row < rows; row++) {
    const float *left = a + row * inner;
    for (int column = start; column < end; column++) {
      const float *right = b + column * inner;
      v128_t sums = wasm_f32x4_const_splat(0);
      int k = 0;
      for (; k + 4 <= inner; k += 4) sums = MULTIPLY_ADD(load(left + k), load(right + k), sums);
      float sum = sum_of(sums);
      for (; k < inner; k++) sum += left[k] * right[k];
      if (bias) sum += bias[column];
      c[row * columns + column] = relu && sum < 0 ? 0 : sum;
    }
  }
}
